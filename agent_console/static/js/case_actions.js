// What can be done with a case: each asks for what it needs, and shows the case as it is then.

import { api, get, post } from "./api.js";
import { banner } from "./dom.js";
import { ask } from "./form.js";
import { names } from "./case_names.js";
import { newCase } from "./new_case.js";
import { newOrder } from "./order_forms.js";
import { of, settings, t } from "./words.js";

let kinds = null;
const PRIORITIES = ["low", "normal", "high", "urgent"];
const choice = (family, values) => values.map((value) => ({ value, text: of(family, value) }));

async function kindOf(name) {
  kinds ??= await get("/case-kinds");
  return kinds.kinds.find(({ kind }) => kind === name);
}

function formField(field, values, event = "") {
  const choices = choice(`case_choice`, field.choices);
  return { ...field, label: of("case_field", field.key), choices, value: values[field.key], required: field.needed_for.includes(event) };
}

const filled = (given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== "" && value !== null));

/** Fails into a banner: for what has no form. */
async function tried(work, done) {
  try {
    await done(await work());
    banner("case", null);
  } catch (problem) {
    banner("case", problem.message);
  }
}

const create = ({ done }) => {
  const from = new URLSearchParams(location.search);
  const customer = Number(from.get("customer")) ? { customer_id: Number(from.get("customer")), name: from.get("name") ?? "" } : null;
  newCase({ customer, contactId: from.get("contact"), made: done });
};

function assign({ found, done }) {
  const { people, teams } = names;
  const fields = [{ key: "assignee", label: t("case_assignee"), type: "choice", value: found.assignee, choices: people.map(({ login, name }) => ({ value: login, text: name })) }];
  if (teams.length) fields.push({ key: "team", label: t("case_team"), type: "choice", value: found.team, choices: teams.map(({ key, name }) => ({ value: key, text: name })) });
  ask({ title: t("case_assign"), button: t("case_save"), fields, send: async ({ assignee, team }) => {
    done(await api("PUT", `/cases/${found.id}/assignment`, { assignee: assignee || null, team: team || null }));
  } });
}

const take = ({ found, done }) =>
  tried(() => api("PUT", `/cases/${found.id}/assignment`, { assignee: settings.login, team: found.team }), done);

function comment({ found, done }) {
  const fields = [{ key: "text", label: t("case_comment_text"), type: "lines", required: true }];
  ask({ title: t("case_comment"), button: t("case_save"), fields, send: async (given) => {
    await post(`/cases/${found.id}/comments`, given);
    done(await get(`/cases/${found.id}`));
  } });
}

function escalate({ found, done }) {
  const fields = [{ key: "text", label: t("case_why"), type: "lines" }];
  ask({ title: t("case_escalate"), button: t("case_escalate"), fields, more: t("case_escalate_hint"), send: async (given) => {
    done(await post(`/cases/${found.id}/escalation`, given));
  } });
}

/** `detail` is the event. */
async function step({ found, detail: event, done }) {
  const kind = await kindOf(found.kind);
  const needed = kind.fields.filter(({ needed_for }) => needed_for.includes(event)).map((field) => formField(field, found.fields, event));
  const ends = ["resolved", "rejected"].includes(found.steps.find((one) => one.event === event)?.to);
  const last = ends ? { key: "solution", label: t("case_solution"), type: "lines", value: found.solution } : { key: "text", label: t("case_comment_text"), type: "lines" };
  ask({ title: of("case_event", event), button: of("case_event", event), fields: [...needed, last], send: async (given) => {
    const values = filled(Object.fromEntries(needed.map(({ key }) => [key, given[key]])));
    done(await post(`/cases/${found.id}/steps`, { event, fields: values, text: given.text ?? "", solution: given.solution ?? "" }));
  } });
}

async function change({ found, done }) {
  const fields = [
    { key: "subject", label: t("case_subject"), type: "text", required: true, value: found.subject },
    { key: "description", label: t("case_description"), type: "lines", value: found.description },
    { key: "priority", label: t("case_priority"), type: "choice", required: true, value: found.priority, choices: choice("case_priority", PRIORITIES) },
    { key: "is_outage", label: t("case_outage"), type: "check", value: found.is_outage },
  ];
  ask({ title: t("case_change"), button: t("case_save"), fields, send: (given) => changed(found, given, done) });
}

async function details({ found, done }) {
  const kind = await kindOf(found.kind);
  const fields = kind.fields.map((field) => formField(field, found.fields));
  ask({ title: t("case_details"), button: t("case_save"), fields, send: (given) => changed(found, { fields: given }, done) });
}

const changed = async (found, given, done) => done(await api("PATCH", `/cases/${found.id}`, given, found.version));

/** A visit for the case: the order is shown when it is made. */
function order({ found }) {
  newOrder({ customer: found.customer_id ? { id: found.customer_id } : null, case_id: found.id, subject: found.subject, done: ({ id }) => location.assign(`/work-orders/${id}`) });
}

export const actions = { new: create, assign, take, comment, escalate, step, change, details, order };
