// One contact: the caller's way, to whom he was offered and why, the talks with their sound, what he answered.

import { get } from "./api.js";
import { callButton } from "./call_button.js";
import { el } from "./dom.js";
import "./feed.js";
import { player } from "./recording_player.js";
import "./reminders.js";
import { whyPanel } from "./why.js";
import { clock, date, of, settings, t } from "./words.js";

const box = document.getElementById("contact");
const key = document.querySelector("[data-contact]").dataset.contact;
const mayHear = settings.permissions.includes("hear_recordings");

const TOPS = { "1-5": 5, "1-7": 7, "0-10": 10 };

const hour = (at) => new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at * 1000);
const row = (at, ...told) => el("li", {}, el("time", { datetime: new Date(at * 1000).toISOString(), text: hour(at) }), el("div", {}, ...told));
const part = (title, rows) => (rows.length ? [el("h2", { text: title }), el("ol", { class: "contact-lines" }, ...rows)] : []);
let names = { people: {}, queues: {}, flows: {} };
const person = (login) => names.people[login] ?? login;
const queue = (name) => names.queues[name] ?? name;
const flow = (name) => names.flows[name]?.[settings.language] ?? name.replaceAll("_", " ");
const called = (step) => step.label?.[settings.language] ?? Object.values(step.label ?? {})[0] ?? step.node;

async function load() {
  try {
    show(await get(`/contacts/${encodeURIComponent(key)}`));
  } catch (problem) {
    box.replaceChildren(el("h1", { text: t("page_contact") }), el("p", { class: "problem", role: "alert", text: problem.status === 404 ? t("contact_none") : problem.message }));
  }
}

function show(one) {
  names = one.names ?? names;
  const who = one.customer_id === null ? el("span", { text: one.number || of("channel", one.channel) }) : el("a", { href: `/customers/${one.customer_id}`, text: one.customer });
  box.replaceChildren(
    el("h1", {}, who, one.value_class ? ` (${one.value_class})` : ""),
    el("p", { class: "glance" }, ...glance(one).map((text) => el("span", { text }))),
    callButton(one.number, one.customer_id) ?? "",
    ...part(t("contact_way"), one.path.map((step) => row(step.at, el("span", { text: called(step) })))),
    ...part(t("contact_offers"), one.offers.map(offer)),
    ...part(t("contact_waits"), one.waits.map(waited)),
    ...part(t("contact_acts"), (one.acts ?? []).map(act)),
    whyPanel(key, one),
    ...(one.message ? [el("h2", { text: t("desk_message") }), ...[sound(one, { ordinal: 0, recording: one.message })].flat().filter(Boolean)] : []),
    ...part(t("contact_talks"), one.segments.map((segment) => talk(one, segment))),
    ...part(t("contact_thirds"), one.third_parties.map((asked) => third(one, asked))),
    ...part(t("contact_listeners"), (one.listeners ?? []).map((it) => row(it.at, el("span", { text: t(it.segment === 0 ? "contact_listener_message" : it.consult === null ? "contact_listener" : "contact_listener_consult", { by: person(it.by), talk: it.segment, consult: it.consult, date: date(it.at) }) })))),
    ...part(t("contact_survey"), one.answers.map((answer) => row(answer.answered_at, el("span", { text: answered(answer) })))),
  );
}

function glance(one) {
  return [
    `${date(one.arrived_at)} ${hour(one.arrived_at)}`,
    of("channel", one.channel),
    one.number,
    of("outcome", one.outcome ?? "open"),
    one.wait_seconds === null ? "" : t("contact_waited", { time: clock(one.wait_seconds) }),
    one.ended_where ? t("contact_ended", { where: of("ended_where", one.ended_where), by: of("ended_by", one.ended_by) }) : "",
  ].filter(Boolean);
}

function offer(one) {
  const heads = one.why?.heads.slice(1) ?? [];
  const others = heads.map((head) => t("contact_head", { queue: queue(head.queue), class: head.value_class, score: Math.round(head.score_seconds) }));
  return row(one.made_at, el("span", { text: `${person(one.agent)} · ${queue(one.queue)} · ${of("offer", one.result)}${one.reason ? ` (${of("reason", one.reason)})` : ""}` }),
    others.length ? el("p", { text: t("contact_heads", { heads: others.join(", ") }) }) : null);
}

/** How long he waited in a queue, and what he had been told of it. */
function waited(one) {
  const seconds = one.left_at === null ? "" : clock(one.left_at - one.entered_at);
  const promised = one.told_until_at === null ? "" : t("contact_wait_told", { from: clock(one.told_from_at - one.entered_at), until: clock(one.told_until_at - one.entered_at) });
  const kept = one.told_until_at === null || one.result !== "answered" ? "" : t(one.left_at <= one.told_until_at ? "contact_wait_kept" : "contact_wait_broken");
  return row(one.entered_at, el("span", { text: [queue(one.queue), one.result ? t(`visit_${one.result}`) : t("stage_queued"), seconds, promised, kept].filter(Boolean).join(" · ") }));
}

