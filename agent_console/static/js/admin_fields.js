// The kinds of fields of a form: each builds its element from a value, and reads the value back from what was typed.

import { api } from "./api.js";
import { el } from "./dom.js";
import { byClass, presets, relaxations } from "./admin_priority.js";
import { called } from "./admin_things.js";
import { of, settings, t } from "./words.js";

/** What was typed is no value of this kind; `word` is the text's key. */
export class Unreadable extends Error {
  constructor(word) {
    super(t(word));
  }
}

const WEEKDAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const zones = Intl.supportedValuesOf?.("timeZone") ?? [];

/** [[value, words]] of what a field chooses from. */
async function choices(field) {
  if (field.options) return field.options();
  if (field.from === "roles") return (await api("GET", "/roles")).map(({ role }) => [role, of("role", role)]);
  if (field.from === "agents") {
    const users = settings.permissions.includes("manage_users") ? await api("GET", "/configuration/users") : [];
    return users.filter(({ value }) => value.agent).map(({ id, value }) => [id, value.name]);
  }
  if (field.from === "colleagues") return colleagues();
  const rows = await api("GET", `/configuration/${field.from}`);
  if (["surveys", "flows"].includes(field.from)) return rows.map(({ name }) => [name, name]);
  return rows.filter(({ value }) => !value.retired).map(({ id, value }) => [id, called(value)]);
}

/** Whoever works here; the names of all are an administrator's or a case worker's to see. */
export async function colleagues() {
  if (settings.permissions.includes("manage_users")) return (await api("GET", "/configuration/users")).filter(({ value }) => !value.disabled).map(({ id, value }) => [id, value.name]);
  return settings.permissions.includes("cases") ? (await api("GET", "/colleagues")).map(({ login, name }) => [login, name]) : [];
}

const input = (id, value, more) => el("input", { id, class: `form-control${more.code ? " code" : ""}`, value, autocomplete: "off", spellcheck: more.code ? "false" : null, ...more.attributes });

const KINDS = {
  text(field, id, value) {
    const box = input(id, value ?? "", { code: field.code, attributes: { type: "text", "aria-required": field.required ? "true" : null } });
    return [box, () => (field.optional && !box.value.trim() ? null : box.value.trim())];
  },
  number(field, id, value) {
    const box = input(id, String(value ?? ""), { attributes: { type: "text", inputmode: "decimal" } });
    return [box, () => {
      if (field.optional && !box.value.trim()) return null;
      const typed = Number(box.value.replace(",", "."));
      if (!box.value.trim() || Number.isNaN(typed)) throw new Unreadable("mistake_no_number");
      return typed;
    }];
  },
  check(field, id, value) {
    const box = el("input", { id, type: "checkbox", checked: Boolean(value) });
    return [box, () => box.checked];
  },
  async choice(field, id, value) {
    const options = await choices(field);
    if (value && !options.some(([one]) => one === value)) options.push([value, value]);
    const box = el("select", { id, class: "form-select" },
      field.none ? el("option", { value: "", text: t(field.none) }) : null,
      ...options.map(([one, words]) => el("option", { value: one, text: words, selected: one === value })));
    return [box, () => box.value || null];
  },
  zone(field, id, value) {
    const list = el("datalist", { id: `${id}-zones` }, ...zones.map((zone) => el("option", { value: zone })));
    const box = input(id, value ?? "", { code: true, attributes: { type: "text", list: list.id, placeholder: t("zone_of_account") } });
    return [el("div", {}, box, list), () => box.value.trim() || null];
  },
  async set(field, id, value) {
    const options = await choices(field);
    for (const known of value) if (!options.some(([one]) => one === known)) options.push([known, known]);
    const boxes = options.map(([one, words]) => [one, el("input", { type: "checkbox", id: `${id}-${one}`, checked: value.includes(one) }), words]);
    const element = el("div", { id, class: "choices", role: "group" }, ...boxes.map(([, box, words]) => el("label", { class: "check" }, box, ` ${words}`)));
    return [element, () => boxes.filter(([, box]) => box.checked).map(([one]) => one)];
  },
  async levels(field, id, value) {
    const options = await choices(field);
    for (const known of Object.keys(value ?? {})) if (!options.some(([one]) => one === known)) options.push([known, known]);
    const rows = options.map(([one, words]) => [one, el("input", { id: `${id}-${one}`, type: "text", inputmode: "numeric", class: "form-control level", value: String(value?.[one] ?? ""), "aria-label": words, placeholder: "—" }), words]);
    const element = el("div", { id, class: "levels", role: "group" }, ...rows.map(([, box, words]) => el("label", {}, el("span", { text: words }), box)),
      rows.length ? null : el("span", { class: "quiet", text: t("nothing_to_choose") }));
    return [element, () => {
      const filled = rows.filter(([, box]) => box.value.trim());
      if (filled.some(([, box]) => !/^\d+$/.test(box.value.trim()))) throw new Unreadable("mistake_no_number");
      return Object.fromEntries(filled.map(([one, box]) => [one, Number(box.value)]));
    }];
  },
  by_class: (field, id, value) => byClass(field, id, value, Unreadable),
  relaxations: (field, id, value) => relaxations(field, id, value, Unreadable),
  presets,
  lines(field, id, value) {
    const box = el("textarea", { id, class: "form-control code", rows: "3", spellcheck: "false" });
    box.value = value.join("\n");
    return [box, () => box.value.split("\n").map((line) => line.trim()).filter(Boolean)];
  },
  named(field, id, value) {
    const box = el("textarea", { id, class: "form-control code", rows: "4", spellcheck: "false", placeholder: "gas = Fuga de gas / Gas leak" });
    box.value = value.map((one) => `${one.key} = ${one.label_es} / ${one.label_en}`).join("\n");
    return [box, () => box.value.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
      const [, key, es, en] = line.match(/^([^=]+)=([^/]+)\/(.+)$/) ?? [];
      if (!key) throw new Unreadable("mistake_wrong_choices");
      return { key: key.trim(), label_es: es.trim(), label_en: en.trim() };
    })];
  },
  week(field, id, value) {
    const rows = WEEKDAYS.map((day) => [day, input(`${id}-${day}`, written(value[day] ?? []), { code: true, attributes: { type: "text", placeholder: t("closed") } })]);
    const element = el("div", { id, class: "levels", role: "group" }, ...rows.map(([day, box]) => el("label", {}, el("span", { text: t(`day_${day}`) }), box)));
    return [element, () => Object.fromEntries(rows.map(([day, box]) => [day, periods(box.value)]).filter(([, some]) => some.length))];
  },
  days(field, id, value) {
    const box = el("textarea", { id, class: "form-control code", rows: "4", spellcheck: "false", placeholder: "2026-12-24 09:00-12:00\n2026-12-31" });
    box.value = Object.entries(value).map(([day, some]) => `${day} ${written(some)}`.trim()).join("\n");
    return [box, () => Object.fromEntries(box.value.split("\n").map((line) => line.trim()).filter(Boolean).map((line) => {
      const [day, ...rest] = line.split(/\s+/);
      return [day, periods(rest.join(" "))];
    }))];
  },
};

