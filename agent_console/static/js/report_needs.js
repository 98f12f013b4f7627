// What callers asked for, by area; behind each number stand its contacts.

import { get } from "./api.js";
import { banner, el } from "./dom.js";
import { percent } from "./figures.js";
import { nothing, panel, table, whole } from "./report_parts.js";
import { day, of, settings, t } from "./words.js";

const AREAS_AT_MOST = 6;

export async function needsTab(place, span) {
  const query = new URLSearchParams(span);
  const found = await get(`/reports/needs?${query}`);
  if (!found.contacts) return place.replaceChildren(nothing());
  const behind = panel(t("report_needs_behind", { need: "…" }), { id: "behind" }, el("p", { class: "quiet", text: t("report_needs_choose") }));
  const choose = (need, name, area = null) => showBehind(behind, span, { need, name, area });
  const told = t("report_needs_counts", { contacts: whole(found.contacts), untold: whole(found.untold) });
  const untold = found.untold ? [[t("report_untold"), number(whole(found.untold), () => choose("", t("report_untold"))), "", "", "", ""]] : [];
  const columns = [["need"], ["contacts", "n"], ["customers", "n spare"], ["share", "n"], ["change", "n"], ["area"]];
  place.replaceChildren(
    panel(t("report_tab_needs"), { path: `/reports/needs/export?${query}`, formula: `${told} ${t("report_needs_formula")}` },
      table(columns, [...found.needs.map((one) => row(one, choose)), ...untold], t("report_tab_needs"))),
    behind);
  return undefined;
}

const nameOf = (one) => one.labels[settings.language] ?? one.need.replaceAll("-", " ");

function row(one, choose) {
  const areas = Object.entries(one.areas).slice(0, AREAS_AT_MOST);
  const rest = Object.keys(one.areas).length - areas.length;
  return [
    nameOf(one),
    number(whole(one.contacts), () => choose(one.need, nameOf(one))),
    whole(one.customers),
    percent(one.share, 1),
    change(one),
    el("span", { class: "areas" }, ...areas.map(([area, count]) => number(`${area || t("report_area_unknown")} ${whole(count)}`, () => choose(one.need, nameOf(one), area))), rest > 0 ? el("span", { class: "quiet", text: `+${rest}` }) : "")];
}

const number = (words, run) => el("button", { type: "button", class: "plain number", text: words, onclick: run });

/** The sign stands with the number: it is not told by colour. */
function change(one) {
  if (!one.before) return "—";
  const grown = one.contacts / one.before - 1;
  return `${grown > 0 ? "+" : ""}${percent(grown)}`;
}

async function showBehind(behind, span, { need, name, area }) {
  const query = { ...span, need, ...(area === null ? {} : { area }) };
  const where = area === null ? "" : ` · ${area || t("report_area_unknown")}`;
  const title = t("report_needs_behind", { need: `${name}${where}` });
  const columns = [["when"], ["customer"], ["area", "spare"], ["queue", "spare"], ["outcome"]];
  const read = async (before, cursor) => {
    try {
      const { items, next } = await get(`/reports/needs/contacts?${new URLSearchParams({ ...query, ...(cursor ? { cursor } : {}) })}`);
      const rows = [...before, ...items];
      const more = next ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), onclick: () => read(rows, next) }) : null;
      behind.replaceChildren(...[el("h2", { tabindex: "-1", text: title }), table(columns, rows.map(contact), title), more].filter(Boolean));
      banner("behind", null);
    } catch (problem) {
      banner("behind", problem.message);
    }
  };
  await read([], null);
  behind.querySelector("h2")?.focus();
}

const may = settings.permissions.includes("read_customers");

function contact(one) {
  const who = one.customer ?? one.number;
  const name = may && one.customer_id ? el("a", { href: `/customers/${one.customer_id}`, text: who }) : el("span", { text: who || t("unknown_caller") });
  return [day(one.at), el("span", {}, name, one.customer ? el("div", { class: "second quiet number", text: one.number }) : ""), one.area ?? "—", one.queue ?? "—", one.outcome ? of("outcome", one.outcome) : t("outcome_open")];
}
