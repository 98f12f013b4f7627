// The agent's desk. It never navigates away while a call is on, and a reload finds everything again.

import { api, get, post } from "./api.js";
import { openDevices } from "./audio_dialog.js";
import { actsFor } from "./desk_customer.js";
import { heardSound, minuteLeft, showHelp } from "./desk_help.js";
import { mic } from "./devices.js";
import { $, banner, el, fill, text } from "./dom.js";
import { now, setClock, socket } from "./feed.js";
import { showGivenBack } from "./given_back.js";
import { remindOfHold } from "./hold_reminder.js";
import { onKey } from "./keys.js";
import { askPause, knowPauses, pauseWord } from "./pause.js";
import * as lists from "./lists.js";
import * as recording from "./recording.js";
import { command } from "./palette.js";
import { drawPhoneLight } from "./phone_light.js";
import { knowQueues, queueName, showLead, showPop, whoIs } from "./pop.js";
import { callBack, takeMessage } from "./desk_message.js";
import { knowResults, takeScript } from "./desk_script.js";
import * as outbound from "./desk_outbound.js";
import { closeCall, openCall, ownStage, ownWords, OWN_CONTROLS, takeOwnCall } from "./own_call.js";
import * as softphone from "./softphone.js";
import { CONTROLS_WITH_THIRD, showThird, stageWithThird } from "./third_party.js";
import { closeTransfer, learnColleagues, learnFlows, openTransfer } from "./transfer.js";
import { clock, of, settings, t } from "./words.js";
import { closeWho, openWho } from "./who.js";
import * as wrapUp from "./wrap_up.js";
import "./reminders.js";

const { phone } = softphone;
const decimals = (figure) => new Intl.NumberFormat(settings.language, { minimumFractionDigits: 1 }).format(figure);
const me = `/agents/${settings.agent}`;
let desk = null;
let queues = [];
let stageShown = "";
let muting = null; // what was asked of the center and it has not answered yet

const isMuted = () => muting ?? desk?.agent.muted ?? false;
const activity = () => desk?.agent.activity ?? "idle";

// What the server says

socket.on("desk", (told) => {
  const before = activity();
  desk = told;
  setClock(told.now);
  if (told.agent.muted === muting || !["talking", "on_hold"].includes(activity())) muting = null;
  softphone.silence(isMuted());
  if (before !== "idle" && activity() === "idle") { lists.refresh(); outbound.refresh(); }
  if (activity() === "away" && phone.ringing) softphone.answer();
  draw();
});
socket.on("pop", ({ contact }) => showPop(contact, draw, identify, actsFor(contact, draw))); // at once; the desk follows with the same
socket.on("phone_taken", () => {
  softphone.taken();
  banner("taken", t("phone_taken_text"), "bad");
});
socket.on("connect", () => { if (softphone.works()) socket.emit("phone_ready"); });

// What is shown

function stage() {
  const own = desk && ownStage(desk.agent);
  if (own) return own;
  if (!desk?.contact) return "none";
  if (activity() === "idle") return "wrapping_up"; // the result is still owed
  return activity() === "reserved" ? "ringing" : activity();
}

function draw() {
  drawLights();
  if (!desk) return;
  drawBar();
  drawCard();
  showGivenBack(desk.agent);
  showHelp(desk.agent, ["talking", "on_hold"].includes(stage()));
  outbound.take(desk);
  takeOwnCall(desk);
  if (desk.agent.lead && !desk.contact) showLead(desk.agent.lead, draw);
  else showPop(desk.contact, draw, identify, actsFor(desk.contact, draw));
  closeWho(desk.contact);
  tick();
}

function drawBar() {
  const { agent } = desk;
  for (const button of document.querySelectorAll("[data-status]")) {
    button.setAttribute("aria-pressed", String(agent.status === button.dataset.status));
    button.dataset.next = String(agent.next_status === button.dataset.status);
  }
  const why = agent.status === "pause" && agent.reason ? pauseWord(agent.reason) : "";
  text($("activity"), activity() === "idle" ? why : of("activity", activity()));
  text($("next-status"), agent.next_status ? t("next_status", { status: of("status", agent.next_status) }) : "");
}

function drawChips() {
  const limit = (key) => queues.find((queue) => queue.key === key)?.service_level_seconds ?? Infinity;
  const shown = desk.queues.map((chip) => [queueName(chip.queue), chip.waiting, chip.longest_since && clock(now() - chip.longest_since), chip.longest_since && now() - chip.longest_since > limit(chip.queue)]);
  fill($("chips"), shown, () => shown.map(([name, waiting, longest, late]) =>
    el("span", { class: "chip number", "data-late": String(Boolean(late)), title: `${t("waiting")} · ${t("longest_wait")}`, text: `${name} ${waiting}${longest ? ` · ${longest}` : ""}${late ? " ⚠" : ""}` })));
}

