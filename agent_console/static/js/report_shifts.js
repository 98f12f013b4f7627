// The shifts of a week, planned in a grid of agents by days. A cell says work, then breaks behind a stroke; what is
// typed stays until it is kept, also while one looks elsewhere.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { percent } from "./figures.js";
import { panel, seconds } from "./report_parts.js";
import { mistakesOf, shown } from "./shift_words.js";
import { settings, t } from "./words.js";

const drafts = new Map(); // "agent day" -> what was typed
const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const PIECE = /^(\d{1,2})(?::?(\d{2}))?\s*[-–a]\s*(\d{1,2})(?::?(\d{2}))?$/;

addEventListener("beforeunload", (event) => { if (drafts.size) event.preventDefault(); });

const shift = (iso, days) => new Date(Date.parse(iso) + days * 86400000).toISOString().slice(0, 10);
const clock = (hours, minutes) => `${hours.padStart(2, "0")}:${minutes ?? "00"}`;

/** The pieces that a cell says; null: it cannot be read. */
function pieces(typed) {
  const [work, breaks = "", ...more] = typed.split("/");
  const read = (kind, words) => words.replace(/\s*[-–]\s*/g, "-").split(/[\s,;]+/).filter(Boolean).map((word) => {
    const found = word.match(PIECE);
    return found && { kind, begins: clock(found[1], found[2]), ends: clock(found[3], found[4]) };
  });
  const all = [...read("work", work), ...read("break", breaks)];
  return more.length || all.includes(null) ? null : all;
}

/** A panel for the week that holds a day; `kept` is called when something was kept. */
export function shiftsPanel(day, kept) {
  const place = el("div", {});
  show(place, day, kept);
  return panel(t("shifts_week"), { wide: true, id: "shifts", formula: t("shifts_hint") }, place);
}

async function show(place, day, kept) {
  try {
    draw(place, await get(`/shifts?${new URLSearchParams({ day })}`), kept);
  } catch (problem) {
    place.replaceChildren(el("p", { class: "wrong", role: "alert", text: problem.message }));
  }
}

function draw(place, week, kept) {
  const told = el("p", { role: "status", class: "quiet" });
  const wrong = el("ul", { class: "wrong", role: "alert" });
  const first = week.days[0].day;
  const title = new Intl.DateTimeFormat(settings.language, { weekday: "short", day: "2-digit", month: "short", timeZone: "UTC" });
  const heads = week.days.map(({ day, hours }) => el("th", { scope: "col" }, title.format(new Date(day)), hours === 24 ? null : el("small", { class: "quiet", text: t("shifts_hours", { hours }) })));
  const adherence = new Map(week.agents.map(({ agent }) => [agent, el("td", { class: "n adherence", text: "" })]));
  const cells = week.agents.map((row) => row.days.map((has, at) => cell(row, week.days[at].day, has)));
  const rows = week.agents.map((row, at) => el("tr", {}, el("th", { scope: "row", text: row.name }), ...cells[at].map(({ box }) => el("td", {}, box)), el("td", { class: "n", text: row.planned_seconds ? seconds(row.planned_seconds) : "—" }), adherence.get(row.agent)));
  const grid = el("table", { class: "grid shifts", onkeydown: (event) => move(event, cells) },
    el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("report_column_agent_login") }), ...heads, el("th", { scope: "col", class: "n", text: t("shifts_planned") }), el("th", { scope: "col", class: "n", text: t("report_column_adherence") }))),
    el("tbody", {}, ...rows));
  const button = (words, run, main = false) => el("button", { type: "button", class: `btn ${main ? "btn-primary" : "btn-outline-secondary"}`, text: t(words), onclick: run });
  place.replaceChildren(
    el("div", { class: "controls" },
      button("shifts_before", () => show(place, shift(first, -7), kept)), button("shifts_after", () => show(place, shift(first, 7), kept)),
      button("shifts_copy", () => attempt(wrong, () => copy(cells, first, told))), button("shifts_adherence", () => attempt(wrong, () => adhere(week, adherence, told))),
      button("shifts_keep", () => attempt(wrong, async () => { const count = await keep(cells); await show(place, first, kept); kept(); place.querySelector("[role=status]").textContent = t("shifts_kept", { count }); }), true)),
    el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": t("shifts_week") }, grid), wrong, told);
}

function cell(row, day, has) {
  const key = `${row.agent} ${day}`;
  const before = shown(has);
  const box = el("textarea", { class: "form-control", rows: "2", spellcheck: "false", "aria-label": `${row.name}, ${day}` });
  const one = { key, agent: row.agent, day, has, box };
  const changed = () => {
    const differs = box.value.trim() !== before;
    if (differs) drafts.set(key, box.value);
    else drafts.delete(key);
    box.toggleAttribute("data-changed", differs);
    box.setAttribute("aria-invalid", String(pieces(box.value) === null));
  };
  one.put = (value) => { box.value = value; changed(); };
  one.put(drafts.get(key) ?? before);
  box.addEventListener("input", changed);
  return one;
}

/** Enter goes to the next agent, Ctrl and an arrow to the cell there. */
function move(event, cells) {
  const way = event.key === "Enter" && !event.shiftKey ? [1, 0] : event.ctrlKey ? MOVES[event.key] : null;
  if (!way) return;
  const at = cells.findIndex((row) => row.some(({ box }) => box === event.target));
  const column = cells[at]?.findIndex(({ box }) => box === event.target);
  event.preventDefault();
  cells[at + way[0]]?.[column + way[1]]?.box.focus();
}

async function attempt(wrong, run) {
  wrong.replaceChildren();
  try {
    await run();
  } catch (problem) {
    wrong.replaceChildren(...mistakesOf(problem).map((words) => el("li", { text: words })));
  }
}

async function keep(cells) {
  const changed = cells.flat().filter(({ key }) => drafts.has(key));
  const unread = changed.find(({ box }) => pieces(box.value) === null);
  if (unread) {
    unread.box.focus();
    throw new Error(t("shifts_unread", { cell: unread.box.getAttribute("aria-label") }));
  }
  await post("/shifts/plans", { plans: changed.map(({ agent, day, has, box }) => ({ agent, day, pieces: pieces(box.value), seen: has })) });
  changed.forEach(({ key }) => drafts.delete(key));
  return changed.length;
}

/** What the week before has, as if it had been typed: nothing is kept yet. */
async function copy(cells, first, told) {
  const last = await get(`/shifts?${new URLSearchParams({ day: shift(first, -7) })}`);
  const of = new Map(last.agents.map(({ agent, days }) => [agent, days]));
  cells.forEach((row) => row.forEach((one, at) => one.put(shown(of.get(one.agent)?.[at] ?? []))));
  told.textContent = t("shifts_copied");
}

/** Of five agents or more; each can read that somebody looked. */
async function adhere(week, places, told) {
  const last = week.days.at(-1);
  const found = await get(`/reports/agents?${new URLSearchParams({ from_at: week.days[0].begins_at, until_at: last.begins_at + last.hours * 3600 })}`);
  for (const { agent, figures } of found.agents ?? []) places.get(agent)?.replaceChildren(percent(figures.adherence, 1));
  told.textContent = found.agents ? t("report_agents_looked") : t("shifts_team_adherence", { share: percent(found.team?.adherence, 1) });
}
