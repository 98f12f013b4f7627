// The fields of a customer that a person may change, in steps of the page; and who may have said so.

import { get } from "./api.js";
import { of, settings, t } from "./words.js";

export const SOURCES = ["customer", "document", "agent", "system", "file", "guessed"];

const choice = (family, values) => values.map((value) => ({ value, text: of(family, value) }));

const OWN = [
  { key: "kind", type: "choice", choices: () => choice("customer_kind", ["person", "company"]), required: true },
  { key: "name", required: true },
  { key: "surname" }, { key: "second_surname" }, { key: "rut" },
  { key: "birth_date", type: "date" },
  { key: "form_of_address" },
  { key: "language", type: "choice", choices: () => choice("language", ["es", "en"]) },
  { key: "time_zone" },
  { key: "is_supplier", type: "choice", of: "yes_no", choices: () => yesNo(), required: true },
  { key: "notes" },
];
const yesNo = () => [{ value: "true", text: t("yes") }, { value: "false", text: t("no") }];

/** His fields: {key, label, type, choices, required}; a company has no surnames and no birthday. */
export async function fieldsOf(record) {
  const company = ["surname", "second_surname", "birth_date"];
  const own = OWN.filter(({ key }) => record.kind !== "company" || record[key] || !company.includes(key))
    .map((field) => ({ type: "text", ...field, choices: field.choices?.() ?? [], label: t(`customer_field_${field.key}`), value: record[field.key] }));
  return [...own, ...(await customFields()).map((field) => ({ ...field, value: record.custom[field.key.slice("custom.".length)] }))];
}

async function customFields() {
  const rows = await get("/custom-fields");
  const label = (one) => (settings.language === "en" ? one.label_en : one.label_es);
  return rows.filter(({ retired_at: gone }) => !gone).map((one) => ({
    key: `custom.${one.key}`, label: label(one), pausesRecording: one.pauses_recording, type: one.type === "yes_no" ? "choice" : one.type, of: one.type,
    choices: one.type === "yes_no" ? yesNo() : one.choices.map((each) => ({ value: each.key, text: label(each) })),
  }));
}

/** A value in words. */
export function shown(field, value) {
  if (value === null || value === undefined || value === "") return "—";
  return field.choices.find((one) => one.value === String(value))?.text ?? String(value);
}

/** What a request says: {surname: "Rojas"} or {custom: {meter: 12}}; nothing typed is null. */
export function told(field, typed) {
  const empty = ["name", "surname", "second_surname", "form_of_address", "kind", "notes"].includes(field.key) ? "" : null;
  const value = typed === "" ? empty : field.of === "number" ? Number(typed) : field.of === "yes_no" ? typed === "true" : typed;
  const [group, key] = field.key.split(".");
  return key ? { [group]: { [key]: value } } : { [group]: value };
}
