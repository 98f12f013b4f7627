// Note, reason and result of the contact in hand. The note is kept on this computer as it is written, by contact.

import { get, mayBeDone, newId, post } from "./api.js";
import { choices } from "./choices.js";
import { allReasons, knowReasons, reasonLabel, reasonOf } from "./contact_reasons.js";
import { askEffect } from "./disposition_form.js";
import { $, banner, el, text } from "./dom.js";
import { drop, keep, kept } from "./drafts.js";
import { forget, whoIs } from "./pop.js";
import { settings, t } from "./words.js";
import { answers, firstEmpty, isFilledIn, knowFields, sent, takeForm } from "./wrap_up_form.js";

let results = [];
let contact = null;
let beginning = null; // what the server knows of the contact: the reason that it guesses, the customer's clock
let reason = null; // the reason that was accepted
let pending = null; // the result that waits for a time to call back
let sending = false;
let suggested = null; // by the script, for which contact

const noteKey = (id) => `note-${id}`;
const resultKey = () => `result-for-${contact?.queue}-${reason ?? ""}`;
const label = (choice) => choice[`label_${settings.language}`] || choice.code;

export function knowChoices(dispositions, contactReasons, formFields) {
  results = dispositions;
  knowFields(formFields);
  takeForm(contact);
  knowReasons(contactReasons);
  if (!$("wrap-up").hidden) focus();
}

const offered = () => results.filter((choice) => choice.queue === null || choice.queue === contact?.queue);

function reasonRow(one) {
  const wider = reasonOf(one.parent);
  return { key: one.key, label: reasonLabel(one), details: wider ? reasonLabel(wider) : "" };
}

function resultRow(choice) {
  const demands = [choice.needs_note ? t("needs_note") : "", choice.asks_call_back ? t("asks_call_back") : ""];
  return { key: choice.code, label: label(choice), details: demands.filter(Boolean).join(" · ") };
}

const reasonList = choices($("reasons"), { rows: () => allReasons().map(reasonRow), choose: ({ key }) => accept(key), none: "" });
const resultList = choices($("dispositions"), { rows: () => offered().map(resultRow), choose: ({ key }) => choose(key), none: t("disposition_none") });

/** The reason that the agent accepted; null while he has not. */
export const chosenReason = () => reason;

/** Another contact is in hand, or none. */
export function take(next) {
  if (next?.contact === contact?.contact) {
    const moved = next?.queue !== contact?.queue;
    contact = next;
    if (moved) takeForm(next);
    return;
  }
  const calledBack = contact?.channel === "voicemail" && next?.channel === "outbound" && next.pii_number === contact.pii_number;
  if (calledBack && $("note").value) keep(noteKey(next.contact), $("note").value); // what the message said
  contact = next;
  [beginning, reason, pending] = [null, null, null];
  $("note").value = next ? kept(noteKey(next.contact)) ?? "" : "";
  text($("note-state"), t("note_hint"));
  takeForm(next);
}

/** The wrap-up begins, or goes on. */
export function show(begins) {
  if (begins) begin();
  draw();
  if (begins && document.activeElement !== $("note")) focus();
}

async function begin() {
  const mine = contact.contact;
  reasonList.mark(allReasons()[0]?.key);
  markResult();
  try {
    const told = await get(`/me/wrap-up/${encodeURIComponent(mine)}`);
    if (contact?.contact !== mine) return;
    beginning = told;
    if (told.reason && !reason) reasonList.mark(told.reason);
    draw();
  } catch { /* without a guess the agent chooses himself */ }
}

function draw() {
  const asked = allReasons().length > 0 && !reason;
  $("reason-part").hidden = !allReasons().length;
  $("reasons").hidden = !asked;
  $("change-reason").hidden = asked;
  text($("reason"), reason ? reasonLabel(reasonOf(reason)) : beginning?.reason ? t("reason_guessed") : t("reason_choose"));
  reasonList.draw();
  resultList.draw();
  $("call-back").hidden = !pending;
  if (beginning) text($("call-back-zone"), t("call_back_zone", { time: beginning.local_time.slice(11, 16), zone: beginning.time_zone.replaceAll("_", " ") }));
}

