// Value of all customers: Pareto's curve, cost beside value, RFM, the best and those who are worth least.

import { get, post } from "./api.js";
import { $, banner, el, fill, text } from "./dom.js";
import "./feed.js";
import { money, percent, short } from "./figures.js";
import { command } from "./palette.js";
import { svg } from "./svg.js";
import { day, t } from "./words.js";

const AGAIN_MILLISECONDS = 3000;

async function show() {
  try {
    const [told, segments] = await Promise.all([get("/value"), get("/value/segments?limit=200")]);
    paint(told);
    paintSegments(segments.items, told.currency);
    banner("value", null);
    if (["asked", "running"].includes(told.last_run?.state)) setTimeout(show, AGAIN_MILLISECONDS);
  } catch (problem) {
    banner("value", problem.message);
  }
}

function paint(told) {
  const run = told.last_run;
  text($("value-run"), run ? t(`value_run_${run.state}`, { day: day(run.finished_at ?? run.asked_at), customers: run.customers, changed: run.changed_class }) : t("value_run_none"));
  const none = !told.curve.length && !told.classes.length;
  $("value-begin").hidden = !none;
  for (const part of document.querySelectorAll("[data-needs-values]")) part.hidden = none;
  paintCurve(told.curve);
  paintClasses(told);
  paintGrid(told.rfm);
  const named = (rows) => rows.map((row) => el("tr", {}, el("td", { text: row.name }), el("td", {}, el("span", { class: "class", text: row.value_class ?? "—" })), el("td", { class: "n", text: money(row.value_minor, told.currency) })));
  for (const [id, rows] of [["value-best", told.best], ["value-lowest", told.lowest]]) fill($(id).tBodies[0], rows, () => (rows.length ? named(rows) : [empty(3)]));
}

function paintCurve(curve) {
  const [left, top, wide, high] = [34, 8, 316, 186];
  const x = (share) => left + share * wide;
  const y = (share) => top + (1 - share) * high;
  const at = (limit) => curve.find(([, value]) => value >= limit)?.[0] ?? null;
  const lines = [["A", 0.8], ["B", 0.95]].flatMap(([letter, limit]) => [
    svg("line", { class: "limit", x1: left, x2: left + wide, y1: y(limit), y2: y(limit) }),
    svg("text", { x: left - 4, y: y(limit) + 4, "text-anchor": "end" }, `${limit * 100} %`),
    svg("text", { class: "letter", x: left + wide - 4, y: y(limit) - 3, "text-anchor": "end" }, letter),
  ]);
  const axis = [svg("path", { class: "axis", d: `M${left} ${top}V${top + high}H${left + wide}` }),
    ...[0, 0.5, 1].map((share) => svg("text", { x: x(share), y: top + high + 15, "text-anchor": share === 0 ? "start" : share === 1 ? "end" : "middle" }, `${share * 100} %`))];
  const way = curve.map(([share, value]) => `${x(share)} ${y(value)}`).join("L");
  const drawn = curve.length ? [svg("path", { class: "area", d: `M${way}L${x(1)} ${y(0)}L${x(0)} ${y(0)}Z` }), svg("path", { class: "line", d: `M${way}` })] : [];
  $("pareto").replaceChildren(...axis, ...drawn, ...lines);
  text($("pareto-words"), curve.length ? t("value_pareto_words", { a: percent(at(0.8)), b: percent(at(0.95)) }) : t("value_none"));
}

function paintClasses(told) {
  const rows = told.classes;
  const each = (row) => money(row.customers ? row.cost_last_year_minor / row.customers : 0, told.currency);
  fill($("value-classes").tBodies[0], rows, () => (rows.length ? rows.map((row) => el("tr", {},
    el("td", {}, el("span", { class: "class", text: row.value_class || "—" })),
    ...[row.customers.toLocaleString(document.documentElement.lang), money(row.value_minor, told.currency), money(row.cost_last_year_minor, told.currency)].map((words) => el("td", { class: "n", text: words })),
    ...[each(row), money(row.potential_minor, told.currency)].map((words) => el("td", { class: "n spare", text: words })))) : [empty(6)]));
  besides($("beside"), rows.map((row) => ({ ...row, letter: row.value_class || "—" })), told.currency);
  text($("value-unknown"), told.cost_of_unknown_minor ? t("value_unknown", { amount: money(told.cost_of_unknown_minor, told.currency) }) : "");
}

/** Value above cost, a pair of bars for each row; `letter` stands before them. */
function besides(chart, rows, currency) {
  const most = Math.max(1, ...rows.flatMap((row) => [row.value_minor, row.cost_last_year_minor]));
  const wide = (amount) => Math.max(1, (Math.max(amount, 0) / most) * 240);
  const bar = (amount, kind, y) => [
    svg("rect", { class: kind, x: 24, y, width: wide(amount), height: 13, rx: 2 }),
    svg("text", { x: 30 + wide(amount), y: y + 11 }, short(amount, currency)),
  ];
  chart.setAttribute("viewBox", `0 0 360 ${Math.max(1, rows.length) * 38}`);
  chart.replaceChildren(...rows.flatMap((row, place) => [
    svg("text", { class: "letter", x: 4, y: place * 38 + 20 }, row.letter),
    ...bar(row.value_minor, "bar-value", place * 38 + 2), ...bar(row.cost_last_year_minor, "bar-cost", place * 38 + 18)]));
}

/** Each saved segment; the number before its bars is that of its row. */
function paintSegments(rows, currency) {
  const each = (row, sum) => money(row.customers ? sum / row.customers : 0, currency);
  fill($("value-segments").tBodies[0], rows, () => (rows.length ? rows.map((row, place) => el("tr", {},
    el("td", { class: "n", text: String(place + 1) }), el("td", {}, el("a", { href: `/segments#${row.segment_id}`, text: row.name })),
    el("td", { class: "n spare", text: row.customers.toLocaleString(document.documentElement.lang) }),
    ...[money(row.value_minor, currency), money(row.cost_last_year_minor, currency)].map((words) => el("td", { class: "n", text: words })),
    ...[each(row, row.value_minor), each(row, row.cost_last_year_minor)].map((words) => el("td", { class: "n spare", text: words })))) : [empty(7)]));
  besides($("beside-segments"), rows.map((row, place) => ({ ...row, letter: String(place + 1) })), currency);
}

function paintGrid(cells) {
  const found = new Map(cells.map((cell) => [`${cell.recency} ${cell.frequency}`, cell.customers]));
  const most = Math.max(1, ...found.values());
  const five = [1, 2, 3, 4, 5];
  const rows = [...five].reverse().map((recency) => el("tr", {}, el("th", { scope: "row", text: `R${recency}` }), ...five.map((frequency) => {
    const count = found.get(`${recency} ${frequency}`) ?? 0;
    return el("td", { "data-level": String(Math.ceil((4 * count) / most)), text: count ? String(count) : "·", title: t("value_rfm_cell", { recency, frequency, count }) });
  })));
  const foot = el("tr", {}, el("td", { class: "corner" }), ...five.map((frequency) => el("th", { scope: "col", text: `F${frequency}` })));
  fill($("rfm").tBodies[0], cells, () => [...rows, foot]);
}

const empty = (columns) => el("tr", {}, el("td", { colspan: String(columns), class: "quiet", text: t("value_none") }));

async function compute() {
  try {
    await post("/value/runs");
    await show();
  } catch (problem) {
    banner("value", problem.message);
  }
}

$("value-compute")?.addEventListener("click", compute);
command(t("command_theme"), window.switchTheme);
show();
