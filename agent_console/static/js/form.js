// A small form in a dialog: at most six fields; what is wrong is said beside its field, and nothing typed is lost.

import { $, el } from "./dom.js";
import { t } from "./words.js";

/**
 * `fields`: {key, label, type (text, lines, choice, date, money, check), choices: [{value, text}], value, required}.
 * `send(given)` does it; when that fails the form stays. `more` is a sentence above the fields.
 */
export function ask({ title, button, fields, send, more = "" }) {
  const dialog = $("form");
  const wrong = el("p", { class: "wrong", role: "alert" });
  const inputs = new Map();
  const parts = fields.map((field) => {
    const input = control(field);
    inputs.set(field.key, input);
    const words = field.required ? `${field.label} *` : field.label;
    return field.type === "check" ? el("label", { class: "check" }, input, ` ${words}`) : el("label", {}, el("span", { text: words }), input);
  });
  const cancel = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("case_cancel"), onclick: () => dialog.close() });
  const go = el("button", { type: "submit", class: "btn btn-primary", text: button });
  const submit = async (event) => {
    event.preventDefault();
    go.disabled = true;
    wrong.textContent = "";
    try {
      await send(Object.fromEntries(fields.map((field) => [field.key, given(field, inputs.get(field.key))])));
      dialog.close();
    } catch (problem) {
      wrong.textContent = sentences(problem, fields);
    } finally {
      go.disabled = false;
    }
  };
  dialog.replaceChildren(el("form", { onsubmit: submit }, el("h2", { id: "form-title", text: title }),
    more ? el("p", { class: "quiet", text: more }) : null, ...parts, wrong, el("div", { class: "controls" }, cancel, go)));
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("input, select, textarea")?.focus();
}

function control({ key, type, choices = [], value, required }) {
  const shared = { name: key, required: Boolean(required) };
  if (type === "lines") return el("textarea", { ...shared, class: "form-control", rows: "4", maxlength: "4000" }, value ?? "");
  if (type === "check") return el("input", { ...shared, type: "checkbox", checked: Boolean(value) });
  if (type === "choice") {
    const options = choices.map((one) => el("option", { value: one.value, text: one.text, selected: String(one.value) === String(value ?? "") }));
    return el("select", { ...shared, class: "form-select" }, ...(required && value ? [] : [el("option", { value: "", text: "—" })]), ...options);
  }
  const kinds = { date: "date", money: "number" };
  const limits = type === "money" ? { min: "1", step: "1", inputmode: "numeric" } : { maxlength: "400" };
  return el("input", { ...shared, ...limits, class: "form-control", type: kinds[type] ?? "text", value: value ?? "", autocomplete: "off" });
}

function given({ type }, input) {
  if (type === "check") return input.checked;
  if (type === "money") return input.value === "" ? null : Number(input.value);
  return input.value.trim();
}

/** Mistakes come as "fields.amount: ..."; the label says it in the reader's language. */
function sentences(problem, fields) {
  const mistakes = problem.told?.mistakes ?? [];
  if (!mistakes.length) return problem.message;
  const label = (path) => fields.find(({ key }) => path === key || path === `fields.${key}`)?.label ?? path;
  return mistakes.map((one) => t("case_mend", { field: label(one.split(":")[0]) })).join(" ");
}
