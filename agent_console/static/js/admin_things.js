// The things that administrators change: their columns in the list and their fields in the form.

import { settings, t } from "./words.js";

const label = (value) => value[`label_${settings.language}`] ?? value.label_es;
const yes = (value) => (value ? t("yes") : "");
const count = (object) => String(Object.keys(object ?? {}).length || "");
const text = (name, more = {}) => ({ name, kind: "text", ...more });
const number = (name, more = {}) => ({ name, kind: "number", ...more });
const check = (name, more = {}) => ({ name, kind: "check", ...more });
const key = (name) => text(name, { fixed: true, required: true, code: true });
const labels = [text("label_es", { required: true }), text("label_en", { required: true })];
const timeZone = (name) => ({ name, kind: "zone" });
const languages = () => Promise.resolve(["es", "en"].map((code) => [code, t(`language_${code}`)]));
const EFFECTS = ["promise_to_pay", "sale", "appointment", "wrong_person", "list_update", "do_not_call"];
const effects = () => Promise.resolve(EFFECTS.map((one) => [one, t(`effect_${one}`)]));

const types = (known) => () => Promise.resolve(known.map((one) => [one, t(`type_${one}`)]));
const choiceKeys = () => Promise.resolve([..."12345678"].map((one) => [one, one]));
const tells = () => Promise.resolve(["place", "wait", "both", "none"].map((one) => [one, t(`tells_${one}`)]));

