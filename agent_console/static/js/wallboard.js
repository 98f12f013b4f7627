// The supervisor's page: rows replaced as they are pushed, painted at most twice a second, however many there are.

import { api, get } from "./api.js";
import { withCallOff } from "./call_off.js";
import { $, banner, el, fill, text } from "./dom.js";
import "./disk_alarm.js";
import { now, setClock, socket } from "./feed.js";
import { command } from "./palette.js";
import { recordLink } from "./record_link.js";
import "./reminders.js";
import { chime } from "./chime.js";
import { handWord, maySupervise, openFor, opener, showMine, showQueues } from "./supervise.js";
import "./router_lamp.js";
import { WAITING, serviceLevel, today, waits } from "./queue_figures.js";
import "./wallboard_phone.js";
import { askWhatIf } from "./what_if.js";
import { clock, of, settings, step, t } from "./words.js";

const CONTACTS_A_PAGE = 100;
const PAINT_MILLISECONDS = 500;
const rows = { contacts: new Map(), agents: new Map(), queues: new Map() };
const may = (permission) => settings.permissions.includes(permission);
let names = {};
let dirty = true;
let first = 0; // of the contacts on the page that is shown

socket.on("patch", (patch) => {
  setClock(patch.now);
  for (const [kind, known] of Object.entries(rows)) {
    if (patch.whole) known.clear();
    for (const [key, row] of Object.entries(patch[kind] ?? {})) {
      if (row === null) known.delete(key);
      else known.set(key, row);
    }
  }
  banner("switch", patch.switch_up ? null : t("switch_down"), "bad");
  banner("journal", patch.journal_ok ? null : t("journal_down"), "bad");
  dirty = true;
});

get("/queues").then((known) => {
  names = Object.fromEntries(known.map(({ key, name }) => [key, name]));
  showQueues(names);
  dirty = true;
}, () => {});

const named = (key) => names[key] ?? key ?? "";
const cell = (words, kind = null) => el("td", { class: kind, text: words ?? "" });
const state = (family, value) => el("td", {}, el("span", { class: "state", "data-state": value, text: of(family, value) }));
const twoLines = (first, second, before = null) => el("td", {}, el("div", { class: "first" }, before, el("span", {}, first ?? "")), second ? el("div", { class: "second quiet", text: second }) : null);
const who = (contact) => contact.candidates?.[0]?.pii_name || contact.pii_number || t("unknown_caller");

// Painting

function paint() {
  const counted = waits(rows.queues, rows.contacts, now());
  paintQueues(counted);
  paintAlarms(counted);
  if (dirty) {
    dirty = false;
    paintAgents();
    paintContacts();
    paintHands();
    showMine(rows.agents.get(settings.agent), (contact) => rows.contacts.has(contact));
  }
  for (const timer of document.querySelectorAll("[data-since]")) text(timer, clock(now() - Number(timer.dataset.since)));
}

function paintQueues(counted) {
  const shown = [...rows.queues.values()].sort((a, b) => a.queue.localeCompare(b.queue)).map((row) => {
    const queue = today(row, now());
    const { waiting, longest, late, to_call, messages } = counted.get(queue.queue);
    const level = serviceLevel(queue);
    const beside = [to_call && t("to_be_called", { count: to_call }), messages && t("messages_waiting", { count: messages }),
      (queue.overflowed || queue.turned_away) && t("went_elsewhere", queue)];
    const name = [named(queue.queue), ...beside].filter(Boolean).join(" · ");
    return [late > 0, name, waiting, time(longest), clock(queue.service_level_seconds), level === null ? "—" : `${level} %`,
      queue.queued, queue.answered, queue.abandoned, queue.abandoned_short, time(queue.longest_wait_seconds)];
  });
  fill($("queues").tBodies[0], shown, () => (shown.length ? shown.map(queueRow) : [empty(10, t("no_queues"))]));
}

const time = (seconds) => (seconds === null || seconds === undefined ? "—" : clock(seconds));
const QUEUE_CELLS = ["", "n", "n alarmed", "n minor", "n", "n minor", "n medium", "n medium", "n minor", "n minor"];

function queueRow([late, ...shown]) {
  const cells = shown.map((value, place) => cell(place === 2 && late ? `⚠ ${value}` : String(value), QUEUE_CELLS[place]));
  return el("tr", { "data-alarm": String(late) }, ...cells);
}

function paintAlarms(counted) {
  const alarms = [...counted].filter(([, count]) => count.late > 0).map(([key, count]) => [key, count.late, clock(count.longest), helper(key)]);
  const count = $("alarm-count");
  count.dataset.state = alarms.length ? "some" : "none";
  text(count, alarms.length ? `⚠ ${alarms.reduce((sum, [, late]) => sum + late, 0)}` : t("no_alarms"));
  fill($("alarms"), alarms, () => alarms.map(([key, late, longest, agent]) => el("div", {},
    el("span", { text: t("alarm_waiting", { queue: named(key), count: late, time: longest }) }),
    agent ? act(agent, "available", t("alarm_help", { name: rows.agents.get(agent)?.name ?? agent })) : null)));
}

