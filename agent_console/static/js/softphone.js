// The browser's telephone. It only carries sound: who is called, held or passed on is the center's affair.
// Nothing is said to Asterisk when the page goes: a reload must not hang up.

import JsSIP from "/static/vendor/jssip.js";
import { get, post } from "./api.js";
import { backoff } from "./backoff.js";
import { checkMicrophone, mic, microphone, soundOn, watchMicrophone } from "./devices.js";
import { $, banner } from "./dom.js";
import * as echoTest from "./echo_test.js";
import { count, judge } from "./quality.js";
import { quiet, ring, warn } from "./ringer.js";
import { t } from "./words.js";

const LOOK_MILLISECONDS = 2000;
const RECOVERY_SECONDS = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 8 };

export const phone = {
  state: "starting", // starting, ready, off, desk, taken
  call: null, // the JsSIP session
  ringing: false,
  muted: false,
  quality: null,
  connection: null, // the RTCPeerConnection of the call
};
const tries = backoff();
let changed = () => {};
let ready = () => {};
let gone = () => {};
let mayAnswer = () => false;
let agent = null; // JsSIP's user agent
let account = null;
let freshUntil = 0; // when the credentials for the ways through firewalls are to be had anew
let offered = false; // whether the center knows that calls can come here
let stream = null;
let counted = null;
let replugging = false;

/**
 * Begin. `onReady` at each registration that comes with a microphone; `onGone` when one of the two is lost while there is
 * no call; `autoAnswer()` says whether to answer without being told.
 */
export function start({ onChange, onReady, onGone, autoAnswer }) {
  [changed, ready, gone, mayAnswer] = [onChange, onReady, onGone, autoAnswer];
  register();
  setInterval(look, LOOK_MILLISECONDS);
  navigator.mediaDevices?.addEventListener("devicechange", replug);
}

/** Whether a call could be taken here. */
export const works = () => phone.state === "ready" && mic.state === "fine";

/** Whether to be available makes sense: a desk telephone has its own microphone. Says what is wrong with ours. */
export async function usable() {
  return phone.state === "desk" || mic.state === "fine" || checkMicrophone();
}

/** Tell the center what it does not know yet, or all of it `again`. */
function settle(again = false) {
  if (works()) {
    if (again || !offered) ready();
    offered = true;
  } else if (offered && !phone.call) {
    offered = false;
    gone();
  }
  changed();
}
document.addEventListener("microphone-checked", () => {
  settle();
  replug();
});

async function register() {
  try {
    account = await post("/me/phone");
    freshUntil = halfTime();
  } catch (problem) {
    if (problem.errorId === "no_browser_phone") return set("desk");
    set("off");
    if (problem.status !== 401) setTimeout(register, tries.next());
    return;
  }
  if (mic.state === "unknown") {
    watchMicrophone(() => !phone.call && !echoTest.running());
    checkMicrophone();
  }
  agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(account.socket_url)],
    uri: `sip:${account.user}@${account.domain}`,
    password: account.password,
    session_timers: false,
    register_expires: 300,
    ...RECOVERY_SECONDS,
  });
  agent.on("registered", () => { tries.reset(); set("ready", true); });
  agent.on("disconnected", () => set("off"));
  agent.on("registrationFailed", () => {
    set("off");
    if (phone.state !== "taken") setTimeout(registerAgain, tries.next());
  });
  agent.on("newRTCSession", ({ originator, session, request }) => {
    if (originator === "remote") incoming(session, answersItself(request));
  });
  agent.start();
}

/** With a new password, unless a call depends on this registration. */
function registerAgain() {
  if (phone.call) return agent.register();
  agent.stop();
  register();
}

function set(state, again = false) {
  if (phone.state !== "taken") phone.state = state;
  settle(again);
}

const halfTime = () => Date.now() + 500 * account.ice_seconds;

/** The servers that help through firewalls, with credentials that are good for long enough. */
async function ways() {
  if (account.ice_servers.length && Date.now() > freshUntil) {
    Object.assign(account, await get("/me/phone/ice").catch(() => ({})));
    freshUntil = halfTime();
  }
  return { iceServers: account.ice_servers };
}

/** Another page is the telephone from now on. */
export function taken() {
  phone.state = "taken";
  phone.call?.terminate();
  settle();
}