/** Section: where it is in the API, how its list looks, its fields, what a new one begins with. */
export const THINGS = {
  queues: {
    columns: [["key", (v) => v.key], ["name", (v) => v.name], ["hours", (v) => v.hours ?? t("always_open")], ["agents", (v) => count(v.agents), "n"]],
    fields: [
      key("key"), text("name", { required: true }), check("emergency"),
      { name: "hours", kind: "choice", from: "hours", none: "always_open" },
      { name: "skills", kind: "levels", from: "skills", highest: 100 },
      { name: "agents", kind: "levels", from: "agents", highest: 99 },
      number("service_level_seconds", { group: "timing" }), number("ring_seconds", { group: "timing" }),
      number("wrap_up_seconds", { group: "timing" }), number("wrap_up_extensions", { group: "timing" }), number("wrap_up_extension_seconds", { group: "timing" }), number("hold_reminder_seconds", { group: "timing", optional: true }), number("short_abandon_seconds", { group: "timing" }),
      number("announce_after_seconds", { group: "timing" }), number("announce_every_seconds", { group: "timing" }),
      { name: "priority_presets", kind: "presets", group: "priority" }, { name: "head_start_seconds", kind: "by_class", group: "priority", said: "counts_as_waited" },
      { name: "slope", kind: "by_class", group: "priority", said: "grows_faster" }, number("ceiling_seconds", { group: "priority", optional: true }),
      { name: "leave_free", kind: "by_class", group: "priority", said: "leaves_agents" }, { name: "relaxations", kind: "relaxations", group: "priority" },
      number("minute_seconds", { group: "timing" }), check("tells_supervised"),
      timeZone("time_zone"), { name: "survey", kind: "choice", from: "surveys", none: "no_survey" }, number("survey_percent"),
      check("record"), check("record_on_demand"), check("record_consults"), check("announce_recording"), number("keep_recordings_days", { optional: true }),
      { name: "call_back_key", kind: "choice", options: choiceKeys, none: "no_choice_key", group: "limits" }, number("choices_every_seconds", { group: "timing" }),
      { name: "message_key", kind: "choice", options: choiceKeys, none: "no_choice_key", group: "limits" }, { name: "tells", kind: "choice", options: tells, group: "limits" },
      number("most_waiting", { group: "limits", optional: true }), number("longest_wait_seconds", { group: "limits", optional: true }),
      { name: "overflow_queue", kind: "choice", from: "queues", none: "no_overflow", group: "limits" },
      check("full_offers_call_back", { group: "limits" }), check("full_offers_message", { group: "limits" }),
      text("caller_number", { code: true }),
      check("retired", { old: true }),
    ],
    blank: {
      key: "", name: "", emergency: false, hours: null, skills: {}, agents: {}, service_level_seconds: 20, ring_seconds: 15, wrap_up_seconds: 120,
      short_abandon_seconds: 5, announce_after_seconds: 4, announce_every_seconds: 30, time_zone: null, survey: null, survey_percent: 100, record: true, keep_recordings_days: null,
      record_on_demand: false, record_consults: false, announce_recording: false, hold_reminder_seconds: null, wrap_up_extensions: 2, wrap_up_extension_seconds: 60,
      head_start_seconds: null, slope: null, ceiling_seconds: null, leave_free: null, relaxations: null, call_back_key: null, choices_every_seconds: 60, retired: false,
      caller_number: "", minute_seconds: 60, tells_supervised: false, message_key: null, tells: "place", most_waiting: null, longest_wait_seconds: null,
      overflow_queue: null, full_offers_call_back: false, full_offers_message: false,
    },
  },
  dispositions: {
    columns: [["label", label], ["code", (v) => v.code], ["queue", (v) => v.queue ?? t("every_queue")], ["needs_note", (v) => yes(v.needs_note)], ["effect", (v) => (v.effect ? t(`effect_${v.effect}`) : "")]],
    fields: [key("code"), { name: "queue", kind: "choice", from: "queues", none: "every_queue", fixed: true }, ...labels, check("needs_note"), { name: "effect", kind: "choice", options: effects, none: "effect_none" }, { name: "effect_flow", kind: "choice", from: "flows", none: "effect_no_flow" }, check("retired", { old: true })],
    blank: { code: "", queue: null, label_es: "", label_en: "", needs_note: false, effect: null, effect_flow: null, retired: false },
  },
  "contact-reasons": {
    columns: [["label", (v) => (v.parent ? "— " : "") + label(v)], ["key", (v) => v.key], ["guessed_by", (v) => v.guessed_by.join(", ")]],
    fields: [key("key"), { name: "parent", kind: "choice", from: "contact-reasons", none: "no_parent" }, ...labels, number("position"), { name: "guessed_by", kind: "lines" }, check("retired", { old: true })],
    blank: { key: "", parent: null, label_es: "", label_en: "", position: 0, guessed_by: [], retired: false },
  },
  "wrap-up-fields": {
    columns: [["label", label], ["key", (v) => v.key], ["queue", (v) => v.queue ?? t("every_queue")], ["type", (v) => t(`type_${v.type}`)], ["required", (v) => yes(v.required)]],
    fields: [key("key"), { name: "queue", kind: "choice", from: "queues", none: "every_queue" }, ...labels, { name: "type", kind: "choice", options: types(["text", "number", "date", "choice"]), fixed: true }, { name: "choices", kind: "named" }, check("required"), number("position"), check("retired", { old: true })],
    blank: { key: "", queue: null, label_es: "", label_en: "", type: "text", choices: [], required: false, position: 0, retired: false },
  },
  "custom-fields": {
    columns: [["label", label], ["key", (v) => v.key], ["type", (v) => t(`type_${v.type}`)], ["position", (v) => String(v.position), "n"]],
    fields: [key("key"), ...labels, { name: "type", kind: "choice", options: types(["text", "number", "date", "choice", "yes_no"]), fixed: true }, { name: "choices", kind: "named" }, number("position"), check("searchable"), check("pauses_recording"), check("retired", { old: true })],
    blank: { key: "", label_es: "", label_en: "", type: "text", choices: [], searchable: false, pauses_recording: false, position: 0, retired: false },
  },
  "pause-reasons": {
    columns: [["label", label], ["key", (v) => v.key], ["position", (v) => String(v.position), "n"]],
    fields: [key("key"), ...labels, number("position"), check("retired", { old: true })],
    blank: { key: "", label_es: "", label_en: "", position: 0, retired: false },
  },
  skills: {
    columns: [["label", label], ["key", (v) => v.key]],
    fields: [key("key"), ...labels],
    blank: { key: "", label_es: "", label_en: "" },
  },
  hours: {
    columns: [["name", (v) => v.name], ["key", (v) => v.key], ["holidays_of", (v) => v.holidays_of ?? ""]],
    fields: [key("key"), text("name", { required: true }), timeZone("time_zone"), { name: "week", kind: "week" }, text("holidays_of", { optional: true, code: true }), { name: "days", kind: "days" }],
    blank: { key: "", name: "", time_zone: null, week: Object.fromEntries(["mon", "tue", "wed", "thu", "fri"].map((day) => [day, [["09:00", "18:00"]]])), holidays_of: "CL", days: {} },
  },
  "outside-rules": {
    columns: [["name", (v) => v.name], ["prefix", (v) => v.prefix], ["allowed", (v) => t(v.allowed ? "outside_open" : "outside_closed")], ["roles", (v) => v.roles.map((role) => t(`role_${role}`)).join(", ") || t("outside_everybody")], ["minor_per_minute", (v) => String(v.minor_per_minute ?? ""), "n"]],
    fields: [text("name", { required: true }), text("prefix", { required: true, code: true }), check("allowed"), { name: "roles", kind: "set", from: "roles" }, number("minor_per_minute", { optional: true })],
    blank: { name: "", prefix: "+", roles: [], allowed: true, minor_per_minute: null },
  },
  "saved-numbers": {
    columns: [["name", (v) => v.name], ["number", (v) => v.number]],
    fields: [text("name", { required: true }), text("number", { required: true, code: true })],
    blank: { name: "", number: "" },
  },
  offices: {
    columns: [["name", (v) => v.name], ["street", (v) => v.street], ["city", (v) => v.city], ["hours", (v) => v.hours ?? ""]],
    fields: [
      key("key"), text("name", { required: true }), text("street", { required: true }), text("city", { required: true }), text("region", { optional: true, code: true }),
      { name: "hours", kind: "choice", from: "hours", none: "hours_unsaid" }, number("latitude", { optional: true }), number("longitude", { optional: true }),
    ],
    blank: { key: "", name: "", street: "", city: "", region: null, hours: null, latitude: null, longitude: null },
  },
  teams: {
    columns: [["name", (v) => v.name], ["key", (v) => v.key], ["members", (v) => String(v.members.length || ""), "n"]],
    fields: [key("key"), text("name", { required: true }), { name: "members", kind: "set", from: "colleagues" }],
    blank: { key: "", name: "", members: [] },
  },
  users: {
    need: "manage_users",
    columns: [["name", (v) => v.name], ["login", (v) => v.login], ["roles", (v) => v.roles.map((role) => t(`role_${role}`)).join(", ")], ["extension", (v) => v.agent?.extension ?? "", "n"]],
    fields: [
      key("login"), text("name", { required: true }), { name: "language", kind: "choice", options: languages },
      { name: "roles", kind: "set", from: "roles" },
      text("agent.extension", { group: "agent", code: true }), check("agent.browser_phone", { group: "agent" }),
      text("agent.phone_uri", { group: "agent", optional: true, code: true }),
      { name: "agent.skills", kind: "levels", from: "skills", highest: 100, group: "agent" },
      { name: "agent.queues", kind: "levels", from: "queues", highest: 99, group: "agent" },
      check("disabled", { old: true }),
    ],
    blank: { login: "", name: "", language: "es", roles: [], disabled: false, agent: { extension: "", browser_phone: true, phone_uri: null, skills: {}, queues: {} } },
    prepare: (value) => ({ ...value, agent: value.roles.includes("agent") || value.agent.extension ? value.agent : null }),
    state: (value) => (value.disabled ? t("disabled") : ""),
  },
  accounts: {
    add: "manage_accounts",
    keep: true,
    columns: [["name", (v) => v.name], ["country", (v) => v.country], ["time_zone", (v) => v.time_zone]],
    fields: [text("name", { required: true }), text("country", { required: true, code: true }), { name: "language", kind: "choice", options: languages }, timeZone("time_zone"), text("administrator", { fresh: true, required: true, code: true }), number("outside_per_day_minor", { group: "outside" }), number("outside_person_per_day_minor", { group: "outside" }), number("outside_minor_per_minute", { group: "outside" })],
    blank: { name: "", country: "CL", language: "es", time_zone: "America/Santiago", administrator: "", outside_per_day_minor: 50000, outside_person_per_day_minor: 10000, outside_minor_per_minute: 40 },
  },
};

/** What a thing is called where it is chosen. */
export const called = (value) => value.name ?? label(value);
