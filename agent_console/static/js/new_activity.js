// Something to do at a time: planned or changed in one form, with a reminder before it.

import { api, post } from "./api.js";
import { ask } from "./form.js";
import { of, t } from "./words.js";

export const ACTIVITY_KINDS = ["task", "call", "visit", "appointment"];
const REMINDERS = ["none", "0", "10", "60", "1440"]; // minutes before
const MINUTE_SECONDS = 60;

const nextHour = () => Math.ceil(Date.now() / 3600e3) * 3600;

function fieldsOf({ one, customer }) {
  const before = one?.remind_at ? String(Math.round((one.due_at - one.remind_at) / MINUTE_SECONDS)) : one ? "none" : "10";
  const reminders = REMINDERS.includes(before) ? REMINDERS : [...REMINDERS, before];
  return [
    { key: "subject", label: t("activity_subject"), value: one?.subject, required: true },
    { key: "kind", label: t("activity_kind"), type: "choice", choices: ACTIVITY_KINDS.map((value) => ({ value, text: of("activity_kind", value) })), value: one?.kind ?? "task", required: true },
    { key: "due_at", label: t("activity_when"), type: "moment", value: one?.due_at ?? nextHour(), required: true },
    { key: "before", label: t("activity_remind"), type: "choice", choices: reminders.map((value) => ({ value, text: REMINDERS.includes(value) ? of("remind", value) : t("remind_minutes", { count: value }) })), value: before, required: true },
    { key: "customer", label: t("case_customer"), type: "customer", value: customer },
    { key: "notes", label: t("activity_notes"), type: "lines", value: one?.notes },
  ];
}

const body = ({ before, customer, ...given }) => ({ ...given, customer_id: customer?.customer_id ?? null, remind_at: before === "none" ? null : given.due_at - Number(before) * MINUTE_SECONDS });

/** Plan one, for `customer` ({customer_id, name}) or nobody; `made()` when it is kept. */
export function newActivity({ customer = null, made }) {
  ask({ title: t("activity_new"), button: t("save"), fields: fieldsOf({ customer }), send: async (given) => { await post("/activities", body(given)); made(); } });
}

/** Change or move one. */
export function changeActivity(one, made) {
  const customer = one.customer_id ? { customer_id: one.customer_id, name: one.customer ?? "" } : null;
  ask({ title: t("activity_change"), button: t("save"), fields: fieldsOf({ one, customer }), send: async (given) => { await api("PATCH", `/activities/${one.id}`, body(given), one.version); made(); } });
}