/** Whether the center wants this call to be answered without a click: its customer is on the line already. */
const answersItself = (request) => /;\s*answer-after=0\b/.test(request.getHeader("Call-Info") ?? "");

function incoming(session, itself) {
  if (phone.call || phone.state === "taken") return session.terminate({ status_code: 486 });
  if (mic.state !== "fine") return session.terminate({ status_code: 480 });
  echoTest.stop();
  Object.assign(phone, { call: session, ringing: true, muted: false, quality: null });
  session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
  session.on("accepted", () => { phone.ringing = false; quiet(); changed(); });
  for (const end of ["ended", "failed"]) session.on(end, () => over(session));
  if (itself) warn();
  if (itself || mayAnswer()) answer();
  else ring();
  changed();
}

function hear(connection) {
  phone.connection = connection;
  connection.addEventListener("track", ({ streams, track }) => {
    $("remote").srcObject = streams[0] ?? new MediaStream([track]);
    soundOn($("remote"), "speaker");
  });
}

function over(session) {
  if (phone.call !== session) return;
  quiet();
  stream?.getTracks().forEach((track) => track.stop());
  stream = null;
  counted = null;
  Object.assign(phone, { call: null, ringing: false, muted: false, quality: null, connection: null });
  banner("unplugged", null);
  settle();
}

export async function answer() {
  const session = phone.call;
  if (!session || !phone.ringing || session.answering) return;
  session.answering = true; // for good: it rings on until Asterisk has taken the answer
  stream = await microphone();
  if (!stream) return session.terminate({ status_code: 480 }); // somebody who can speak shall have it
  const pcConfig = await ways();
  if (phone.call !== session) return;
  watch(stream);
  session.answer({ mediaStream: stream, pcConfig });
}

export function reject() {
  if (phone.ringing) phone.call.terminate({ status_code: 603 });
}

/** Goodbye without the center, for when it cannot be asked. */
export function bye() {
  phone.call?.terminate();
}

/** The microphone is silent as the center has it, or is about to have it: the center alone says who is muted. */
export function silence(muted) {
  if (!phone.call || phone.ringing || phone.muted === muted) return;
  phone.muted = muted;
  if (muted) phone.call.mute({ audio: true });
  else phone.call.unmute({ audio: true });
  changed();
}

export function digit(key) {
  if (phone.call && !phone.ringing) phone.call.sendDTMF(key, { transportType: "RFC2833" });
}

/** Call the echo; `tell` as of `echo_test.start`. Does nothing while there is a call or no registration. */
export async function tryEcho(tell) {
  if (phone.call || phone.state !== "ready") return;
  const pcConfig = await ways();
  await echoTest.start((mediaStream) => agent.call(`sip:echo@${account.domain}`, { mediaStream, pcConfig }), tell);
}

// Devices that come and go

function watch(given) {
  given.getAudioTracks()[0]?.addEventListener("ended", replug);
}

/** A headset came or went, or a microphone works again: use what there is, and go on with the call. */
async function replug() {
  if (!phone.call || phone.ringing) return;
  soundOn($("remote"), "speaker");
  const track = stream?.getAudioTracks()[0];
  if (replugging || (track && track.readyState === "live")) return;
  replugging = true;
  const used = await useMicrophone().finally(() => { replugging = false; });
  if (used) banner("unplugged", t("microphone_changed", { name: used.label || t("device_default") }));
}

/** Speak through the microphone that is chosen now; its track, null when there is no call or no microphone. */
export async function useMicrophone() {
  const sender = phone.connection?.getSenders().find(({ track }) => track?.kind === "audio");
  const fresh = sender ? await microphone() : null;
  if (!fresh) return null;
  stream?.getTracks().forEach((track) => track.stop());
  stream = fresh;
  watch(stream);
  stream.getAudioTracks()[0].enabled = !phone.muted;
  await sender.replaceTrack(stream.getAudioTracks()[0]);
  return stream.getAudioTracks()[0];
}

// Quality

async function look() {
  const connection = phone.connection;
  if (!connection || phone.ringing) return;
  const seen = await count(connection);
  if (counted && phone.connection === connection) {
    phone.quality = judge(counted, seen);
    changed();
  }
  counted = seen;
}
