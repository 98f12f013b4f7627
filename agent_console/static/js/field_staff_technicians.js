// Technicians: code, telephone, areas; a new PIN, which is shown once; a lock lifted.

import { api, get, post } from "./api.js";
import { $, banner, el } from "./dom.js";
import { act, tableOf } from "./field_staff_table.js";
import { ask } from "./form.js";
import { KINDS } from "./order_forms.js";
import { date, day, of, t } from "./words.js";

const path = (login, rest = "") => `/technicians/${encodeURIComponent(login)}${rest}`;
let told = null; // what was done last, and a PIN that is shown once

export async function techniciansTab(again) {
  const [rows, free] = await Promise.all([get("/technicians"), get("/technicians/without-code")]);
  const line = (one) => [
    el("button", { type: "button", class: "plain link", text: one.name, onclick: () => change(one, again) }),
    el("span", { class: "digits", text: one.code }), one.phone || "—", one.areas.join(", ") || t("fs_any"), one.skills.map((kind) => of("wo_kind", kind)).join(", ") || t("fs_any"), String(one.open_orders), pin(one),
    [act(t("fs_new_pin"), () => newPin(one, again), one.name), one.locked_until ? act(t("fs_unlock"), () => unlock(one, again), one.name) : ""],
  ];
  const place = el("div", { id: "staff-told", role: "status" }, told);
  told = null;
  return [tableOf({
    title: t("fs_technicians"), about: t(free.length ? "fs_about_technicians" : "fs_about_technicians_all"), told: place,
    columns: [["name"], ["code"], ["phone", "spare"], ["areas", "spare"], ["skills", "spare"], ["open_orders", "n spare"], ["pin"], ["", "actions"]],
    rows: rows.map(line), add: free.length ? [t("fs_add_technician"), () => add(free, again)] : null,
  })];
}

function pin(one) {
  if (one.locked_until) return el("span", { class: "tag", "data-tone": "bad", text: t("fs_locked", { time: day(one.locked_until) }) });
  return one.pin_made_at === null ? el("span", { class: "tag", "data-tone": "warn", text: t("fs_no_pin") }) : el("span", { class: "quiet", text: t("fs_pin_since", { date: date(one.pin_made_at) }) });
}

const fields = (one) => [
  { key: "code", label: t("fs_code_hint"), required: true, value: one?.code },
  { key: "phone", label: t("fs_phone_hint"), value: one?.phone },
  { key: "areas", label: t("fs_areas_hint"), value: one?.areas.join(", ") },
  { key: "skills", label: t("fs_skills_hint"), type: "several", choices: KINDS.map((kind) => ({ value: kind, text: of("wo_kind", kind) })), value: one?.skills },
];
const read = ({ areas, ...rest }) => ({ ...rest, areas: areas.split(",").map((area) => area.trim()).filter(Boolean) });

function change(one, again) {
  ask({ title: one.name, button: t("save"), fields: fields(one), send: async (given) => { await api("PUT", path(one.login), read(given)); done(t("saved"), again); } });
}

function add(free, again) {
  const who = { key: "login", label: t("fs_technician"), type: "choice", required: true, value: free[0].login, choices: free.map(({ login, name }) => ({ value: login, text: `${name} (${login})` })) };
  ask({ title: t("fs_add_technician"), button: t("add_it"), fields: [who, ...fields(null)], send: async ({ login, ...given }) => { await api("PUT", path(login), read(given)); done(t("fs_added"), again); } });
}

/** Chosen and typed twice, or drawn by chance: then it is shown, once. */
function newPin(one, again) {
  ask({
    title: t("fs_new_pin_of", { name: one.name }), button: t("fs_new_pin"), more: t("fs_new_pin_hint"),
    fields: [{ key: "pin", label: t("fs_pin"), type: "pin" }, { key: "twice", label: t("fs_pin_twice"), type: "pin" }],
    send: async ({ pin: chosen, twice }) => {
      if (chosen !== twice) throw new Error(t("fs_pins_differ"));
      if (chosen) await api("PUT", path(one.login, "/pin"), { pin: chosen });
      const drawn = chosen ? null : (await post(path(one.login, "/pin"))).pin;
      done(drawn === null ? t("fs_pin_changed", { name: one.name }) : el("div", { class: "once" }, el("p", { text: t("fs_pin_once", { name: one.name }) }), el("output", { class: "digits", text: drawn })), again);
    },
  });
}

async function unlock(one, again) {
  try {
    await api("DELETE", path(one.login, "/lock"));
    done(t("fs_unlocked", { name: one.name }), again);
  } catch (problem) {
    banner("field-staff", problem.message);
  }
}

async function done(what, again) {
  told = typeof what === "string" ? el("p", { class: "good", text: `✓ ${what}` }) : what;
  await again();
  $("add-one")?.focus();
}
