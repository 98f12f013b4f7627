// Technicians, parts and stock: who carries out orders, with what. The address names the tab.

import { $, banner, el } from "./dom.js";
import "./feed.js";
import { partsTab } from "./field_staff_parts.js";
import { stockTab } from "./field_staff_stock.js";
import { techniciansTab } from "./field_staff_technicians.js";
import { command } from "./palette.js";
import { t } from "./words.js";

const TABS = { technicians: techniciansTab, parts: partsTab, stock: stockTab };
const tabs = [...document.querySelectorAll("[role=tab]")];
let asked = 0;
let opened = null;

async function open(name, focus = false) {
  const mine = ++asked;
  const chosen = tabs.find((tab) => tab.dataset.tab === name) ?? tabs[0];
  for (const tab of tabs) {
    tab.setAttribute("aria-selected", String(tab === chosen));
    tab.tabIndex = tab === chosen ? 0 : -1;
  }
  $("tab").setAttribute("aria-labelledby", chosen.id);
  history.replaceState(null, "", `#${chosen.dataset.tab}`);
  if (focus) chosen.focus();
  if (chosen !== opened) $("tab").replaceChildren(el("p", { class: "quiet", text: t("loading") })); // no button of the tab that was left
  opened = chosen;
  try {
    const shown = await TABS[chosen.dataset.tab](() => open(chosen.dataset.tab));
    if (mine !== asked) return;
    $("tab").replaceChildren(...shown);
    banner("field-staff", null);
  } catch (problem) {
    if (mine === asked) banner("field-staff", problem.message);
  }
}

for (const tab of tabs) {
  tab.addEventListener("click", () => open(tab.dataset.tab));
  command(tab.textContent, () => open(tab.dataset.tab));
}
document.querySelector("[role=tablist]").addEventListener("keydown", (event) => {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (step) open(tabs[(tabs.indexOf(document.activeElement) + step + tabs.length) % tabs.length].dataset.tab, true);
});
addEventListener("hashchange", () => open(location.hash.slice(1)));
command(t("command_theme"), window.switchTheme);
open(location.hash.slice(1));