const CONTROLS = {
  ringing: ["answer", "reject"],
  talking: ["hold", "mute", "keypad", "transfer", "consult", "hang_up"],
  on_hold: ["resume", "transfer", "consult", "hang_up"],
  message: ["message_call", "message_done"],
};

function drawCard() {
  const at = stage();
  const { contact, agent } = desk;
  document.body.dataset.contact = at === "none" ? "no" : "yes";
  wrapUp.take(contact && { ...contact, queue: agent.served_queue ?? contact.queue });
  takeScript(contact, at);
  takeMessage(contact, at);
  $("card").dataset.stage = at;
  text($("card-title"), at === "none" ? t("no_contact") : of("activity", at));
  const waits = agent.status === "available" ? t("no_contact_available") : t("no_contact_not_available");
  const [who, howFar] = ownWords(agent);
  text($("card-text"), at === "none" ? waits : at === "away" ? t("returning") : howFar);
  $("card-number").hidden = at === "none";
  text($("card-number"), who ? who : contact ? whoIs(contact)?.pii_name || contact.pii_number || t("unknown_caller") : "");
  const withThird = stageWithThird(at, contact);
  showThird(withThird, contact, agent);
  const inTalk = (at === "talking" || at === "on_hold") && withThird !== "consulted" && withThird !== "guest";
  recording.takeRecording(contact, inTalk, withThird);
  const shown = [...CONTROLS_WITH_THIRD[withThird] ?? CONTROLS[at] ?? OWN_CONTROLS[at] ?? [], ...inTalk ? recording.recordingControls(contact) : []].filter((name) => phone.call || phone.state === "desk" || !["answer", "reject", "keypad"].includes(name)).filter((name) => name !== "message_call" || contact.pii_number);
  for (const button of document.querySelectorAll("[data-do]")) button.hidden = !shown.includes(button.dataset.do);
  const muteButton = document.querySelector('[data-do="mute"]');
  muteButton.setAttribute("aria-pressed", String(isMuted()));
  text(muteButton, isMuted() ? t("unmute") : t("mute"));
  if (!shown.includes("keypad")) $("keypad").hidden = true;
  if (!shown.includes("consult")) closeTransfer();
  if (!shown.includes("call")) closeCall();
  $("note-part").hidden = ["none", "ringing", "colleague"].includes(at);
  $("wrap-up").hidden = at !== "wrapping_up";
  const shownNow = `${at} ${contact?.contact}`;
  if (at === "wrapping_up") wrapUp.show(stageShown !== shownNow);
  stageShown = shownNow;
}

function drawLights() {
  drawPhoneLight($("phone-light"));
  $("quality").hidden = !phone.quality;
  heardSound(phone.call ? phone.quality : null);
  if (phone.quality) text($("quality"), t("quality_text", { ...phone.quality, loss: decimals(phone.quality.loss), word: of("quality", phone.quality.word) }));
}

function tick() {
  if (!desk) return;
  const since = clock(now() - desk.agent.since);
  text($("status-timer"), minuteLeft(desk.agent) || (desk.agent.since ? since : ""));
  text($("card-timer"), stage() === "none" ? "" : since);
  const left = (desk.agent.wrap_up_until ?? 0) - now();
  const over = activity() === "idle" || left <= 0;
  text($("wrap-up-left"), over ? t("wrap_up_over") : t("wrap_up_left", { time: clock(left) }));
  $("extend-wrap-up").hidden = over;
  const held = activity() === "on_hold" && { contact: desk.contact?.contact, since: desk.agent.since, seconds: now() - desk.agent.since };
  remindOfHold(held || null, queues.find((queue) => queue.key === desk.contact?.queue)?.hold_reminder_seconds);
  $("wrap-up-left").dataset.late = String(over || left < 15);
  drawChips();
  outbound.tick();
}
setInterval(tick, 500);

// What the agent does

/** Ask the center, and whether it did so; what it refuses is said in a sentence. */
async function ask(path, body, method = "POST") {
  try {
    await api(method, me + path, body);
    banner("asked", null);
    return true;
  } catch (problem) {
    banner("asked", problem.message);
    return false;
  }
}

/** At once at the microphone here, and for good in the center, which knows it for every telephone. */
async function mute() {
  if (muting !== null) return;
  muting = !desk.agent.muted;
  softphone.silence(muting);
  draw();
  if (await ask("/mute", { muted: muting }, "PUT")) return; // the desk follows
  muting = null;
  softphone.silence(isMuted());
  draw();
}

/** Goodbye by the center, or by the telephone when the center cannot be asked or knows of no talk yet. */
async function hangUp() {
  try {
    await post(`${me}/hang-up`);
  } catch (problem) {
    if (phone.call) softphone.bye();
    else banner("asked", problem.message);
  }
}

