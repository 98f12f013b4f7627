// What the work list shows: ready-made filters, saved ones, and what is chosen beside them. All stands in the address.

import { api, get, post } from "./api.js";
import { $, banner, el } from "./dom.js";
import { ask } from "./form.js";
import { CASE_KINDS } from "./new_case.js";
import { settings, of, t } from "./words.js";

const READY = {
  mine: { mine: "true" },
  nobodys: { assignee: "" },
  late: { late: "true" },
  escalated: { escalated: "true" },
  all: {},
};
const PATIENCE_MILLISECONDS = 250;
let saved = [];
let changed = () => {};
let waiting = 0;

const option = (value, words, chosen) => el("option", { value, text: words, selected: value === chosen });

const savedOne = () => saved.find(({ id }) => `saved-${id}` === $("filter").value);

/** What the chosen filter asks beside the boxes; a saved one has put into them what it asks there. */
function chosen() {
  const { text, kind, open, ...rest } = READY[$("filter").value] ?? savedOne()?.query ?? {};
  return rest;
}

let filled = false; // by a saved filter: when it is left, they are emptied; what was typed stays otherwise

/** The boxes show what a saved filter asks, words too, so that nothing is filtered unseen. */
function fillBoxes() {
  const one = savedOne();
  if (!one && !filled) return;
  filled = Boolean(one);
  const { text = "", kind = "", open = "" } = one?.query ?? {};
  $("text").value = text;
  $("kind").value = kind;
  $("open").value = open === "yes" ? "" : open;
}

/** The query of GET /cases. */
function query() {
  const words = $("text").value.trim();
  const more = { kind: $("kind").value, text: words };
  const own = Object.fromEntries(Object.entries(more).filter(([, value]) => value !== ""));
  return { ...chosen(), ...own, ...($("open").value ? { open: $("open").value } : {}) };
}

function drawFilters() {
  const before = $("filter").value || localStorage.getItem(`cases-${settings.login}`) || "mine";
  const ready = Object.keys(READY).map((key) => option(key, of("case_filter", key), before));
  const own = saved.map(({ id, name }) => option(`saved-${id}`, name, before));
  $("filter").replaceChildren(el("optgroup", { label: t("case_filters_ready") }, ...ready));
  if (own.length) $("filter").append(el("optgroup", { label: t("case_filters_saved") }, ...own));
  drawForget();
}

function drawForget() {
  const one = saved.find(({ id }) => `saved-${id}` === $("filter").value);
  $("forget-filter").hidden = !one || (one.shared && !settings.permissions.includes("decide_cases"));
}

async function refresh() {
  try {
    saved = await get("/case-filters");
    drawFilters();
    if (savedOne()) fillBoxes();
  } catch (problem) {
    banner("filters", problem.message);
  }
}

function save() {
  const fields = [{ key: "name", type: "text", required: true, label: t("case_filter_name") }];
  if (settings.permissions.includes("decide_cases")) fields.push({ key: "shared", type: "check", label: t("case_filter_shared") });
  ask({ title: t("case_filter_save"), button: t("case_save"), fields, send: async (given) => {
    const wanted = query();
    for (const key of ["mine", "late", "escalated"]) if (key in wanted) wanted[key] = wanted[key] === "true" || wanted[key] === true;
    const made = await post("/case-filters", { name: given.name, shared: Boolean(given.shared), query: wanted });
    await refresh();
    $("filter").value = `saved-${made.id}`;
    fillBoxes();
    drawForget();
    changed();
  } });
}

async function forget() {
  try {
    await api("DELETE", `/case-filters/${$("filter").value.slice("saved-".length)}`);
    $("filter").value = "mine";
    fillBoxes();
    await refresh();
    changed();
  } catch (problem) {
    banner("filters", problem.message);
  }
}

function start(tell) {
  changed = tell;
  drawFilters();
  $("kind").replaceChildren(option("", t("case_any_kind"), ""), ...CASE_KINDS.map((kind) => option(kind, of("case_kind", kind), "")));
  $("open").replaceChildren(...["", "no", "all"].map((value) => option(value, t(`case_open_${value || "yes"}`), "")));
  for (const id of ["kind", "open"]) $(id).addEventListener("change", changed);
  $("filter").addEventListener("change", () => { fillBoxes(); changed(); localStorage.setItem(`cases-${settings.login}`, $("filter").value); drawForget(); });
  $("text").addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(changed, PATIENCE_MILLISECONDS); });
  $("save-filter").addEventListener("click", save);
  $("forget-filter").addEventListener("click", forget);
  refresh().then(changed);
}

export const filters = { query, start };