/** What he answered, on the scale of its question. */
function answered({ question, kind, value }) {
  const said = { comment: () => t("contact_comment"), yes_no: () => t(value ? "yes" : "no") }[kind] ?? (() => (TOPS[kind] ? t("contact_of_scale", { value, top: TOPS[kind] }) : String(value)));
  const asked = of("survey_key", question);
  return `${asked}${asked.endsWith("?") ? "" : ":"} ${said()}`;
}

/** What somebody did with it besides talking. */
function act(one) {
  const queues = [one.from_queue, one.queue].filter(Boolean).map(queue).join(" → ");
  const more = [one.by === "center" ? "" : person(one.by), one.limit ? t(`limit_${one.limit}`) : "", person(one.agent), queues, one.value_class, one.seconds ? clock(one.seconds) : ""];
  return row(one.at, el("span", { text: [of("act", one.act), ...more].filter(Boolean).join(" · ") }), one.reason ? el("p", { text: REASONS[one.act] ? of(REASONS[one.act], one.reason) : one.reason }) : null, one.contact ? el("p", {}, el("a", { href: `/contacts/${encodeURIComponent(one.contact)}`, text: t(`contact_act_${one.act}`) })) : null);
}

const REASONS = { called: "purpose", not_reached: "own_over" };

function talk(contact, one) {
  const said = [person(one.agent), one.from_agent ? t(`contact_began_${one.began}`, { agent: person(one.from_agent) }) : "", queue(one.queue), one.talk_seconds === null ? "" : t("contact_talked", { time: clock(one.talk_seconds) }), one.wrap_up_seconds === null ? "" : t("contact_wrapped", { time: clock(one.wrap_up_seconds) }), one.disposition_label?.[settings.language] ?? one.disposition];
  return row(one.answered_at, el("span", { text: said.filter(Boolean).join(" · ") }), passedOn(one), one.note ? el("p", { text: one.note }) : null, filledIn(one), ...[sound(contact, one)].flat());
}

/** What the agent filled in, as its fields were called then. */
function filledIn({ form }) {
  const said = ({ key, label, value, text }) => [el("dt", { text: label[settings.language] ?? key }), el("dd", { text: text?.[settings.language] ?? value })];
  return form.length ? el("dl", { class: "filled-in" }, ...form.flatMap(said)) : null;
}

/** How a talk ended in another's hands, or was to. */
function passedOn(one) {
  if (!one.transfer) return null;
  const name = { flow: (to) => t("contact_flow", { flow: flow(to) }), queue }[one.transferred_to_kind] ?? person;
  const to = one.transferred_to ? name(one.transferred_to) : t("contact_outside");
  const failed = one.transfer_failed ? t("contact_transfer_failed", { why: of("not_taken", one.transfer_failed) }) : "";
  return el("p", { text: [t(`contact_transfer_${one.transfer}`, { to }), failed].filter(Boolean).join(" · ") });
}

/** Who else was called, and what came of it. */
function third(contact, one) {
  const talked = one.consult_seconds ? t("contact_consulted", { time: clock(one.consult_seconds) }) : "";
  const reason = one.reason ? ` (${of("not_taken", one.reason)})` : "";
  return row(one.called_at, el("span", { text: [`${person(one.asked_by)} → ${person(one.agent) ?? one.number}`, talked, of("third_outcome", one.outcome) + reason].filter(Boolean).join(" · ") }), ...[sound(contact, one, `consults/${one.ordinal}/recording`)].flat());
}

function sound(contact, { ordinal, recording }, path = `recordings/${ordinal}`) {
  if (!recording) return null;
  if (recording.state === "expired" || recording.state === "lost") return el("p", { text: t(`contact_recording_${recording.state}`) });
  if (!mayHear) return null;
  return [
    player(`/api/v1/contacts/${encodeURIComponent(contact.contact)}/${path}`, recording),
    ...recording.pauses.map((one) => el("p", { class: "quiet", text: pauseText(one) })),
  ];
}

function pauseText({ since, until, by: login, reason, resumed_by }) {
  const by = person(login);
  const from = clock(since);
  const why = of("recording_reason", reason);
  if (until === null) return t("contact_paused_to_end", { from, by, why });
  return t(resumed_by === "center" ? "contact_paused_too_long" : "contact_paused", { from, to: clock(until), by, why });
}

load();
