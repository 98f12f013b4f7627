// Visits: what was agreed with the customer about one, and how many there can be in a half day.

import { api, get } from "./api.js";
import { banner, el } from "./dom.js";
import { ask } from "./form.js";
import { choices, KINDS } from "./order_forms.js";
import { day, of, t } from "./words.js";

/** The facts of an order's page: how it was booked, what he said of it, whether he is called; [] for nothing. */
export function agreedWith({ visit }) {
  if (!visit) return [];
  const booked = visit.booked_in ? t("wo_booked_at", { time: day(visit.agreed_at) }) : null;
  const said = visit.answer ? t("wo_visit_answer_at", { answer: of("wo_visit", visit.answer), time: day(visit.answered_at) }) : null;
  return [booked, said, visit.answer || !visit.asked ? null : called(visit.call)].filter(Boolean).map((words) => el("div", { text: words }));
}

function called(call) {
  if (!call) return t("wo_call_none");
  const rule = call.refused_rule ? of("case_rule", call.refused_rule) : "";
  if (call.state === "planned") return rule ? t("wo_call_waits", { rule }) : t("wo_call_planned", { time: day(call.next_at) });
  return t(`wo_call_${call.state}`, { rule });
}

// How many there can be: a form for one area and kind of work, by parts of the week.

const PARTS = { weekday_morning: [[1, 2, 3, 4, 5], "morning"], weekday_afternoon: [[1, 2, 3, 4, 5], "afternoon"], saturday_morning: [[6], "morning"], saturday_afternoon: [[6], "afternoon"] };
const poolOf = ({ area, kind }) => [area || t("wo_any_area"), kind ? of("wo_kind", kind) : t("wo_any_kind")].join(", ");

export async function planVisits() {
  try {
    const { rows } = await get("/visit-capacity");
    banner("places", null);
    form(rows);
  } catch (problem) {
    banner("places", problem.message);
  }
}

function form(rows) {
  const own = rows.filter(({ area, kind }) => !area && !kind);
  const most = ([days, half]) => Math.max(0, ...own.filter((row) => days.includes(row.weekday) && row.half === half).map(({ places }) => places));
  const numbers = Object.entries(PARTS).map(([key, part]) => ({ key, label: t(`wo_places_${key}`), type: "count", value: most(part) }));
  const fields = [{ key: "area", label: t("wo_places_any_area") }, { key: "kind", label: t("wo_kind"), type: "choice", choices: choices("wo_kind", KINDS) }, ...numbers];
  ask({ title: t("wo_places"), button: t("wo_save"), more: t("wo_places_hint", { rows: summary(rows) || t("wo_places_none") }), fields, send: (given) => save(rows, given) });
}

function summary(rows) {
  const pools = new Map();
  for (const row of rows) pools.set(poolOf(row), (pools.get(poolOf(row)) ?? 0) + row.places);
  return [...pools].map(([pool, count]) => t("wo_places_row", { pool, count })).join("; ");
}

async function save(rows, { area, kind, ...counts }) {
  const others = rows.filter((row) => row.area !== area || row.kind !== kind);
  const news = Object.entries(PARTS).flatMap(([key, [days, half]]) => days.map((weekday) => ({ area, kind, weekday, half, places: counts[key] })));
  await api("PUT", "/visit-capacity", { rows: [...others, ...news.filter(({ places }) => places > 0)] });
}
