// The browser's telephone. It only carries sound: who is called, held or passed on is the center's affair.
// Nothing is said to Asterisk when the page goes: a reload must not hang up.

import JsSIP from "/static/vendor/jssip.js";
import { post } from "./api.js";
import { microphone, soundOn } from "./devices.js";
import { $, banner } from "./dom.js";
import { quiet, ring } from "./ringer.js";
import { t } from "./words.js";

const AGAIN_MILLISECONDS = 3000;
const LOOK_MILLISECONDS = 2000;

export const phone = {
  state: "starting", // starting, ready, off, desk, taken
  call: null, // the JsSIP session
  ringing: false,
  muted: false,
  quality: null,
  connection: null, // the RTCPeerConnection of the call
};
let changed = () => {};
let ready = () => {};
let mayAnswer = () => false;
let stream = null;
let counted = null;

/** Begin. `onReady` at each registration; `autoAnswer()` says whether to answer without being told. */
export function start({ onChange, onReady, autoAnswer }) {
  [changed, ready, mayAnswer] = [onChange, onReady, autoAnswer];
  register();
  setInterval(look, LOOK_MILLISECONDS);
  navigator.mediaDevices?.addEventListener("devicechange", replug);
}

async function register() {
  let account;
  try {
    account = await post("/me/phone");
  } catch (problem) {
    if (problem.errorId === "no_browser_phone") return set("desk");
    set("off");
    if (problem.status !== 401) setTimeout(register, AGAIN_MILLISECONDS);
    return;
  }
  const ua = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(account.socket_url)],
    uri: `sip:${account.user}@${account.domain}`,
    password: account.password,
    session_timers: false,
    register_expires: 300,
    connection_recovery_max_interval: 4,
  });
  ua.on("registered", () => { set("ready"); ready(); });
  ua.on("disconnected", () => set("off"));
  ua.on("registrationFailed", () => {
    set("off");
    if (phone.state === "taken") return;
    setTimeout(() => { if (!phone.call) { ua.stop(); register(); } else ua.register(); }, AGAIN_MILLISECONDS);
  });
  ua.on("newRTCSession", ({ session }) => incoming(session, account));
  ua.start();
}

function set(state) {
  if (phone.state !== "taken") phone.state = state;
  changed();
}

/** Another page is the telephone from now on. */
export function taken() {
  phone.state = "taken";
  phone.call?.terminate();
  changed();
}

function incoming(session, account) {
  if (phone.call || phone.state === "taken") return session.terminate({ status_code: 486 });
  Object.assign(phone, { call: session, ringing: true, muted: false, quality: null });
  session.account = account;
  session.on("peerconnection", ({ peerconnection }) => hear(peerconnection));
  session.on("accepted", () => { phone.ringing = false; quiet(); changed(); });
  for (const end of ["ended", "failed"]) session.on(end, () => over(session));
  if (mayAnswer()) answer();
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
  changed();
}

export async function answer() {
  const session = phone.call;
  if (!session || !phone.ringing || session.answering) return;
  session.answering = true; // for good: it rings on until Asterisk has taken the answer
  stream = await microphone();
  if (!stream) session.answering = false;
  if (!stream || phone.call !== session) return;
  watch(stream);
  session.answer({ mediaStream: stream, pcConfig: { iceServers: session.account.ice_servers ?? [] } });
}

export function reject() {
  if (phone.ringing) phone.call.terminate({ status_code: 486 });
}

/** Goodbye without the center, for when it cannot be asked. */
export function bye() {
  phone.call?.terminate();
}

export function mute() {
  if (!phone.call || phone.ringing) return;
  phone.muted = !phone.muted;
  if (phone.muted) phone.call.mute({ audio: true });
  else phone.call.unmute({ audio: true });
  changed();
}

export function digit(key) {
  if (phone.call && !phone.ringing) phone.call.sendDTMF(key, { transportType: "RFC2833" });
}

// Devices that come and go

function watch(given) {
  given.getAudioTracks()[0]?.addEventListener("ended", replug);
}

/** A headset came or went: use what there is, and go on with the call. */
async function replug() {
  const track = stream?.getAudioTracks()[0];
  if (!phone.call || phone.ringing || (track && track.readyState === "live")) return;
  await useMicrophone();
  banner("unplugged", t("microphone_changed"));
}

/** Speak through the microphone that is chosen now. */
export async function useMicrophone() {
  const sender = phone.connection?.getSenders().find(({ track }) => track?.kind === "audio");
  if (!sender) return;
  const fresh = await microphone();
  if (!fresh) return;
  stream?.getTracks().forEach((track) => track.stop());
  stream = fresh;
  watch(stream);
  stream.getAudioTracks()[0].enabled = !phone.muted;
  await sender.replaceTrack(stream.getAudioTracks()[0]);
}

// Quality: what was lost since the last look, and the round trip

async function look() {
  const connection = phone.connection;
  if (!connection || phone.ringing) return;
  const seen = { received: 0, lost: 0, rtt: 0 };
  (await connection.getStats()).forEach((report) => {
    if (report.type === "inbound-rtp" && report.kind === "audio") [seen.received, seen.lost] = [report.packetsReceived, report.packetsLost];
    if (report.type === "candidate-pair" && report.state === "succeeded") seen.rtt = report.currentRoundTripTime ?? 0;
  });
  if (counted) {
    const lost = Math.max(0, seen.lost - counted.lost);
    const all = lost + Math.max(0, seen.received - counted.received);
    const share = all ? lost / all : 0;
    const word = share > 0.05 || seen.rtt > 0.4 ? "poor" : share > 0.01 || seen.rtt > 0.2 ? "fair" : "good";
    phone.quality = { word, loss: (100 * share).toFixed(1), rtt: Math.round(1000 * seen.rtt) };
    changed();
  }
  counted = seen;
}
