// The dispatcher's board: open orders in columns by technician or state, given by keyboard or by dragging.

import { get } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import { socket } from "./feed.js";
import { assign, give, KINDS, loadPeople, newOrder } from "./order_forms.js";
import { due, people, place, technicianName } from "./order_names.js";
import { command } from "./palette.js";
import "./reminders.js";
import { planVisits } from "./visits.js";
import { of, settings, t } from "./words.js";

const EVERY_MILLISECONDS = 15000;
const PATIENCE_MILLISECONDS = 250;
const AT_ONCE = 200;
const STATES = ["created", "reopened", "assigned", "on_the_way", "on_site", "closed"];
let rows = [];
let closed = [];
let more = false;
let offset = 0; // the server's clock minus ours, in seconds
let typing = null;
const now = () => Date.now() / 1000 + offset;

const query = () => Object.fromEntries(Object.entries({ text: $("text").value.trim(), area: $("area").value, kind: $("kind").value }).filter(([, value]) => value));
const onlyLate = () => $("late").getAttribute("aria-pressed") === "true";

async function load() {
  if (document.hidden) return;
  const midnight = new Date().setHours(0, 0, 0, 0) / 1000;
  try {
    const wanted = query();
    const ask = (fields) => get(`/work-orders?${new URLSearchParams({ ...wanted, limit: AT_ONCE, ...fields })}`);
    const [page, today, counted] = await Promise.all([
      ask(onlyLate() ? { late: "true" } : {}), $("by").value === "state" && !onlyLate() ? ask({ open: "no", closed_from_at: midnight }) : { items: [] },
      get(`/work-orders/count?${new URLSearchParams(wanted)}`), loadPeople(),
    ]);
    [rows, closed, more] = [page.items, today.items, Boolean(page.next)];
    offset = page.now - Date.now() / 1000;
    tell(counted);
    banner("board", null);
    draw();
  } catch (problem) {
    banner("board", problem.message);
  }
}

function tell({ by_state: byState, late, areas }) {
  text($("open-count"), String(Object.values(byState).reduce((sum, count) => sum + count, 0)));
  text($("late"), late ? `⚠ ${t("wo_late_count", { count: late })}` : t("wo_late_none"));
  $("late").dataset.some = String(late > 0);
  const words = STATES.filter((state) => byState[state]).map((state) => el("span", { text: `${of("wo_state", state)}: ${byState[state]}` }));
  if (more) words.push(el("span", { text: t("wo_more", { count: AT_ONCE }) }));
  $("states").replaceChildren(...words);
  const chosen = $("area").value;
  const option = (value, label) => el("option", { value, text: label, selected: value === chosen });
  if ($("area").options.length !== areas.length + 1) $("area").replaceChildren(option("", t("wo_any_area")), ...areas.map((one) => option(one, one)));
}

// Columns and cards

function columns() {
  if ($("by").value === "state") return STATES.map((state) => ({ key: state, title: of("wo_state", state), quiet: "", rows: (state === "closed" ? closed : rows).filter((one) => state === "closed" || one.state === state) }));
  const named = [...people.values()].map((one) => ({ key: one.login, title: one.name, quiet: one.areas.join(", "), rows: rows.filter(({ technician }) => technician === one.login) }));
  const gone = rows.filter(({ technician }) => technician && !people.has(technician));
  const rest = gone.length ? [{ key: null, title: t("wo_gone"), quiet: "", rows: gone }] : [];
  return [{ key: "", title: t("wo_nobody"), quiet: t("wo_nobody_hint"), rows: rows.filter(({ technician }) => !technician) }, ...named, ...rest];
}

function draw() {
  const here = document.activeElement?.dataset?.id;
  $("columns").replaceChildren(...columns().map(column));
  if (here) $("columns").querySelector(`[data-id="${here}"]`)?.focus();
}

function column({ key, title, quiet, rows: own }, place_) {
  const id = `column-${place_}`;
  const made = el("section", { class: "column", "aria-labelledby": id }, el("h2", { id }, el("span", { text: title }), el("span", { class: "count", text: String(own.length) })),
    el("p", { class: "quiet", text: quiet || " " }), el("ul", {}, ...own.map((one) => el("li", {}, card(one)))));
  if ($("by").value === "technician" && key !== null) takes(made, key || null);
  return made;
}

