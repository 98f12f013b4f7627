// One thing in its form: mistakes beside their fields, and nothing typed is lost by an error or by somebody else's change.

import { build, Unreadable } from "./admin_fields.js";
import { guard } from "./admin_guard.js";
import { api } from "./api.js";
import { $, el } from "./dom.js";
import { tellForce } from "./in_force.js";
import { settings, t } from "./words.js";

const dig = (value, name) => name.split(".").reduce((inner, part) => inner?.[part], value);

function put(value, name, what) {
  const parts = name.split(".");
  const last = parts.pop();
  parts.reduce((inner, part) => (inner[part] ??= {}), value)[last] = what;
}

/** Shows a thing, `kept` null for a new one. `done(id)` is called after a change. */
export async function showForm({ section, thing, kept, title, mayChange, done, close }) {
  const panel = $("admin-form");
  const isNew = kept === null;
  const value = { ...structuredClone(thing.blank), ...structuredClone(kept?.value ?? {}) };
  if (thing.blank.agent && !value.agent) value.agent = structuredClone(thing.blank.agent);
  const fields = new Map();
  const groups = new Map();
  const grid = el("div", { class: "fields" });
  for (const field of thing.fields) {
    if ((field.fresh && !isNew) || (field.old && isNew)) continue;
    const made = await build(field, dig(value, field.name), isNew);
    fields.set(field.name, made);
    if (!field.group) { grid.append(made.element); continue; }
    if (!groups.has(field.group)) {
      groups.set(field.group, el("div", { class: "fields" }));
      grid.append(el("details", { open: field.group === "agent" && (isNew || kept.value.agent) ? true : null }, el("summary", { text: t(`group_${field.group}`) }), groups.get(field.group)));
    }
    groups.get(field.group).append(made.element);
  }
  const told = el("div", { id: "form-told", role: "status" });
  const save = el("button", { class: "btn btn-primary", type: "submit", text: isNew ? t("add_it") : t("save") });
  const buttons = el("div", { class: "controls save-bar" }, save);
  if (!isNew && !thing.keep) buttons.append(el("button", { class: "btn btn-outline-danger", type: "button", text: t(section === "users" ? "disable_it" : "remove_it"), onclick: remove, hidden: Boolean(value.retired || value.disabled) }));
  if (!isNew && section === "users") buttons.append(el("button", { class: "btn btn-outline-secondary", type: "button", text: t("new_password"), onclick: newPassword }));
  const form = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); submit(); } },
    el("h2", {}, el("span", { text: title }), el("button", { type: "button", class: "plain close", text: "✕", "aria-label": t("close"), onclick: close })),
    told, el("fieldset", { disabled: !mayChange }, grid, mayChange ? buttons : el("p", { class: "quiet", text: t("read_only") })));
  panel.replaceChildren(form);
  panel.hidden = false;
  let version = kept?.version;
  let clean = typed();
  guard(() => mayChange && panel.contains(form) && !panel.hidden && typed() !== clean);

  function typed() {
    return JSON.stringify([...fields].map(([, field]) => {
      try { return field.read(); } catch { return field.element.querySelector("input, textarea").value; }
    }));
  }

  function readAll() {
    const read = structuredClone(value);
    let first = null;
    for (const [name, field] of fields) {
      field.show("");
      try {
        put(read, name, field.read());
      } catch (mistake) {
        if (!(mistake instanceof Unreadable)) throw mistake;
        field.show(mistake.message);
        first ??= field;
      }
    }
    first?.focus();
    return first ? null : thing.prepare?.(read) ?? read;
  }

  async function submit() {
    const read = readAll();
    if (!read) return;
    save.disabled = true;
    try {
      const path = `/configuration/${section}`;
      const answer = isNew ? await api("POST", path, read) : await api("PUT", `${path}/${encodeURIComponent(kept.id)}`, read, version);
      await finished(answer, t("saved"));
    } catch (problem) {
      refused(problem);
    } finally {
      save.disabled = false;
    }
  }

  async function remove() {
    try {
      await finished(await api("DELETE", `/configuration/${section}/${encodeURIComponent(kept.id)}`), t("removed"));
    } catch (problem) {
      refused(problem);
    }
  }

  async function newPassword() {
    try {
      const { password } = await api("POST", `/configuration/users/${encodeURIComponent(kept.id)}/password`, {});
      showPassword(told, kept.id, password);
    } catch (problem) {
      refused(problem);
    }
  }

  async function finished(answer, words) {
    clean = typed();
    tellForce(answer);
    await done(answer.kept?.id ?? null);
    const note = $("form-told") ?? $("list-told");
    if (answer.password) showPassword(note, answer.kept.value.administrator || answer.kept.id, answer.password, read_login(answer));
    else if (answer.in_force) note?.replaceChildren(el("p", { class: "good", text: `✓ ${words}` }));
  }

  function read_login(answer) {
    return section === "accounts" ? readAllQuietly("administrator") : answer.kept.id;
  }

  function readAllQuietly(name) {
    return fields.get(name)?.read() ?? "";
  }

  function refused(problem) {
    const mistakes = problem.told?.fields ?? [];
    for (const { field, error_id: id, detail, says } of mistakes) {
      const said = settings.words[`mistake_${id}`] ? t(`mistake_${id}`, says) : detail;
      (fields.get(field) ?? [...fields.values()][0]).show(said);
    }
    const wrong = new Set(mistakes.map(({ field }) => field));
    const first = [...fields].find(([name]) => wrong.has(name))?.[1];
    if (problem.errorId === "stale_version" && problem.told.current) return differs(problem.told);
    told.replaceChildren(el("p", { class: "problem", role: "alert", text: `⚠ ${mistakes.length ? t("mend_fields", { count: mistakes.length }) : problem.message}` }));
    first?.focus();
  }

  function differs({ current, by }) {
    const changed = Object.keys(current.value).filter((name) => JSON.stringify(current.value[name]) !== JSON.stringify(kept.value[name]));
    const names = changed.map((name) => settings.words[`field_${name}`] ?? name).join(", ");
    told.replaceChildren(el("div", { class: "problem", role: "alert" },
      el("p", { text: `⚠ ${t("changed_meanwhile", { by: by || t("somebody"), fields: names })}` }),
      el("div", { class: "controls" },
        el("button", { type: "button", class: "btn btn-outline-secondary", text: t("keep_mine"), onclick: () => { version = current.version; submit(); } }),
        el("button", { type: "button", class: "btn btn-outline-secondary", text: t("take_theirs"), onclick: () => { clean = typed(); done(kept.id); } }))));
  }
}

function showPassword(place, login, password, name = login) {
  place.replaceChildren(el("div", { class: "password" }, el("p", { text: t("password_once", { login: name }) }), el("output", { class: "code", text: password })));
}
