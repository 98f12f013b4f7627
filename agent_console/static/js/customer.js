// A customer's page: at the top who, worth what, what is open, may I; below it tabs, each read when it is opened.

import { get } from "./api.js";
import { casesTab } from "./customer_cases.js";
import { dataTab } from "./customer_data.js";
import { filesTab } from "./customer_files.js";
import { hasTab } from "./customer_has.js";
import { glance, head } from "./customer_head.js";
import { summaryTab } from "./customer_summary.js";
import { valueTab } from "./customer_value.js";
import { $, el, text } from "./dom.js";
import "./feed.js";
import { command } from "./palette.js";
import { permissionTab } from "./permission_tab.js";
import { t } from "./words.js";

const id = Number(document.querySelector("main").dataset.customer);
const TABS = { summary: summaryTab, data: dataTab, has: hasTab, cases: casesTab, permission: (place) => permissionTab(place, id), value: valueTab, files: filesTab };
const tabs = [...document.querySelectorAll("[role=tab]")];
let record = null;

/** What a tab works with: the record as it was last read, and what to do when it changed. */
const customer = {
  id,
  /** The contact that this page was opened in: what is told now was said there. */
  heardIn: { contact_id: new URLSearchParams(location.search).get("contact") },
  get record() { return record; },
  async reload() {
    record = await get(`/customers/${id}/record`);
    drawHead();
    return record;
  },
  /** The record as an operation answered it. */
  took(answer) {
    record = answer;
    drawHead();
  },
  glance: () => refreshHead(),
};
let seen = {};

function drawHead() {
  document.title = `${record.display_name} · ${document.title.split(" · ").at(-1)}`;
  $("head").replaceChildren(...head(record, seen));
  for (const [name, count] of Object.entries({ cases: seen.cases })) if ($(`tab-count-${name}`)) text($(`tab-count-${name}`), count ? String(count) : "");
}

async function refreshHead() {
  seen = await glance(id);
  drawHead();
}

function open(name) {
  const chosen = tabs.find((tab) => tab.dataset.tab === name) ?? tabs[0];
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
  history.replaceState(null, "", `${location.search}#${chosen.dataset.tab}`);
  const place = el("div", { class: `tab-${chosen.dataset.tab}` }); // a slow answer for a tab that was left shows nowhere
  $("tab").setAttribute("aria-labelledby", chosen.id);
  $("tab").replaceChildren(place);
  TABS[chosen.dataset.tab](place, customer);
}

for (const tab of tabs) tab.addEventListener("click", () => open(tab.dataset.tab));
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  const to = tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length];
  to.focus();
  open(to.dataset.tab);
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea") || document.querySelector("dialog[open]")) return;
  const tab = tabs[Number(event.key) - 1];
  if (!tab) return;
  event.preventDefault();
  tab.focus();
  open(tab.dataset.tab);
});
for (const tab of tabs) command(t(`customer_tab_${tab.dataset.tab}`), () => open(tab.dataset.tab));
command(t("command_theme"), window.switchTheme);
addEventListener("hashchange", () => record && open(location.hash.slice(1)));

customer.reload().then(() => { open(location.hash.slice(1)); refreshHead(); }, (problem) => {
  const words = problem.errorId === "not_found" ? t("customer_unknown") : problem.message;
  $("head").replaceChildren(el("p", { class: "problem", role: "alert", text: words }));
  document.querySelector("[role=tablist]").hidden = true;
  $("tab").hidden = true;
});
