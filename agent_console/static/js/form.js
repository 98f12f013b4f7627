// A small form in a dialog: at most six fields; what is wrong is said beside its field, and nothing typed is lost.

import { customerField } from "./customer_field.js";
import { $, el } from "./dom.js";
import { fileButton } from "./file_button.js";
import { settings, t } from "./words.js";

/**
 * `fields`: {key, label, type, choices: [{value, text}], value, required}; types are text, lines, choice, date, moment
 * (epoch seconds), local (an hour of its own place), money, check, file, several, pin, count and customer ({customer_id, name}). `send(given)` does it; when that fails the
 * form stays. `more` is a sentence above the fields.
 */
export function ask({ title, button, fields, send, more = "" }) {
  const dialog = $("form") ?? newDialog();
  const wrong = el("p", { class: "wrong", role: "alert" });
  const inputs = new Map();
  const parts = fields.map((field) => {
    const { element, read } = control(field);
    inputs.set(field.key, read);
    const words = field.required ? `${field.label} *` : field.label;
    if (field.type === "several") return el("fieldset", {}, el("legend", { text: words }), element);
    return field.type === "check" ? el("label", { class: "check" }, element, ` ${words}`) : el("label", {}, el("span", { text: words }), element);
  });
  const cancel = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("cancel"), onclick: () => dialog.close() });
  const go = el("button", { type: "submit", class: "btn btn-primary", text: button });
  const submit = async (event) => {
    event.preventDefault();
    go.disabled = true;
    wrong.textContent = "";
    try {
      await send(Object.fromEntries(fields.map(({ key }) => [key, inputs.get(key)()])));
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
  const first = [...dialog.querySelectorAll("input, select, textarea")];
  (first.find((input) => !input.value && input.type !== "checkbox") ?? first[0])?.focus();
}

function newDialog() {
  const made = el("dialog", { id: "form", class: "form-dialog", "aria-labelledby": "form-title" });
  document.body.append(made);
  return made;
}

const local = (at) => new Date(at * 1000 - new Date(at * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16);

const KINDS = {
  lines({ value }, shared) {
    const box = el("textarea", { ...shared, class: "form-control", rows: "4", maxlength: "4000" }, value ?? "");
    return { element: box, read: () => box.value.trim() };
  },
  /** A day and an hour as the clock there shows them: "2026-10-03T10:30". */
  local({ value }, shared) {
    const box = input(shared, "datetime-local", value, {});
    return { element: box, read: () => box.value };
  },
  check({ value }, shared) {
    const box = el("input", { ...shared, type: "checkbox", checked: Boolean(value) });
    return { element: box, read: () => box.checked };
  },
  choice({ value, choices = [], required }, shared) {
    const options = choices.map((one) => el("option", { value: one.value, text: one.text, selected: String(one.value) === String(value ?? "") }));
    const box = el("select", { ...shared, class: "form-select" }, ...(required && value ? [] : [el("option", { value: "", text: "—" })]), ...options);
    return { element: box, read: () => box.value };
  },
  several({ key, value = [], choices = [] }) {
    const boxes = choices.map((one) => [one.value, el("input", { type: "checkbox", name: key, checked: (value ?? []).includes(one.value) })]);
    const labels = boxes.map(([, box], at) => el("label", { class: "check" }, box, ` ${choices[at].text}`));
    return { element: el("div", { class: "several" }, ...labels), read: () => boxes.filter(([, box]) => box.checked).map(([chosen]) => chosen) };
  },
  pin(_, shared) {
    const box = input(shared, "password", "", { inputmode: "numeric", pattern: "[0-9]{4}", maxlength: "4", autocomplete: "new-password" });
    return { element: box, read: () => box.value };
  },
  count({ value }, shared) {
    const box = input(shared, "number", value, { min: "0", step: "1", inputmode: "numeric" });
    return { element: box, read: () => Number(box.value) };
  },
  money({ value }, shared) {
    const box = input(shared, "number", value, { min: "1", step: "1", inputmode: "numeric" });
    return { element: box, read: () => (box.value === "" ? null : Number(box.value)) };
  },
  moment({ value }, shared) {
    const box = input(shared, "datetime-local", value ? local(value) : "", {});
    return { element: box, read: () => (box.value ? new Date(box.value).getTime() / 1000 : null) };
  },
  file({ accept }, shared) {
    const box = input(shared, "file", null, { accept });
    return { element: fileButton(box), read: () => box.files[0] ?? null };
  },
  date({ value }, shared) {
    const box = input(shared, "date", value, {});
    return { element: box, read: () => box.value };
  },
  text({ value }, shared) {
    const box = input(shared, "text", value, { maxlength: "400" });
    return { element: box, read: () => box.value.trim() };
  },
  customer: customerField,
};

const input = (shared, type, value, more) => el("input", { ...shared, ...more, class: "form-control", type, value: value ?? "", autocomplete: more.autocomplete ?? "off" });

const control = (field) => (KINDS[field.type] ?? KINDS.text)(field, { name: field.key, required: Boolean(field.required) });

/** Mistakes come as "fields.amount: ..."; the label says it in the reader's language. */
function sentences(problem, fields) {
  const mistakes = problem.told?.mistakes ?? [];
  if (!mistakes.length) return problem.message;
  const label = (path) => fields.find(({ key }) => path === key || path === `fields.${key}`)?.label ?? path;
  const known = new Map((problem.told.fields ?? []).map((one) => [one.field, settings.words[`mistake_${one.error_id}`] && t(`mistake_${one.error_id}`, one.says)]));
  const sentence = (path) => (known.get(path) ? `${label(path)}: ${known.get(path)}` : t("form_mend", { field: label(path) }));
  return mistakes.map((one) => sentence(one.split(":")[0])).join(" ");
}