/** Somebody of the queue who could take a contact and is on a break. */
function helper(queue) {
  if (!may("command_agents")) return null;
  const found = [...rows.agents.values()].find((agent) => agent.status === "pause" && agent.activity === "idle" && agent.queues.includes(queue));
  return found?.agent ?? null;
}

function paintAgents() {
  const order = { talking: 0, on_hold: 0, away: 0, ringing: 1, reserved: 1, wrapping_up: 2, idle: 3 };
  const away = (agent) => (agent.status === "logged_out" ? 9 : order[agent.activity] ?? 4);
  const shown = [...rows.agents.values()].sort((a, b) => away(a) - away(b) || a.name.localeCompare(b.name));
  const contacts = shown.map(({ contact }) => (rows.contacts.has(contact) ? who(rows.contacts.get(contact)) : ""));
  fill($("agents").tBodies[0], [shown, contacts], () => (shown.length ? shown.map((agent, place) => agentRow(agent, contacts[place])) : [empty(4, t("no_agents"))]));
}

function agentRow(agent, contact) {
  const off = agent.status === "logged_out" && agent.activity === "idle";
  const reason = agent.reason && agent.status === "pause" ? ` (${of("reason", agent.reason)})` : "";
  const idle = agent.activity === "idle";
  const chosen = of("status", agent.status) + reason;
  const words = idle ? chosen : of("activity", agent.activity) + (agent.status === "available" ? "" : ` · ${chosen}`);
  const muted = agent.muted ? el("span", { class: "state", text: t("muted") }) : null;
  const hand = agent.hand_raised_at ? el("span", { class: "state", "data-state": "hand", text: handWord(agent) }) : null;
  const inTalk = agent.supervises ? el("div", { class: "second quiet", text: `${of("act", agent.supervises.mode)}: ${rows.agents.get(agent.supervises.agent)?.name ?? agent.supervises.agent}` }) : null;
  const doing = el("td", {}, el("span", { class: "state", "data-state": idle ? agent.status : agent.activity, text: words }), muted && " ", muted, hand, inTalk);
  const since = el("td", { class: "n" }, agent.since ? el("span", { "data-since": agent.since }) : null);
  const others = ["available", "pause", "logged_out"].filter((one) => one !== agent.status);
  const acts = may("command_agents") && !maySupervise ? others.map((one) => act(agent.agent, one, t(`make_${one}`))) : [];
  return el("tr", { "data-agent": agent.agent, class: off ? "quiet" : null }, twoLines(agent.name || agent.agent, contact), doing, since, el("td", { class: "acts" }, ...acts, opener(agent.name || agent.agent, () => superviseAgent(agent.agent))));
}

function show(what) {
  openFor(what);
  showMine(rows.agents.get(settings.agent));
}

function superviseAgent(key) {
  const agent = rows.agents.get(key);
  const contact = rows.contacts.get(agent?.contact) ?? null;
  if (agent) show({ agent, contact, title: [agent.name || agent.agent, contact && who(contact)].filter(Boolean).join(" · "), queues: names });
}

function superviseContact(key) {
  const contact = rows.contacts.get(key);
  if (!contact) return;
  const classes = [...new Set([...rows.contacts.values()].map((one) => one.value_class).filter(Boolean))].sort();
  show({ contact, agent: rows.agents.get(contact.agent) ?? null, title: who(contact), queues: names, waiting: WAITING.has(contact.stage), classes });
}

let handsUp = new Set();

const HELP_MILLISECONDS = 5000;
let needs = []; // who needs help for another reason than a raised hand, as the server ranks them

async function askWhoNeedsHelp() {
  needs = await get("/live/help").catch(() => needs); // an old list is better than none; the feed's light tells
  dirty = true;
}

function need({ agent: key, why, since, usual_seconds: usual, n }) {
  const agent = rows.agents.get(key);
  const name = agent?.name || key;
  const words = why === "talk" ? t("need_talk", { name, usual: clock(usual), n }) : t(`need_${why}`, { name });
  return el("div", {}, el("span", { text: words }), el("span", { class: "number quiet", "data-since": since }), opener(name, () => superviseAgent(key)));
}