/** No call can be taken here: the center is not to try, and without a microphone that lasts. */
function phoneGone() {
  socket.emit("phone_gone");
  const chosen = desk?.agent.next_status ?? desk?.agent.status;
  if (mic.state !== "fine" && chosen === "available") setStatus("pause", "no_microphone");
}

async function setStatus(status, reason = "") {
  if (status === "available" && !(await softphone.usable())) return; // a banner says how to mend it
  try {
    await api("PUT", `${me}/status`, { status, reason });
    banner("asked", null);
  } catch (problem) {
    banner("asked", problem.message);
  }
}

/** A status takes effect at once, or after the contact in hand; a pause has a reason. */
function choose(status) {
  if (status === "pause") askPause((reason) => setStatus("pause", reason));
  else setStatus(status);
}

const actions = {
  answer: softphone.answer,
  reject: softphone.reject,
  hold: () => ask("/hold"),
  resume: () => ask("/resume"),
  mute,
  keypad: () => { $("keypad").hidden = !$("keypad").hidden; },
  transfer: () => openTransfer(queues.filter((queue) => queue.key !== desk?.contact?.queue)),
  consult: () => openTransfer(queues, true),
  return: () => ask("/consult/return"),
  complete: () => ask("/consult/complete"),
  merge: () => ask("/conference"),
  remove: () => ask("/conference", undefined, "DELETE"),
  hang_up: hangUp,
  call: openCall,
  message_call: () => callBack(desk.contact),
  message_done: hangUp,
  record: recording.record,
  pause_recording: () => recording.pause(),
  resume_recording: recording.resume,
};

const extendWrapUp = () => ask("/wrap-up/extension");
const identify = () => openWho(desk?.contact);

/** The first of these controls that can be used now. */
function press(...names) {
  const name = names.find((one) => !document.querySelector(`[data-do="${one}"]`).hidden);
  if (name) actions[name]();
}

for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => actions[button.dataset.do]());
for (const button of document.querySelectorAll("[data-digit]")) button.addEventListener("click", () => (phone.call ? softphone.digit(button.dataset.digit) : ask("/digits", { digits: button.dataset.digit })));
for (const button of document.querySelectorAll("[data-status]")) button.addEventListener("click", () => choose(button.dataset.status));

onKey("A", t("answer"), () => press("answer"));
onKey("X", `${t("hang_up")} / ${t("reject")}`, () => press("hang_up", "reject", "message_done"));
onKey("1", t("hang_up"), () => press("hang_up"));
onKey("H", `${t("hold")} / ${t("resume")}`, () => press("hold", "resume", "return"));
onKey("M", t("mute"), () => press("mute"));
onKey("R", `${t("record")} / ${t("pause_recording")}`, () => press("record", "pause_recording", "resume_recording"));
onKey("E", t("extend_wrap_up"), () => { if (!$("wrap-up").hidden && !$("extend-wrap-up").hidden) extendWrapUp(); });
onKey("K", t("keypad"), () => press("keypad"));
onKey("T", t("transfer"), () => press("transfer", "complete"));
onKey("I", `${t("consult")} / ${t("consult_merge")} / ${t("conference_remove")}`, () => press("consult", "merge", "remove"));
onKey("W", t("who_title"), identify);
onKey("S", `${t("status_available")} / ${t("status_pause")}`, () => choose((desk?.agent.next_status ?? desk?.agent.status) === "available" ? "pause" : "available"));
onKey("N", t("command_focus_note"), () => (document.activeElement === $("note") ? wrapUp.focus() : $("note").focus()));
onKey("0", t("status_logged_out"), () => choose("logged_out"));
command(t("command_devices"), openDevices);
command(t("command_theme"), window.switchTheme);

$("extend-wrap-up").addEventListener("click", extendWrapUp);
$("phone-light").addEventListener("click", openDevices);

// Begin

async function begin() {
  try {
    const [known, choices, reasons, pauses, form] = await Promise.all([get("/queues"), get("/dispositions"), get("/contact-reasons"), get("/pause-reasons"), get("/wrap-up-fields"), learnColleagues(), learnFlows()]);
    queues = known;
    knowQueues(Object.fromEntries(known.map(({ key, name }) => [key, name])));
    recording.knowRecording((key) => known.some((queue) => queue.key === key && queue.record_on_demand));
    wrapUp.knowChoices(choices, reasons, form);
    knowResults({ suggested: wrapUp.suggest, named: wrapUp.resultName });
    knowPauses(pauses);
    draw();
  } catch (problem) {
    banner("begin", problem.message);
    setTimeout(begin, 3000);
  }
}

begin();
lists.refresh();
outbound.refresh();
softphone.start({
  onChange: draw,
  onReady: () => socket.emit("phone_ready"),
  onGone: phoneGone,
  autoAnswer: () => activity() === "away" || localStorage.getItem("auto-answer") === "yes",
});
window.softphone = phone; // what tests and people with a problem look at