/** The result that the contact's script came to: marked until another one is. */
export function suggest(code, answers) {
  suggested = { contact: contact?.contact, code, answers };
  markResult();
}

/** What people call a result. */
export function resultName(code) {
  const known = results.find((one) => one.code === code);
  return known ? label(known) : code;
}

/** What the script suggests comes first marked, then what was last chosen for this reason comes first marked, else the first result that asks for no note. */
function markResult() {
  const before = suggested?.contact === contact?.contact ? suggested.code : localStorage.getItem(resultKey());
  const plain = offered().find((choice) => !choice.needs_note && !choice.asks_call_back);
  resultList.mark(offered().some(({ code }) => code === before) ? before : plain?.code ?? offered()[0]?.code);
}

/** Where the next key belongs. */
export function focus() {
  (pending ? $("call-back-at") : firstEmpty() ?? (allReasons().length && !reason ? $("reasons") : $("dispositions"))).focus();
}

function accept(key) {
  reason = key;
  markResult();
  draw();
  focus();
}

$("change-reason").addEventListener("click", () => { reason = null; draw(); focus(); });

function choose(code) {
  const choice = offered().find((one) => one.code === code);
  if (!contact || sending || !isFilledIn()) return;
  if (allReasons().length && !reason) {
    banner("result", t("problem_contact_reason_required"));
    $("reasons").focus();
  } else if (choice.needs_note && !$("note").value.trim()) {
    banner("result", t("problem_no_note"));
    $("note").focus();
  } else if (choice.asks_call_back) {
    pending = code;
    resultList.mark(code);
    if (beginning) $("call-back-at").min = beginning.local_time.slice(0, 16);
    draw();
    focus();
  } else if (choice.effect) {
    bringAbout(choice);
  } else {
    pending = null;
    send(code, "");
  }
}

/** A result that brings something about asks for what it needs; what is wrong is said in the form, which stays. */
async function bringAbout(choice) {
  const done = contact;
  const requestId = newId();
  const answers = suggested?.contact === done.contact ? suggested.answers : {};
  const title = `${t("disposition")}: ${label(choice)}`;
  try {
    await askEffect({ effect: choice.effect, title, customerId: whoIs(done)?.customer_id, answers, send: (effect) => deliver(done, choice.code, "", requestId, effect) });
  } catch (problem) {
    banner("result", `${t("result_not_saved")} ${problem.message}`, "bad");
  }
}

$("call-back").addEventListener("submit", (event) => {
  event.preventDefault();
  if (pending) send(pending, $("call-back-at").value);
});

$("note").addEventListener("input", () => {
  if (!contact) return;
  keep(noteKey(contact.contact), $("note").value);
  text($("note-state"), t("note_saved"));
});
$("note").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("wrap-up").hidden) focus();
});

async function deliver(done, code, callBackAt, requestId, effect = {}) {
  await post(`/agents/${settings.agent}/disposition`, { contact: done.contact, code, contact_reason: reason ?? "", note: $("note").value, call_back_at: callBackAt, effect, form: answers(), request_id: requestId });
  localStorage.setItem(resultKey(), code);
  drop(noteKey(done.contact));
  sent(done.contact);
  $("call-back-at").value = "";
  banner("result", null);
  forget();
}

/** A request that may have been done is repeated under its own id, so that it is never done twice. */
async function send(code, callBackAt, requestId = newId()) {
  if (sending || !contact) return;
  sending = true;
  const done = contact;
  try {
    await deliver(done, code, callBackAt, requestId);
  } catch (problem) {
    const again = mayBeDone(problem) ? requestId : newId();
    banner("result", null);
    banner("result", `${t("result_not_saved")} ${problem.message}`, "bad", el("button", { type: "button", class: "btn btn-sm btn-primary", text: t("retry"), onclick: () => { if (contact?.contact === done.contact) send(code, callBackAt, again); } }));
  } finally {
    sending = false;
  }
}
