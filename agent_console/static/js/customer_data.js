// What is known of him: each fact with its source, those that contradict it beside it, edited in place.

import { api } from "./api.js";
import { fieldsOf, shown, SOURCES, told } from "./customer_fields.js";
import { pointsPart } from "./customer_points.js";
import { el } from "./dom.js";
import "./recording_hook.js";
import { of, settings, t, when } from "./words.js";

const may = () => settings.permissions.includes("change_customers");
let lastSource = ""; // what is read from one document is mostly read field by field
let draft = null; // what is being typed: {key, typed, source}; it outlives a look at another tab
addEventListener("beforeunload", (event) => draft && event.preventDefault());

export async function dataTab(place, customer) {
  let fields;
  try {
    fields = await fieldsOf(customer.record);
  } catch (problem) {
    return place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
  const again = () => dataTab(place, customer);
  const list = el("dl", { class: "data" }, ...fields.map((field) => row(field, customer, again)));
  place.replaceChildren(el("div", { class: "data-part" }, el("h2", { text: t("data_fields") }), list), ...pointsPart(customer, again));
  const unfinished = draft && fields.find(({ key }) => key === draft.key);
  if (unfinished) editor(list.querySelector(`[data-field="${draft.key}"]`), unfinished, customer, again);
  return null;
}

function row(field, customer, again) {
  const known = customer.record.known[field.key];
  const line = el("div", { class: "data-row", "data-field": field.key, "data-conflict": known?.conflicts.length ? "true" : null });
  const edit = may() ? el("button", { type: "button", class: "plain edit", "aria-label": t("data_edit", { field: field.label }), text: "✎", onclick: () => editor(line, field, customer, again) }) : null;
  const conflicts = known?.conflicts.length ? [conflict(field, known.shown, customer, again, true), ...known.conflicts.map((said) => conflict(field, said, customer, again, false))] : [];
  line.replaceChildren(el("dt", { text: field.label }),
    el("dd", {}, el("span", { class: "value", text: shown(field, field.value) }), edit, known ? el("span", { class: "quiet source", text: saidBy(known.shown) }) : null,
      conflicts.length ? el("div", { class: "conflict" }, el("b", { text: `⚠ ${t("data_conflict")}` }), ...conflicts) : null));
  return line;
}

export const saidBy = ({ source, at, by }) => [of("source", source), at ? when(at) : null, by].filter(Boolean).join(" · ");

function conflict(field, said, customer, again, isShown) {
  const settle = async (event) => {
    event.target.disabled = true;
    try {
      await api("POST", `/customers/${customer.id}/facts/${said.fact_id}/settle`);
      await customer.reload();
      again();
    } catch (problem) {
      event.target.after(el("p", { class: "problem", role: "alert", text: problem.message }));
      event.target.disabled = false;
    }
  };
  return el("p", {}, el("span", { class: "value", text: `${shown(field, said.value)} ${isShown ? `(${t("data_shown")})` : ""}` }), el("span", { class: "quiet", text: ` ${saidBy(said)} ` }),
    may() ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("data_true"), onclick: settle }) : null);
}

/** The field becomes a form, with its source; Escape leaves it. */
function editor(line, field, customer, again) {
  const focus = () => document.querySelector(`[data-field="${field.key}"] .edit`)?.focus();
  const kept = draft?.key === field.key ? draft : null;
  const input = control(field);
  if (kept) input.value = kept.typed;
  const source = el("select", { class: "form-select", required: true, "aria-label": t("source_ask") }, el("option", { value: "", text: t("source_ask") }),
    ...SOURCES.map((value) => el("option", { value, text: of("source", value), selected: value === (kept?.source ?? lastSource) })));
  const wrong = el("p", { class: "problem", role: "alert", hidden: true });
  const leave = () => { draft = null; return again().then(focus); };
  const save = async (event) => {
    event.preventDefault();
    try {
      customer.took(await api("PATCH", `/customers/${customer.id}/record`, { source: source.value, ...customer.heardIn, ...told(field, input.value.trim()) }, customer.record.version));
      lastSource = source.value;
      draft = null;
      await again();
      focus();
    } catch (problem) {
      wrong.hidden = false;
      wrong.textContent = problem.status === 412 ? await whoElse(field, customer, problem) : problem.message;
    }
  };
  const form = el("form", { class: "edit-in-place", onsubmit: save }, input, source,
    el("div", { class: "controls" }, el("button", { type: "submit", class: "btn btn-primary", text: t("save") }), el("button", { type: "button", class: "btn btn-outline-secondary", text: t("cancel"), onclick: leave })), wrong);
  form.addEventListener("input", () => { draft = { key: field.key, typed: input.value, source: source.value }; });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    leave();
  });
  line.querySelector("dd").replaceChildren(form);
  input.focus();
  if (field.type === "text") input.select();
}

/** Read what is there now and say who wrote it; what was typed stays, and can be saved upon it. */
async function whoElse(field, customer, problem) {
  const before = customer.record;
  try {
    const now = await customer.reload();
    const others = Object.entries(now.known).filter(([key, { shown: said }]) => said.fact_id !== before.known[key]?.shown.fact_id);
    const [key, said] = others.find(([one]) => one === field.key) ?? others[0] ?? [];
    if (!said) return t("data_stale");
    const name = key === field.key ? field.label : t(`customer_field_${key}`);
    return t("data_stale_by", { name: said.shown.by, when: when(said.shown.at), field: name, value: shown(field, said.shown.value) });
  } catch {
    return problem.message;
  }
}

function control({ key, type, choices, value, required, label, pausesRecording }) {
  const shared = { "data-pauses-recording": pausesRecording ? "" : null, class: type === "choice" ? "form-select" : "form-control", name: key, required: Boolean(required), "aria-label": label };
  if (type !== "choice") return el("input", { ...shared, type, step: type === "number" ? "any" : null, maxlength: "400", value: value ?? "", autocomplete: "off" });
  const none = required ? [] : [el("option", { value: "", text: "—" })];
  return el("select", shared, ...none, ...choices.map((one) => el("option", { value: one.value, text: one.text, selected: one.value === String(value ?? "") })));
}
