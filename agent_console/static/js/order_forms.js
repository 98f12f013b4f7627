// What can be done with a work order: each asks for what it needs, and hands on the order as it is then.

import { api, get, post, upload } from "./api.js";
import { banner } from "./dom.js";
import { ask } from "./form.js";
import { people } from "./order_names.js";
import { of, t } from "./words.js";

export const KINDS = ["installation", "repair", "maintenance", "inspection", "reading", "disconnection", "reconnection", "leak"];
export const CODES = ["done", "follow_up", "customer_absent", "access_refused", "needs_part", "unsafe", "cancelled"];
const PRIORITIES = ["low", "normal", "high", "urgent"];
export const choices = (family, values) => values.map((value) => ({ value, text: of(family, value) }));

/** A key of one form: sent again it is the same closing. */
export const formKey = () => `page-${Date.now()}-${Math.random().toString(36).slice(2)}`;

export async function loadPeople() {
  for (const one of await get("/technicians")) people.set(one.login, one);
}

/** A new order, for a customer and a case if they are given; `done(order)` afterwards. */
export function newOrder({ customer = null, case_id: caseId = null, subject = "", done }) {
  const fields = [
    ...(customer ? [] : [{ key: "customer", label: t("wo_customer"), type: "customer" }]),
    { key: "kind", label: t("wo_kind"), type: "choice", required: true, choices: choices("wo_kind", KINDS) },
    { key: "subject", label: t("wo_subject"), required: true, value: subject },
    { key: "description", label: t("wo_description"), type: "lines" },
    { key: "address", label: t("wo_address") },
    { key: "due_until_at", label: t("wo_due_until"), type: "moment" },
  ];
  ask({ title: t("wo_new"), button: t("wo_make"), more: t("wo_new_hint"), fields, send: async (given) => {
    const { customer: chosen, ...rest } = given;
    done(await post("/work-orders", { ...rest, customer_id: customer?.id ?? chosen?.customer_id ?? null, case_id: caseId }));
  } });
}

export function assign({ order, done }) {
  const rows = [...people.values()].map((one) => ({ value: one.login, text: t("wo_assign_row", { name: one.name, count: one.open_orders, areas: one.areas.join(", ") }).replace(/ · $/, "") }));
  ask({ title: t("wo_assign"), button: t("wo_save"), fields: [{ key: "technician", label: t("wo_technician"), type: "choice", choices: rows, value: order.technician }],
    send: async ({ technician }) => done(await give(order, technician || null)) });
}

export const give = (order, technician) => api("PUT", `/work-orders/${order.id}/assignment`, { technician }, order.version);

export function close({ order, done }) {
  const key = formKey();
  const fields = [
    { key: "code", label: t("wo_closing"), type: "choice", required: true, choices: choices("wo_closing", CODES) },
    { key: "text", label: t("wo_note"), type: "lines" },
  ];
  ask({ title: t("wo_close"), button: t("wo_close"), more: t("wo_close_hint"), fields, send: async (given) => done(await post(`/work-orders/${order.id}/closing`, { ...given, key })) });
}

export function reopen({ order, done }) {
  ask({ title: of("wo_event", "reopen"), button: of("wo_event", "reopen"), fields: [{ key: "text", label: t("wo_why"), type: "lines" }],
    send: async ({ text }) => done(await post(`/work-orders/${order.id}/steps`, { event: "reopen", text })) });
}

export async function verify({ order, done }) {
  try {
    done(await post(`/work-orders/${order.id}/steps`, { event: "verify" }));
    banner("order", null);
  } catch (problem) {
    banner("order", problem.message);
  }
}

export function write({ order, done }) {
  ask({ title: t("wo_note_new"), button: t("wo_save"), fields: [{ key: "text", label: t("wo_note"), type: "lines", required: true }], send: async (given) => {
    await post(`/work-orders/${order.id}/notes`, given);
    done(await get(`/work-orders/${order.id}`));
  } });
}

export function attach({ order, done }) {
  ask({ title: t("wo_file_new"), button: t("wo_save"), fields: [{ key: "file", label: t("wo_file"), type: "file", required: true, accept: "image/*,application/pdf,audio/*" }], send: async ({ file }) => {
    await upload(`/work-orders/${order.id}/files?name=${encodeURIComponent(file.name)}`, file, () => {});
    done(await get(`/work-orders/${order.id}`));
  } });
}

export function change({ order, done }) {
  const fields = [
    { key: "subject", label: t("wo_subject"), required: true, value: order.subject },
    { key: "priority", label: t("case_priority"), type: "choice", required: true, value: order.priority, choices: choices("case_priority", PRIORITIES) },
    { key: "address", label: t("wo_address"), value: order.address },
    { key: "area", label: t("wo_area"), value: order.area },
    { key: "due_from_at", label: t("wo_due_from"), type: "moment", value: order.due_from_at },
    { key: "due_until_at", label: t("wo_due_until"), type: "moment", value: order.due_until_at },
  ];
  ask({ title: t("wo_change"), button: t("wo_save"), fields, send: async (given) => done(await api("PATCH", `/work-orders/${order.id}`, given, order.version)) });
}

/** What the customer says of a closing. */
export function answer({ order, ordinal, done }) {
  const fields = [
    { key: "solved", label: t("wo_solved"), type: "choice", choices: [{ value: "yes", text: t("yes") }, { value: "no", text: t("no") }] },
    { key: "grade", label: t("wo_grade"), type: "choice", choices: [1, 2, 3, 4, 5, 6, 7].map((value) => ({ value, text: String(value) })) },
    { key: "comment", label: t("wo_comment"), type: "lines" },
  ];
  ask({ title: t("wo_answer"), button: t("wo_save"), more: t("wo_answer_hint"), fields, send: async ({ solved, grade, comment }) => {
    const body = { solved: solved ? solved === "yes" : null, grade: grade ? Number(grade) : null, comment };
    done(await post(`/work-orders/${order.id}/closings/${ordinal}/answer`, body));
  } });
}