const written = (some) => some.map(([begin, end]) => `${begin}-${end}`).join(", ");

function periods(typed) {
  return typed.split(/[,;]/).map((part) => part.trim()).filter(Boolean).map((part) => {
    const found = part.match(/^(\d{1,2}):(\d{2})\s*[-–a]\s*(\d{1,2}):(\d{2})$/);
    if (!found) throw new Unreadable("mistake_wrong_time");
    const two = (hour) => hour.padStart(2, "0");
    return [`${two(found[1])}:${found[2]}`, `${two(found[3])}:${found[4]}`];
  });
}

/** {element, read, show}: one field with its label, hint and place for a mistake. */
export async function build(field, value, isNew) {
  const id = `field-${field.name.replace(".", "-")}`;
  const words = settings.words[`field_${field.name.replace(".", "_")}`] ?? field.name;
  const hint = settings.words[`hint_${field.name.replace(".", "_")}`];
  const [control, read] = await KINDS[field.kind](field, id, value);
  const box = control.matches("input, select, textarea") ? control : control.querySelector("input, select, textarea") ?? control;
  const mistake = el("p", { id: `${id}-mistake`, class: "mistake", hidden: true });
  const notes = [hint ? `${id}-hint` : null, `${id}-mistake`].filter(Boolean).join(" ");
  box.setAttribute("aria-describedby", notes);
  if (field.fixed && !isNew) box.disabled = true;
  const single = control.matches("input, select, textarea") || field.kind === "zone";
  const title = single ? el("label", { for: box.id, text: words }) : el("span", { class: "label", id: `${id}-label`, text: words });
  if (!single) control.setAttribute("aria-labelledby", `${id}-label`);
  const parts = field.kind === "check" ? [el("div", { class: "check" }, control, title)] : [title, control];
  const element = el("div", { class: "field", "data-field": field.name, "data-kind": field.kind }, ...parts, hint ? el("p", { id: `${id}-hint`, class: "quiet hint", text: hint }) : null, mistake);
  return {
    element,
    read,
    show(said) {
      mistake.hidden = !said;
      mistake.textContent = said ? `⚠ ${said}` : "";
      box.setAttribute("aria-invalid", said ? "true" : "false");
      if (said) box.closest("details")?.setAttribute("open", "");
    },
    focus: () => box.focus(),
  };
}
