// The work list beside the case that is open, all by keyboard: what is due first stands on top.

import { get } from "./api.js";
import { actions } from "./case_actions.js";
import { caseRow, caseView } from "./case_view.js";
import { $, banner, el, text } from "./dom.js";
import { socket } from "./feed.js";
import { command } from "./palette.js";
import { filters } from "./case_filters.js";
import { loadNames } from "./case_names.js";
import "./reminders.js";
import { t } from "./words.js";

const EVERY_MILLISECONDS = 30000;
const main = document.querySelector("main");
let rows = [];
let next = null;
let marked = Number(location.hash.slice(1)) || null;
let opened = null;
let offset = 0; // the server's clock minus ours, in seconds
const now = () => Date.now() / 1000 + offset;

// The list

async function load(cursor = null) {
  const query = filters.query();
  try {
    const wanted = new URLSearchParams({ ...query, ...(cursor ? { cursor } : {}) });
    const counted = new URLSearchParams(query);
    const [page, { count }] = await Promise.all([get(`/cases?${wanted}`), get(`/cases/count?${counted}`)]);
    rows = cursor ? [...rows, ...page.items] : page.items;
    next = page.next;
    offset = page.now - Date.now() / 1000;
    text($("case-count"), String(count));
    banner("cases", null);
    draw();
  } catch (problem) {
    banner("cases", problem.message);
  }
}

function draw() {
  if (!rows.some(({ id }) => id === marked) && !opened) marked = rows[0]?.id ?? null;
  $("rows").replaceChildren(...rows.map(row));
  $("rows").hidden = !rows.length;
  $("none").hidden = rows.length > 0;
  const here = $("rows").querySelector('[aria-selected="true"]');
  $("rows").setAttribute("aria-activedescendant", here?.id ?? "");
  here?.scrollIntoView({ block: "nearest" });
  $("more").hidden = !next;
}

function row(one) {
  const chosen = one.id === marked ? "true" : "false";
  const attributes = { id: `case-${one.id}`, role: "option", "aria-selected": chosen, onclick: () => open(one.id) };
  return el("li", attributes, ...caseRow(one, now()));
}

function move(step) {
  const place = rows.findIndex(({ id }) => id === marked);
  const to = rows[Math.max(0, Math.min(rows.length - 1, place + step))];
  if (!to) return;
  marked = to.id;
  draw();
  if (main.dataset.shows === "case" || opened) open(to.id);
}

// The case

async function open(id) {
  marked = id;
  try {
    show(await get(`/cases/${id}`));
    banner("case", null);
  } catch (problem) {
    banner("case", problem.message);
  }
}

function show(whole) {
  opened = whole;
  marked = whole.id;
  main.dataset.shows = "case";
  history.replaceState(null, "", `#${whole.id}`);
  $("case").replaceChildren(...caseView(whole, now(), { act, open, back }));
  draw();
}

function back() {
  main.dataset.shows = "list";
  opened = null;
  history.replaceState(null, "", location.pathname);
  $("case").replaceChildren(el("p", { class: "quiet", text: t("case_choose") }));
  $("rows").focus();
  draw();
}

/** What a key or button does with the case that is open or marked. */
async function act(name, detail = null) {
  if (name !== "new" && !opened) {
    if (marked) await open(marked);
    if (!opened) return;
  }
  actions[name]({ found: opened, detail, done });
}

/** It is sent, and its form may close: the list follows. */
function done(whole) {
  if (whole) show(whole);
  load();
}

window.addEventListener("hashchange", () => { const id = Number(location.hash.slice(1)); if (id && id !== opened?.id) open(id); });

// Keys: single letters, as long as nothing is typed anywhere.

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  Enter: () => marked && open(marked), Escape: back,
  n: () => act("new"), a: () => act("assign"), m: () => act("take"), c: () => act("comment"),
  e: () => act("escalate"), p: () => act("change"), w: () => act("order"), "/": () => $("text").focus(),
};
for (const digit of "123456789") KEYS[digit] = () => $("case").querySelector(`[data-digit="${digit}"]`)?.click();

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (event.key === "Enter" && event.target.closest("button, a")) return;
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

filters.start(() => load());
$("new").addEventListener("click", () => act("new"));
$("more").addEventListener("click", () => load(next));
for (const [name, words] of [["new", "case_new"], ["assign", "case_assign"], ["take", "case_take"], ["comment", "case_comment"], ["escalate", "case_escalate"], ["change", "case_change"]]) {
  command(t(words), () => act(name));
}
command(t("command_theme"), window.switchTheme);
$("case").replaceChildren(el("p", { class: "quiet", text: t("case_choose") }));
loadNames().then(() => { if (marked) open(marked); return load(); });
setInterval(() => document.hidden || load(), EVERY_MILLISECONDS);
socket.on("connect", () => load());
