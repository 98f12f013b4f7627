// Passing the caller on, or asking somebody first: queues, saved numbers, colleagues with what they are doing, flows, and
// whatever number is written, in one list by keyboard.

import { get, post } from "./api.js";
import { $, text } from "./dom.js";
import { now } from "./feed.js";
import { picker } from "./picker.js";
import { flowName, knowFlows, knowPeople } from "./pop.js";
import { clock, of, settings, t } from "./words.js";

const AGAIN_MILLISECONDS = 2000;
let queues = [];
let colleagues = [];
let saved = [];
let flows = [];

let path = "transfer";

const NUMBER = /^\+?[0-9 ().-]{3,}$/;
const state = ({ status, activity }) => (activity !== "idle" ? "busy" : status === "available" ? "free" : status === "pause" ? "pause" : "logged_out");
const ORDER = ["free", "busy", "pause", "logged_out"];

function queueRow(queue) {
  return { key: `queue-${queue.key}`, text: queue.name, details: t("queue"), body: { queue: queue.key } };
}

function colleagueRow(one, onlyFree) {
  const at = state(one);
  const doing = at === "busy" ? of("activity", one.activity) : of("status", one.status);
  const since = at === "logged_out" || !one.since ? "" : ` · ${clock(now() - one.since)}`;
  const disabled = at === "logged_out" || at === "pause" || (onlyFree && at !== "free");
  return { key: `agent-${one.agent}`, text: one.name, details: doing + since, disabled, body: { to: one.agent } };
}

/** A number that stands in the field, as a row to choose; [] when none does. */
export function numberRow(words) {
  const written = words.trim();
  return NUMBER.test(written) ? [{ key: "number", text: written, details: t("transfer_number"), body: { number: written } }] : [];
}

/** Numbers that are saved for everybody, found by their name and by their digits. */
export const savedRows = (numbers) => numbers.map(({ name, number }, place) => ({ key: `saved-${place}`, text: `${name} · ${number}`, details: t("saved_number"), body: { number } }));

/** Colleagues, who is free first. */
export function colleagueRows(onlyFree) {
  const people = [...colleagues].sort((a, b) => ORDER.indexOf(state(a)) - ORDER.indexOf(state(b)) || a.name.localeCompare(b.name));
  return people.map((one) => colleagueRow(one, onlyFree));
}

const flowRow = ({ name }) => ({ key: `flow-${name}`, text: flowName(name), details: t("transfer_flow"), body: { flow: name } });

function rows() {
  const asks = path === "consult";
  return [...numberRow($("transfer-text").value), ...queues.map(queueRow), ...colleagueRows(asks), ...savedRows(saved), ...(asks ? [] : flows.map(flowRow))];
}

const list = picker($("transfer-text"), $("transfer-list"), { rows, choose: send });

async function send({ body }) {
  try {
    await post(`/agents/${settings.agent}/${path}`, body);
    $("transfer").close();
  } catch (problem) {
    text($("transfer-problem"), problem.message);
    $("transfer-problem").hidden = false;
  }
}

/** Who the colleagues are, and what they do now. */
export async function learnColleagues() {
  colleagues = await get("/me/colleagues");
  knowPeople(Object.fromEntries(colleagues.map(({ agent, name }) => [agent, name])));
  list.draw();
}

/** Which flows there are to pass a caller on to, and what they are called. */
export async function learnFlows() {
  const known = await get("/me/flows");
  knowFlows(known);
  return known;
}

async function learnChoices() {
  [saved, flows] = await Promise.all([get("/me/saved-numbers"), learnFlows()]).catch(() => [saved, flows]);
  list.draw();
}

async function again() {
  if (!$("transfer").open) return;
  await learnColleagues().catch(() => {}); // what is shown stays; choosing says what is wrong
  setTimeout(again, AGAIN_MILLISECONDS);
}

/** Ask where the caller goes, or (`consult`) whom to ask first; `offered` are the queues to choose from. */
export function openTransfer(offered, consult = false) {
  queues = offered;
  path = consult ? "consult" : "transfer";
  text($("transfer-title"), t(consult ? "consult_with" : "transfer_to"));
  $("transfer-problem").hidden = true;
  list.reset();
  $("transfer").showModal();
  learnChoices();
  again();
}

export const closeTransfer = () => { if ($("transfer").open) $("transfer").close(); };
$("close-transfer").addEventListener("click", closeTransfer);
