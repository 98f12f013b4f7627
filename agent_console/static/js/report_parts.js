// What the reports are made of: a panel with its formula, a figure with its own, a table to read and to take away.

import { el } from "./dom.js";
import { settings, t } from "./words.js";

export const whole = (count) => new Intl.NumberFormat(settings.language).format(count);

/** "4 s", "1:15", "2:03:09". */
export function spent(seconds) {
  if (seconds < 60) return `${new Intl.NumberFormat(settings.language, { maximumFractionDigits: seconds < 10 ? 1 : 0 }).format(seconds)} s`;
  const all = Math.round(seconds);
  const two = (number) => String(number).padStart(2, "0");
  return all < 3600 ? `${Math.floor(all / 60)}:${two(all % 60)}` : `${Math.floor(all / 3600)}:${two(Math.floor(all / 60) % 60)}:${two(all % 60)}`;
}

/** The same; "—" where there is none. */
export const seconds = (value) => (value === null || value === undefined ? "—" : spent(value));

/** Links that save a table: `path` is that of its export, without the format. */
export function saves(title, path) {
  const link = (format) => el("a", { href: `/api/v1${path}&format=${format}`, download: true, "aria-label": t("report_export_of", { table: title, format: format.toUpperCase() }), text: t(`report_export_${format}`) });
  return el("span", { class: "saves" }, link("csv"), link("xlsx"));
}

/** A part of a report; `formula` says how its figures are made, `path` where to take them away. */
export function panel(title, { formula = "", path = null, wide = false, id = null }, ...children) {
  return el("section", { class: wide ? "panel wide" : "panel", id }, el("h2", {}, title, path && saves(title, path)), ...children, formula && el("p", { class: "quiet formula", text: formula }));
}

/** One figure: its name, its value, what it is made of. */
export function figure(name, value, formula, { detail = "", tone = null } = {}) {
  return el("div", { class: "figure", "data-tone": tone }, el("span", { class: "name", text: name }), el("b", { class: "n" }, value), detail && el("span", { class: "detail n", text: detail }), el("p", { class: "quiet formula", text: formula }));
}

/** A table; `columns` are [word, kind, label] with the kind "n" for numbers and "spare" for what a telephone leaves out; a label stands for the word. */
export function table(columns, rows, caption) {
  const heads = columns.map(([word, kind, label]) => el("th", { scope: "col", class: kind, text: label ?? t(`report_column_${word}`) }));
  const cells = (row) => row.map((cell, place) => el(place ? "td" : "th", { class: columns[place][1], scope: place ? null : "row" }, cell));
  return el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": caption },
    el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row))))));
}

export const nothing = () => el("p", { class: "panel quiet", text: t("report_none") });
