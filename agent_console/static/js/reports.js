// Reports: a period of local days, and a tab for each report, read when it is opened. The address names tab and days.

import { get } from "./api.js";
import { loadNames } from "./case_names.js";
import { $, banner, el, text } from "./dom.js";
import "./feed.js";
import { command } from "./palette.js";
import { agentsTab } from "./report_agents.js";
import { inversionsTab } from "./report_inversions.js";
import { ivrTab } from "./report_ivr.js";
import { needsTab } from "./report_needs.js";
import { ordersTab } from "./report_orders.js";
import { outsideTab } from "./report_outside.js";
import { queuesTab } from "./report_queues.js";
import { rehearsalTab } from "./report_rehearsal.js";
import { resolutionTab } from "./report_resolution.js";
import { staffingTab } from "./report_staffing.js";
import { t } from "./words.js";

const TABS = { queues: queuesTab, agents: agentsTab, staffing: staffingTab, rehearsal: rehearsalTab, inversions: inversionsTab, resolution: resolutionTab, ivr: ivrTab, needs: needsTab, outside: outsideTab, orders: ordersTab };
const tabs = [...document.querySelectorAll("[role=tab]")];
let opened = null;
let asked = 0;

const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;

/** The days of a period by name, counted from `today`, a day of the company's own calendar. */
function daysOf(name, today) {
  const [year, month, day] = today.split("-").map(Number);
  const ago = (days) => iso(new Date(year, month - 1, day - days));
  return {
    today: [today, today],
    yesterday: [ago(1), ago(1)],
    week: [ago(6), today],
    month: [iso(new Date(year, month - 1, 1)), today],
    last_month: [iso(new Date(year, month - 2, 1)), iso(new Date(year, month - 1, 0))],
  }[name];
}

async function show() {
  const mine = ++asked;
  const place = el("div", { class: `report report-${opened}` });
  try {
    const days = new URLSearchParams($("from").value ? { from_day: $("from").value, until_day: $("until").value || $("from").value } : {});
    const [period] = await Promise.all([get(`/reports/period?${days}`), loadNames()]);
    if (mine !== asked) return;
    [$("from").value, $("until").value] = [period.from_day, period.until_day];
    text($("zone"), t("report_zone", { zone: period.time_zone.replaceAll("_", " ") }));
    history.replaceState(null, "", `#${opened}/${period.from_day}/${period.until_day}`);
    await TABS[opened](place, { from_at: period.from_at, until_at: period.until_at });
    if (mine !== asked) return;
    $("tab").replaceChildren(place);
    banner("report", null);
  } catch (problem) {
    if (mine === asked) banner("report", problem.message);
  }
}

function open(name) {
  const chosen = tabs.find((tab) => tab.dataset.tab === name) ?? tabs[0];
  if (!chosen) return undefined;
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
  opened = chosen.dataset.tab;
  $("tab").setAttribute("aria-labelledby", chosen.id);
  return show();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => open(tab.dataset.tab));
  command(tab.textContent, () => open(tab.dataset.tab));
}
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const to = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  to.focus();
  open(to.dataset.tab);
});

$("period").addEventListener("change", async () => {
  if ($("period").value === "own") return $("from").focus();
  try {
    const { until_day: today } = await get("/reports/period");
    [$("from").value, $("until").value] = daysOf($("period").value, today);
    return show();
  } catch (problem) {
    return banner("report", problem.message);
  }
});
for (const id of ["from", "until"]) $(id).addEventListener("change", () => { $("period").value = "own"; show(); });

function openAddress() {
  const [wanted, from, until] = location.hash.slice(1).split("/");
  if (from) [$("from").value, $("until").value, $("period").value] = [from, until ?? from, "own"];
  return open(wanted);
}

command(t("command_theme"), window.switchTheme);
addEventListener("hashchange", openAddress); // a link to another report, an address typed
openAddress();
