// Fields of a queue's priority: amounts by value class with what they mean in words, relaxations, and two presets.

import { el } from "./dom.js";
import { settings, t } from "./words.js";

const CLASSES = ["A", "B", "C"];
const PRESETS = { usual: { head_start_seconds: [120, 45, 0], slope: [1, 1, 1] }, overload: { head_start_seconds: [0, 0, 0], slope: [4, 2, 1] } };
const shown = (value) => new Intl.NumberFormat(settings.language).format(value);
const number = (typed) => Number(typed.trim().replace(",", "."));

/** One box for each class; all empty means null. `field.said` is the sentence for one class. */
export function byClass(field, id, value, Unreadable) {
  const classes = [...new Set([...CLASSES, ...Object.keys(value ?? {})])];
  const said = el("p", { class: "quiet hint", id: `${id}-said`, "aria-live": "polite" });
  const rows = classes.map((one) => [one, el("input", { id: `${id}-${one}`, type: "text", inputmode: "decimal", class: "form-control level", value: String(value?.[one] ?? ""), "aria-label": t("value_class_of", { class: one }), placeholder: "—", oninput: tell })]);
  const element = el("div", { id, role: "group" }, el("div", { class: "levels" }, ...rows.map(([one, box]) => el("label", {}, el("span", { text: t("value_class_of", { class: one }) }), box))), said);
  const filled = () => rows.filter(([, box]) => box.value.trim());
  function tell() {
    const some = filled().filter(([, box]) => number(box.value) > 0).map(([one, box]) => t(field.said, { class: one, amount: shown(number(box.value)) }));
    said.textContent = some.join(" ");
  }
  tell();
  return [element, () => {
    if (filled().some(([, box]) => Number.isNaN(number(box.value)))) throw new Unreadable("mistake_no_number");
    return filled().length ? Object.fromEntries(filled().map(([one, box]) => [one, number(box.value)])) : null;
  }];
}

/** Fills the boxes of head starts and slopes; it holds no value of its own. */
export function presets(_field, id) {
  const fill = (preset) => Object.entries(preset).forEach(([name, amounts]) => CLASSES.forEach((one, place) => {
    const box = document.getElementById(`field-${name}-${one}`);
    box.value = String(amounts[place]);
    box.dispatchEvent(new Event("input"));
  }));
  const buttons = Object.entries(PRESETS).map(([name, preset]) => el("button", { type: "button", class: "btn btn-outline-secondary", text: t(`preset_${name}`), onclick: () => fill(preset) }));
  return [el("div", { id, class: "controls", role: "group" }, ...buttons), () => undefined];
}

/** One relaxation a line: `45 gas=30 +technical`; nothing means null. */
export function relaxations(_field, id, value, Unreadable) {
  const box = el("textarea", { id, class: "form-control code", rows: "3", spellcheck: "false", placeholder: "45 gas=30\n90 gas=0 +servicio" });
  box.value = (value ?? []).map(({ after_seconds: after, requires, also_agents_of: others }) =>
    [after, ...Object.entries(requires).map(([skill, level]) => `${skill}=${level}`), ...others.map((queue) => `+${queue}`)].join(" ")).join("\n");
  return [box, () => {
    const lines = box.value.split("\n").map((line) => line.trim()).filter(Boolean);
    return lines.length ? lines.map((line) => relaxation(line, Unreadable)) : null;
  }];
}

function relaxation(line, Unreadable) {
  const [after, ...rest] = line.split(/\s+/);
  const found = { after_seconds: number(after), requires: {}, also_agents_of: [] };
  for (const part of rest) {
    const [, skill, level] = part.match(/^([^=+]+)=(\d+)$/) ?? [];
    if (skill) found.requires[skill] = Number(level);
    else if (/^\+./.test(part)) found.also_agents_of.push(part.slice(1));
    else throw new Unreadable("mistake_relaxation");
  }
  if (Number.isNaN(found.after_seconds)) throw new Unreadable("mistake_relaxation");
  return found;
}
