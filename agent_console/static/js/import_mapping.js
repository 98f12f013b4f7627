// Which column of the file goes to which field, with the first rows as they would be taken: wrong cells are marked.

import { post } from "./api.js";
import { banner, el } from "./dom.js";
import { of, settings, t } from "./words.js";

const SAMPLES = 3;

/** What is wrong with a field, in words. */
const wrongWords = (field) => settings.words[`import_wrong_${field || "row"}`] ?? t("import_wrong_value");

/** Shows the mapping of an import that was uploaded; `start(mapping)` takes it in. Returns what the S key does. */
export async function mappingView(job, into, start) {
  let mapping = { ...job.mapping };
  let shown = await look();
  const note = el("p", { role: "status" });
  const frame = el("div", { class: "frame", tabindex: "0", role: "region", "aria-label": t("import_preview") });
  const go = el("button", { type: "button", class: "btn btn-primary", id: "start", onclick: begin }, t("import_start"), " ", el("kbd", { text: "S" }));

  function look() {
    return post(`/imports/${job.id}/preview`, { mapping });
  }

  function begin() {
    if (!go.disabled) start(mapping);
  }

  /** A field has one column: choosing it for another one takes it away from the first. */
  async function choose(column, field) {
    mapping = Object.fromEntries(Object.entries(mapping).filter(([key, value]) => key !== field && value !== column));
    if (field) mapping[field] = column;
    try {
      shown = await look();
      banner("import", null);
    } catch (problem) {
      banner("import", problem.message);
    }
    draw();
  }

  const fieldOf = (column) => Object.keys(mapping).find((field) => mapping[field] === column) ?? "";
  const selects = job.columns.map((column, place) => {
    const samples = shown.rows.map(({ cells }) => cells[place]).filter(Boolean).slice(0, SAMPLES).join(" · ");
    const options = [["", t("import_leave_out")], ...shown.fields.map((field) => [field, of("import_field", field)])];
    const select = el("select", { class: "form-select", "aria-label": t("import_column_to", { column }), onchange: () => choose(column, select.value) },
      ...options.map(([value, words]) => el("option", { value, text: words })));
    return { column, select, row: el("label", {}, el("span", {}, el("b", { text: column }), el("span", { class: "quiet", text: samples || t("import_column_empty") })), select) };
  });

  function draw() {
    for (const { column, select } of selects) select.value = fieldOf(column);
    const wrong = shown.rows.filter(({ mistakes }) => mistakes.length).length;
    const count = shown.rows.length;
    note.className = shown.problem || wrong ? "wrong" : "good";
    note.textContent = shown.problem === "name_needed" ? t("import_name_needed") : shown.problem ? t(`problem_${shown.problem}`) : wrong ? t("import_preview_wrong", { wrong, count }) : t("import_preview_fine", { count });
    go.disabled = Boolean(shown.problem);
    const fields = shown.fields.filter((field) => mapping[field]);
    frame.hidden = !fields.length;
    frame.replaceChildren(el("table", {}, el("thead", {}, el("tr", {}, el("th", { scope: "col", text: t("import_line") }), ...fields.map((field) => el("th", { scope: "col", text: of("import_field", field) })))),
      el("tbody", {}, ...shown.rows.map((row) => el("tr", {}, el("td", { class: "n", text: String(row.line) }), ...fields.map((field) => cell(row, field)))))));
  }

  function cell(row, field) {
    const mistake = row.mistakes.find((one) => one.field === field);
    const words = row.cells[job.columns.indexOf(mapping[field])];
    return el("td", { "data-wrong": Boolean(mistake) }, words, mistake ? el("small", { text: wrongWords(field) }) : null);
  }

  into.append(el("h3", { text: t("import_columns") }), el("div", { class: "mapping" }, ...selects.map(({ row }) => row)),
    el("h3", { text: t("import_preview") }), el("div", { class: "import-controls" }, go, note), frame);
  draw();
  return begin;
}
