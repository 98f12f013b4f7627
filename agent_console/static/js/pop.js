// The screen pop: who calls, what he told the menus, and why the contact came to this agent.

import { get } from "./api.js";
import { callButton } from "./call_button.js";
import { reasonWord, toldWords } from "./contact_reasons.js";
import { $, el, fill } from "./dom.js";
import { recordLink } from "./record_link.js";
import { clock, day, of, settings, step, t } from "./words.js";

const records = new Map(); // customer id -> his record, as far as it is known
let queueNames = {};

export const knowQueues = (names) => { queueNames = names; };
let campaignNames = {};
/** Names of campaigns, by number. */
export const knowCampaigns = (names) => { campaignNames = names; };
let people = {};
/** Names of agents, by key. */
export const knowPeople = (names) => { people = names; };
let flows = {};
/** Flows to which a caller may be passed on, as the API tells them. */
export const knowFlows = (known) => { flows = Object.fromEntries(known.map(({ name, title }) => [name, title])); };
export const flowName = (name) => flows[name]?.[settings.language] ?? name.replaceAll("_", " ");
export const personName = (key) => people[key] ?? (key === settings.agent ? settings.name : key) ?? "";
/** What rows are drawn with: once it is known, they are drawn anew. */
export const namesNow = () => [queueNames, people];
export const queueName = (key) => queueNames[key] ?? key ?? "";

/** One sentence: why this contact came to this agent. */
export function why(contact) {
  const asked = contact.parties?.find(({ agent }) => agent === settings.agent);
  if (asked) return t("why_asked", { name: personName(asked.asked_by) });
  const made = contact.why;
  if (made && contact.agent === settings.agent && made.agent !== settings.agent && !contact.passed_by) return t("why_under_way");
  if (!made) return t(contact.channel === "outbound" ? "why_own_call" : "why_unknown");
  const head = made.heads?.find((one) => one.contact === contact.contact) ?? made.heads?.[0];
  const returned = made.rule === "named" && contact.passed_by === made.agent;
  return t(returned ? "why_returned" : `why_${made.rule}`, {
    name: personName(contact.passed_by),
    queue: queueName(made.queue),
    count: made.heads?.length ?? 1,
    score: head ? clock(head.score_seconds) : "",
    value_class: head?.value_class ?? contact.value_class ?? "",
  });
}

/** Who the contact is: in an agent's word, else the only one with the number; null while nobody knows. */
export function whoIs(contact) {
  const known = contact?.candidates ?? [];
  return contact?.customer ?? (known.length === 1 ? known[0] : null);
}

/** Show a contact; null leaves the place empty. `identify` is called by the button that asks who he is; `acts` is what can be done for him. */
export function showPop(contact, redraw, identify, acts) {
  const first = whoIs(contact);
  if (first && !records.has(first.customer_id)) {
    records.set(first.customer_id, null);
    get(`/customers/${first.customer_id}`)
      .then((record) => records.set(first.customer_id, record), () => records.delete(first.customer_id))
      .then(redraw);
  }
  const record = first ? records.get(first.customer_id) : null;
  fill($("pop-body"), [contact, record, queueNames, campaignNames, people, toldWords(contact?.values)], () => (contact ? body(contact, record, identify, acts) : [el("p", { class: "quiet", text: t("customer_none") })]));
}

/** Whom the agent may call or rings: who he is, what happened with him before. */
export function showLead(lead, redraw) {
  const { customer } = lead;
  if (!records.has(customer.customer_id)) {
    records.set(customer.customer_id, null);
    get(`/customers/${customer.customer_id}`)
      .then((record) => records.set(customer.customer_id, record), () => records.delete(customer.customer_id))
      .then(redraw);
  }
  const record = records.get(customer.customer_id);
  fill($("pop-body"), [lead.attempt, record], () => [
    names({ customer }),
    el("p", { class: "identify" }, recordLink(customer.customer_id)),
    record?.notes ? el("div", {}, el("h3", { text: t("customer_notes") }), el("p", { text: record.notes })) : null,
    record ? last(record, null) : null,
  ].filter(Boolean));
}

/** The customer's record is read anew with his next contact. */
export const forget = () => records.clear();

function body(contact, record, identify, acts) {
  const shared = !contact.customer && contact.candidates?.length > 1;
  const words = shared ? "who_choose" : whoIs(contact) ? "who_change" : "who_find";
  return [
    names(contact),
    el("p", { class: "identify" },
      whoIs(contact) ? recordLink(whoIs(contact).customer_id, t("customer_open"), contact.contact) : null,
      el("span", { class: "quiet", text: shared ? t("candidates") : contact.customer ? t("who_attached") : "" }),
      el("button", { type: "button", class: `btn btn-sm ${whoIs(contact) ? "btn-outline-secondary" : "btn-primary"}`, "data-key": "W", text: t(words), onclick: identify })),
    acts,
    el("p", { class: "why", id: "why" }, el("b", { text: `${t("why")}: ` }), why(contact)),
    facts(contact),
    record?.notes ? el("div", {}, el("h3", { text: t("customer_notes") }), el("p", { text: record.notes })) : null,
    record ? last(record, contact.contact) : null,
  ].filter(Boolean);
}

function names(contact) {
  const known = contact.customer ? [contact.customer] : contact.candidates ?? [];
  const badge = (value) => el("span", { class: "class", text: value ? `${t("value_class")} ${value}` : t("value_class_none") });
  const rows = known.map((one) => el("li", {}, el("span", { text: one.pii_name || t("unknown_caller") }), badge(one.value_class), known.length > 1 ? recordLink(one.customer_id, t("customer_open"), contact.contact) : null));
  return el("ul", { class: "names" }, ...(rows.length ? rows : [el("li", {}, el("span", { text: t("unknown_caller") }), badge(contact.value_class))]));
}

function facts(contact) {
  const path = (contact.path ?? []).map((node) => el("span", { text: step(contact, node) }));
  const told = toldWords(contact.values);
  const rows = [
    [t("number"), el("span", { class: "number", text: contact.pii_number })],
    [t("queue"), queueName(contact.queue)],
    campaignNames[contact.campaign] ? [t("outbound_campaign"), campaignNames[contact.campaign]] : null,
    [t("pressed"), path.length ? el("span", { class: "steps" }, ...path) : t("pressed_nothing")],
    told ? [t("told"), told] : null,
    [t("language"), of("language", contact.language)],
    [t("arrived"), day(contact.arrived_at)],
  ];
  return el("dl", { class: "facts" }, ...rows.filter(Boolean).flatMap(([name, value]) => [el("dt", { text: name }), el("dd", {}, value)]));
}

function last(record, current) {
  const before = record.last_contacts.filter((one) => one.contact !== current);
  const rows = before.slice(0, 6).map((one) => contactRow(one));
  return el("div", {}, el("h3", { text: t("customer_contacts") }), el("div", { class: "rows" }, ...(rows.length ? rows : [el("p", { class: "quiet", text: "—" })])));
}

/** A line about a contact that was. */
export function contactRow(one, named = false) {
  const outcome = of("outcome", one.outcome ?? "open");
  const details = [named ? one.number : null, queueName(one.queue), reasonWord(one.reason), one.agents?.map(personName).join(", ")].filter(Boolean).join(" · ");
  return el("div", { class: "row-of" },
    el("b", { text: named ? one.customer ?? t("unknown_caller") : outcome }),
    el("span", { class: "row-acts" }, el("span", { class: "number quiet", text: day(one.arrived_at) }), named ? callButton(one.number) : null),
    el("span", { class: "quiet", text: named ? `${outcome} · ${details}` : details }));
}
