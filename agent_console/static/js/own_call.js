// Calling from the desk: whom, for which queue and what for; then how far the call is, and why nobody answered.

import { get, post } from "./api.js";
import { callNumber } from "./call_button.js";
import { $, banner, el, text } from "./dom.js";
import { onKey } from "./keys.js";
import { picker } from "./picker.js";
import { personName, queueName } from "./pop.js";
import { colleagueRows, learnColleagues, numberRow, savedRows } from "./transfer.js";
import { of, settings, t } from "./words.js";

const AGAIN_MILLISECONDS = 2000;
const PURPOSES = ["information", "service", "appointment", "collections", "renewal", "sales"];
let saved = [];
let desk = null;
let understood = 0; // when the call was that nobody answered and that was put away

const mine = (own) => own.agent === settings.agent;
const other = (own) => (mine(own) ? own.to : own.agent);

/** What a call of my own makes of the desk; null: there is none. */
export function ownStage({ own_call: own }) {
  if (!own) return null;
  if (own.stage === "talking") return "colleague";
  if (mine(own)) return "calling";
  return own.stage === "ringing" ? "ringing" : null;
}

/** What may be done then. */
export const OWN_CONTROLS = { none: ["call"], calling: ["hang_up"], colleague: ["mute", "keypad", "hang_up"] };

/** Who it is, and how far it is; ["", ""] when there is none. */
export function ownWords({ own_call: own }) {
  if (!own) return ["", ""];
  const who = other(own) ? personName(other(own)) : own.pii_name || own.pii_number;
  const number = other(own) || !own.pii_name ? "" : own.pii_number;
  const far = mine(own) || own.stage === "talking" ? `own_call_${own.stage}` : "own_call_from_colleague";
  return [who, [number, own.stage === "talking" ? "" : t(far)].filter(Boolean).join(" · ")];
}

/** Says why nobody answered the last call, until it is put away. */
export function takeOwnCall(told) {
  desk = told;
  const over = told.agent.own_call_over;
  if (!over || over.at === understood) return banner("own-call", null);
  const who = over.to ? personName(over.to) : over.pii_number;
  const away = () => { understood = over.at; banner("own-call", null); };
  banner("own-call", t("own_call_over", { who, why: of("own_over", over.reason) }), "warn", el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("understood"), onclick: away }));
}

function rows() {
  return [...numberRow($("call-text").value), ...savedRows(saved), ...colleagueRows(true)];
}

const list = picker($("call-text"), $("call-list"), { rows, choose: call });

async function call({ body }) {
  $("call-problem").hidden = true;
  try {
    if (body.to) await post(`/agents/${settings.agent}/call-colleague`, { to: body.to });
    else if (!(await callNumber(body.number, wishes()))) return; // a banner says why
    $("call-out").close();
  } catch (problem) {
    text($("call-problem"), problem.message);
    $("call-problem").hidden = false;
  }
}

const wishes = () => ({ ...$("call-queue").value ? { queue: $("call-queue").value } : {}, ...$("call-purpose").value ? { purpose: $("call-purpose").value } : {} });

async function again() {
  if (!$("call-out").open) return;
  await learnColleagues().catch(() => {}); // what is shown stays; choosing says what is wrong
  list.draw();
  setTimeout(again, AGAIN_MILLISECONDS);
}

/** Ask whom to call. */
export function openCall() {
  if ($("call-out").open || !desk) return;
  const option = (value, words) => el("option", { value, text: words });
  const before = $("call-queue").value;
  $("call-queue").replaceChildren(...desk.agent.queues.map((key) => option(key, queueName(key))));
  if (desk.agent.queues.includes(before)) $("call-queue").value = before;
  $("call-queue-part").hidden = desk.agent.queues.length < 2;
  $("call-purpose").replaceChildren(option("", t("call_purpose_open")), ...PURPOSES.map((one) => option(one, of("purpose", one))));
  $("call-problem").hidden = true;
  banner("calling", null);
  list.reset();
  $("call-out").showModal();
  get("/me/saved-numbers").then((known) => { saved = known; list.draw(); }, () => {});
  again();
}

/** The call has begun, or something else came: nobody is chosen any more. */
export const closeCall = () => { if ($("call-out").open) $("call-out").close(); };
$("close-call").addEventListener("click", closeCall);
onKey("F", `${t("call")} / ${t("desk_message_call")}`, () => {
  const button = ["call", "message_call"].map((name) => document.querySelector(`[data-do="${name}"]`)).find(({ hidden }) => !hidden);
  if (button) button.click();
});
