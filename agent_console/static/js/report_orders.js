// How work orders went: by technician, closing and kind, and the cases that somebody should look at.

import { get } from "./api.js";
import { el } from "./dom.js";
import { loadPeople } from "./order_forms.js";
import { decimal, length, technicianName } from "./order_names.js";
import { nothing, panel } from "./report_parts.js";
import { day, of, t } from "./words.js";

const time = (seconds) => (seconds === null ? "—" : length(seconds));
const share = (part, whole) => (whole ? t("wo_share", { part, whole }) : "—");

/** Words, value, and whether a value above 0 is bad news. */
const COLUMNS = [
  ["wo_col_closed", (one) => one.closed],
  ["wo_col_done", (one) => one.done],
  ["wo_col_late", (one) => share(one.late, one.closed), (one) => one.late],
  ["wo_col_repeated", (one) => share(one.repeated, one.done), (one) => one.repeated],
  ["wo_col_not_solved", (one) => share(one.not_solved, one.answered), (one) => one.not_solved],
  ["wo_col_grade", (one) => (one.grades ? t("wo_grade_between", { grade: decimal(one.grade_mean), count: one.grades, low: decimal(one.grade_low), high: decimal(one.grade_high) }) : "—"), (one) => one.grades && one.grade_mean < 4],
  ["wo_col_to_arrive", (one) => time(one.to_arrive_seconds)],
  ["wo_col_on_site", (one) => time(one.on_site_seconds)],
];

export async function ordersTab(place, span) {
  const query = new URLSearchParams(span);
  const [report] = await Promise.all([get(`/reports/work-orders?${query}`), loadPeople().catch(() => {})]);
  if (!report.all.closed) return place.replaceChildren(nothing());
  const all = [{ key: "", figures: report.all }];
  const named = ({ key, name }) => name || key || t("wo_everybody");
  const people = report.by_technician ? [] : [el("p", { class: "quiet", text: t("report_technicians_few") })];
  place.replaceChildren(
    panel(t("wo_by_technician"), { path: `/reports/work-orders/export?${query}`, formula: `${t("report_technicians_until")} ${t("wo_report_formula")}`, wide: true },
      table(t("wo_by_technician"), [...(report.by_technician ?? []), ...all], named), ...people),
    panel(t("wo_report_closing"), { wide: true }, table(t("wo_report_closing"), report.by_closing, ({ key }) => of("wo_closing", key))),
    panel(t("wo_report_kind"), { wide: true }, table(t("wo_report_kind"), report.by_kind, ({ key }) => of("wo_kind", key))),
    panel(t("wo_cases"), { wide: true }, cases(report.cases)));
  return undefined;
}

function table(title, rows, name) {
  return el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": title },
    el("table", { class: "figures-table" },
      el("thead", {}, el("tr", {}, el("td"), ...COLUMNS.map(([words]) => el("th", { scope: "col", text: t(words) })))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, el("th", { scope: "row", text: name(row) }),
        ...COLUMNS.map(([, value, bad]) => el("td", { "data-tone": bad?.(row.figures) ? "bad" : null, text: String(value(row.figures)) })))))));
}

function cases(rows) {
  const why = (one) => [one.solved === false && t("wo_not_solved"), one.repeated && t("wo_repeated"), one.grade !== null && t("wo_grade_is", { grade: one.grade })].filter(Boolean).join(" · ");
  const line = (one) => el("li", {}, el("a", { href: `/work-orders/${one.order_id}`, text: `#${one.order_id} · ${of("wo_kind", one.kind)}` }), el("span", { class: "quiet", text: `${technicianName(one.technician)} · ${day(one.at)}` }), el("p", { text: `${of("wo_closing", one.code)} · ${why(one)}` }));
  return rows.length ? el("ul", { class: "case-history" }, ...rows.map(line)) : el("p", { class: "quiet", text: t("wo_cases_none") });
}