/** A lamp for each raised hand, and a sound for a new one; below them who needs somebody without asking. */
function paintHands() {
  const up = [...rows.agents.values()].filter((agent) => agent.hand_raised_at).sort((a, b) => a.hand_raised_at - b.hand_raised_at);
  if (up.some(({ agent }) => !handsUp.has(agent))) chime();
  handsUp = new Set(up.map(({ agent }) => agent));
  const others = needs.filter(({ agent }) => !handsUp.has(agent));
  fill($("hands"), [up.map(({ agent, name, hand_why }) => [agent, name, hand_why]), others], () => [...up.map((agent) => el("div", { class: "hand" },
    el("span", { text: `${agent.name || agent.agent}: ${handWord(agent)}` }), el("span", { class: "number quiet", "data-since": agent.hand_raised_at }),
    opener(agent.name || agent.agent, () => superviseAgent(agent.agent)))), ...others.map(need)]);
}

function act(agent, status, words) {
  return el("button", { type: "button", class: "btn btn-outline-secondary small", text: words, onclick: () => force(agent, status) });
}

async function force(agent, status) {
  try {
    await api("PUT", `/agents/${encodeURIComponent(agent)}/status`, { status, reason: status === "pause" ? "supervisor" : "" });
    banner("forced", null);
  } catch (problem) {
    banner("forced", problem.message);
  }
}

const hourOf = (at) => new Date(at * 1000).toLocaleTimeString(settings.language, { hour: "2-digit", minute: "2-digit" });

const served = (contact) => (WAITING.has(contact.stage) ? 0 : 1);

function paintContacts() {
  const all = [...rows.contacts.values()].sort((a, b) => served(a) - served(b) || (a.queued_at ?? a.arrived_at) - (b.queued_at ?? b.arrived_at));
  if (first >= all.length) first = Math.max(0, Math.ceil(all.length / CONTACTS_A_PAGE) - 1) * CONTACTS_A_PAGE;
  const shown = all.slice(first, first + CONTACTS_A_PAGE);
  text($("contact-count"), all.length ? String(all.length) : "");
  $("turn").hidden = all.length <= CONTACTS_A_PAGE;
  text($("shown"), t("contacts_shown", { first: first + 1, last: first + shown.length, count: all.length }));
  $("earlier").disabled = first === 0;
  $("later").disabled = first + shown.length >= all.length;
  fill($("contacts").tBodies[0], [shown, names], () => (shown.length ? shown.map(contactRow) : [empty(5, t("no_contacts"))]));
}

function turn(contacts) {
  first = Math.max(0, first + contacts);
  dirty = true;
  paint();
}

$("earlier").addEventListener("click", () => turn(-CONTACTS_A_PAGE));
$("later").addEventListener("click", () => turn(CONTACTS_A_PAGE));

function contactRow(contact) {
  const path = (contact.path ?? []).map((node) => step(contact, node)).join(" › ");
  const since = WAITING.has(contact.stage) ? contact.queued_at ?? contact.since : contact.since;
  const grade = contact.value_class ? el("span", { class: "class", title: t("value_class"), text: contact.value_class }) : null;
  const agent = rows.agents.get(contact.agent)?.name ?? contact.agent;
  const known = contact.customer ?? contact.candidates?.[0];
  const ends = WAITING.has(contact.stage) && contact.wait_ends ? el("div", { class: "second quiet", text: waitEnds(contact.wait_ends.map(hourOf)) }) : null;
  return el("tr", { "data-contact": contact.contact }, twoLines(known?.pii_name ? recordLink(known.customer_id, who(contact)) ?? who(contact) : who(contact), path, grade), withCallOff(state("stage", contact.stage), contact, who(contact)),
    el("td", { class: "n" }, whyLink(contact, el("span", { "data-since": since })), ends), twoLines(named(contact.queue), agent),
    el("td", { class: "acts" }, opener(who(contact), () => superviseContact(contact.contact))));
}

const waitEnds = ([from, until]) => (from === until ? t("wait_about", { at: from }) : t("wait_between", { from, until }));

/** The time that he waits leads to why he does. */
const whyLink = ({ contact, stage }, since) => (WAITING.has(stage) && may("read_interactions") ? el("a", { href: `/contacts/${encodeURIComponent(contact)}#why`, class: "record-link", title: t("passing_title"), target: "_blank", rel: "noopener" }, since) : since);

const empty = (columns, words) => el("tr", {}, el("td", { colspan: String(columns), class: "quiet", text: words }));

command(t("what_if"), () => askWhatIf(rows.queues, named));
$("what-if-open").addEventListener("click", () => askWhatIf(rows.queues, named));
command(t("command_theme"), window.switchTheme);
command(t("kiosk"), () => location.assign("/wallboard?kiosk=1"));
setInterval(paint, PAINT_MILLISECONDS);
if (may("supervise")) {
  askWhoNeedsHelp();
  setInterval(askWhoNeedsHelp, HELP_MILLISECONDS);
}
paint();