function card(one) {
  const { words, tone } = due(one, now());
  const who = $("by").value === "state" ? technicianName(one.technician) : of("wo_state", one.state);
  return el("a", { class: "order-card", href: `/work-orders/${one.id}`, draggable: String($("by").value === "technician"), "data-id": one.id, "data-priority": one.priority, "data-state": one.state,
    ondragstart: (event) => { event.dataTransfer.setData("text/plain", String(one.id)); event.dataTransfer.effectAllowed = "move"; event.target.classList.add("dragged"); }, ondragend: (event) => event.target.classList.remove("dragged") },
    el("b", { text: one.subject }), el("span", { class: "quiet", text: [`#${one.id}`, place(one)].filter(Boolean).join(" · ") }),
    agreed(one),
    el("span", { class: "line" }, el("span", { class: "quiet", text: [of("wo_kind", one.kind), who].join(" · ") }), el("span", { class: "due", "data-late": tone, text: words })));
}

/** What the customer agreed to himself: that he booked it by telephone, and what he last said of it. */
function agreed(one) {
  const words = [one.by_phone ? `☎ ${t("wo_by_phone")}` : null, one.visit_answer ? of("wo_visit", one.visit_answer) : null].filter(Boolean);
  return words.length ? el("span", { class: "agreed", "data-answer": one.visit_answer ?? "", text: words.join(" · ") }) : null;
}

function takes(made, technician) {
  const over = (yes) => (event) => { event.preventDefault(); made.dataset.target = String(yes); };
  made.addEventListener("dragover", over(true));
  made.addEventListener("dragleave", over(false));
  made.addEventListener("drop", (event) => { over(false)(event); handOver(Number(event.dataTransfer.getData("text/plain")), technician); });
}

async function handOver(id, technician) {
  const order = rows.find((one) => one.id === id);
  if (!order || order.technician === technician) return;
  try {
    await give(order, technician);
    banner("give", null);
  } catch (problem) {
    banner("give", problem.message);
  }
  load();
}

// Keys: a card has the focus; the arrows go from card to card, single letters act.

function move(down, aside) {
  const lists = [...document.querySelectorAll(".column")].map((one) => [...one.querySelectorAll(".order-card")]).filter((list) => list.length);
  if (!lists.length) return;
  const at = lists.findIndex((list) => list.includes(document.activeElement));
  if (at < 0) return lists[0][0].focus();
  const list = lists[Math.max(0, Math.min(lists.length - 1, at + aside))];
  const row = lists[at].indexOf(document.activeElement);
  list[Math.max(0, Math.min(list.length - 1, row + down))].focus();
}

const focused = () => rows.find(({ id }) => String(id) === document.activeElement?.dataset?.id);
const done = (order) => { load().then(() => $("columns").querySelector(`[data-id="${order.id}"]`)?.focus()); };
const make = () => newOrder({ done });
const hand = () => focused() && assign({ order: focused(), done });
const KEYS = {
  j: () => move(1, 0), ArrowDown: () => move(1, 0), k: () => move(-1, 0), ArrowUp: () => move(-1, 0),
  h: () => move(0, -1), ArrowLeft: () => move(0, -1), l: () => move(0, 1), ArrowRight: () => move(0, 1),
  n: make, a: hand, t: () => $("late").click(), "/": () => $("text").focus(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

const remembered = `board-by-${settings.login}`;
$("by").value = localStorage.getItem(remembered) ?? "technician";
$("kind").replaceChildren(el("option", { value: "", text: t("wo_any_kind") }), ...KINDS.map((kind) => el("option", { value: kind, text: of("wo_kind", kind) })));
text($("late"), t("wo_late_none"));
$("late").addEventListener("click", () => { $("late").setAttribute("aria-pressed", String(!onlyLate())); load(); });
$("by").addEventListener("change", () => { localStorage.setItem(remembered, $("by").value); load(); });
for (const id of ["area", "kind"]) $(id).addEventListener("change", load);
$("text").addEventListener("input", () => { clearTimeout(typing); typing = setTimeout(load, PATIENCE_MILLISECONDS); });
$("new").addEventListener("click", make);
$("places").addEventListener("click", planVisits);
command(t("wo_new"), make);
command(t("wo_places"), planVisits);
command(t("wo_assign"), hand);
command(t("command_theme"), window.switchTheme);
load();
setInterval(load, EVERY_MILLISECONDS);
socket.on("connect", load);
