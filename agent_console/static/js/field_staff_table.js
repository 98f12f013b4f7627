// A table of the field staff's pages: its title, what can be added, rows with what can be done with each.

import { el } from "./dom.js";
import { t } from "./words.js";

/** `columns` are [word, kind]; a `row` is its cells, the first its name. `add`: [words, function]; null: nobody may. */
export function tableOf({ title, about, columns, rows, add = null, before = [], told = null }) {
  const heads = columns.map(([word, kind]) => el("th", { scope: "col", class: kind }, word ? t(`fs_${word}`) : el("span", { class: "visually-hidden", text: t("fs_actions") })));
  const cells = (row) => row.map((cell, place) => el(place ? "td" : "th", { class: columns[place][1], scope: place ? null : "row" }, ...[cell].flat()));
  return el("section", { class: "panel" },
    el("h2", {}, el("span", { text: title }), add && el("button", { type: "button", class: "btn btn-primary", id: "add-one", text: add[0], onclick: add[1] })),
    about && el("p", { class: "quiet", text: about }), told, ...before,
    rows.length ? el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": title },
      el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows.map((row) => el("tr", {}, ...cells(row))))))
      : el("p", { class: "quiet", text: t("fs_none") }));
}

export const act = (words, onclick, name) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: words, "aria-label": `${words}: ${name}`, onclick });
