// What the company has agents fill in after a contact. What is typed is kept on this computer, by contact, until it is sent.

import { $, banner, el, text } from "./dom.js";
import { drop, keep, kept } from "./drafts.js";
import { settings, t } from "./words.js";

let known = [];
let fields = []; // of the contact in hand
let contact = null;

const draftKey = (id) => `form-${id}`;
const label = (one) => one[`label_${settings.language}`] || one.key;
const boxOf = ({ key }) => $(`wrap-field-${key}`);

export function knowFields(told) {
  known = told;
}

function control(field, value) {
  const more = { id: `wrap-field-${field.key}`, "aria-required": field.required ? "true" : null };
  if (field.type === "choice") {
    return el("select", { class: "form-select", ...more }, el("option", { value: "", text: "—" }),
      ...field.choices.map((one) => el("option", { value: one.key, text: label(one), selected: one.key === value })));
  }
  const kind = { date: { type: "date" }, number: { type: "text", inputmode: "decimal" } }[field.type] ?? { type: "text", maxlength: "2000" };
  return el("input", { class: "form-control", autocomplete: "off", value: value ?? "", ...kind, ...more });
}

/** Another contact is in hand, or none: its form, with what was typed before. */
export function takeForm(next) {
  contact = next;
  fields = next ? known.filter((one) => one.queue === null || one.queue === next.queue) : [];
  const typed = (next && kept(draftKey(next.contact))) ?? {};
  $("wrap-up-form").hidden = !fields.length;
  $("wrap-up-fields").replaceChildren(...fields.map((field) => el("div", { class: "field" },
    el("label", { for: `wrap-field-${field.key}`, text: label(field) }, field.required ? el("span", { class: "needed", text: ` ${t("form_needed")}` }) : null), control(field, typed[field.key]))));
}

/** A number as programs write it: 12,5 is 12.5. */
const written = (field) => {
  const typed = boxOf(field).value.trim();
  return field.type === "number" ? typed.replace(",", ".") : typed;
};

/** What is filled in, by field. */
export const answers = () => Object.fromEntries(fields.map((field) => [field.key, written(field)]).filter(([, value]) => value));

/** Whether the form can be sent; else it says what is missing or wrong and goes there. */
export function isFilledIn() {
  const wrong = (field) => (written(field) ? field.type === "number" && !Number.isFinite(Number(written(field))) : field.required);
  for (const field of fields) boxOf(field).setAttribute("aria-invalid", String(wrong(field)));
  const found = fields.filter(wrong);
  if (!found.length) return true;
  banner("result", t("form_incomplete", { fields: found.map(label).join(", ") }));
  boxOf(found[0]).focus();
  return false;
}

/** It was sent: nothing is to be kept. */
export function sent(id) {
  drop(draftKey(id));
}

/** What keeps the agent from choosing a result, if anything does. */
export const firstEmpty = () => {
  const field = fields.find((one) => one.required && !written(one));
  return field ? boxOf(field) : null;
};

$("wrap-up-form").addEventListener("input", () => {
  if (!contact) return;
  keep(draftKey(contact.contact), Object.fromEntries(fields.map((field) => [field.key, boxOf(field).value])));
  text($("form-state"), t("note_saved"));
});
$("wrap-up-form").addEventListener("submit", (event) => event.preventDefault());
