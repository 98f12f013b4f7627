// One field of the campaign's form: label, control, hint, and what is wrong with it, right beside it.

import { el } from "./dom.js";
import { of, settings, t } from "./words.js";

const local = (at) => new Date(at * 1000 - new Date(at * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16);
const KINDS = { text: "text", count: "number", seconds: "number", percent: "number", moment: "datetime-local" };

/** What the form holds as the control shows it, and back. */
const SHOWN = {
  moment: (value) => (value ? local(value) : ""),
  percent: (value) => String(Math.round(value * 1000) / 10),
};
const READ = {
  moment: (written) => (written ? new Date(written).getTime() / 1000 : null),
  percent: (written) => Number(written.replace(",", ".")) / 100,
  count: (written) => (written === "" ? null : Math.round(Number(written))),
  seconds: (written) => (written === "" ? null : Number(written)),
  text: (written) => written.trim(),
};

function choice(id, value, { choices, none }) {
  const options = [...(none === undefined ? [] : [{ value: "", text: none }]), ...choices];
  const box = el("select", { id, name: id, class: "form-select" }, ...options.map((one) => el("option", { value: one.value, text: one.text, selected: one.value === String(value ?? "") })));
  return { box, read: () => box.value || null };
}

function check(id, value) {
  const box = el("input", { id, name: id, type: "checkbox", checked: Boolean(value) });
  return { box, read: () => box.checked };
}

function plain(id, value, { type, placeholder }) {
  const shown = SHOWN[type]?.(value) ?? String(value ?? "");
  const step = type === "percent" ? "0.1" : "any";
  const box = el("input", { id, name: id, type: KINDS[type], class: "form-control", autocomplete: "off", value: shown, placeholder, ...(KINDS[type] === "number" ? { step, inputmode: "decimal", min: "0" } : { maxlength: "200" }) });
  return { box, read: () => READ[type](box.value) };
}

/** {element, read, wrong(words)}; `field`: {key, type, choices, none, hint, fixed}. */
export function control(field, value) {
  const id = `field-${field.key}`;
  const { box, read } = field.type === "choice" ? choice(id, value, field) : field.type === "check" ? check(id, value) : plain(id, value, field);
  box.disabled = Boolean(field.fixed);
  const hint = field.hint ? el("span", { class: "quiet hint", id: `${id}-hint`, text: field.hint }) : null;
  const wrong = el("span", { class: "wrong", id: `${id}-wrong`, role: "alert" });
  box.setAttribute("aria-describedby", `${hint ? `${id}-hint ` : ""}${id}-wrong`);
  const words = el("span", { class: "label", text: t(`campaign_${field.key}`) });
  const label = el("label", { for: id, class: field.type === "check" ? "check" : "" }, ...(field.type === "check" ? [box, words] : [words, box]));
  const show = (sentence) => { wrong.textContent = sentence; box.setAttribute("aria-invalid", sentence ? "true" : "false"); };
  return { element: el("div", { class: `field field-${field.type}` }, label, hint, wrong), read, wrong: show, box };
}

/** Modes as cards: what each one means stands beside it. */
export function modeCards(modes, value, fixed, changed) {
  const cards = modes.map((mode) => {
    const box = el("input", { type: "radio", name: "field-mode", value: mode, checked: mode === value, disabled: fixed, onchange: () => changed(mode) });
    return el("label", { class: "card-choice" }, box, el("span", {}, el("b", { text: of("campaign_mode", mode) }), el("span", { class: "quiet", text: of("campaign_mode_means", mode) })));
  });
  const wrong = el("span", { class: "wrong", role: "alert" });
  const element = el("fieldset", { class: "cards" }, el("legend", { class: "label", text: t("campaign_mode") }), ...cards, wrong);
  return { element, read: () => element.querySelector("input:checked")?.value ?? value, wrong: (sentence) => { wrong.textContent = sentence; }, box: cards[0].querySelector("input") };
}

/** The sentence of a mistake in the reader's words. */
export function sentence({ error_id: id, detail, says = {} }) {
  return settings.words[`mistake_${id}`] ? t(`mistake_${id}`, says) : detail;
}
