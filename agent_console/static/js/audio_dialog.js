// The dialog of the telephone's sound: devices, level, ring, answering by itself, and the echo test.

import { openDialog, soundOn } from "./devices.js";
import { $, text } from "./dom.js";
import * as echoTest from "./echo_test.js";
import { shown } from "./meter.js";
import { quiet, ring } from "./ringer.js";
import { phone, tryEcho, useMicrophone } from "./softphone.js";
import { of, t } from "./words.js";

const RING_MILLISECONDS = 1500;
const MAY_TEST = () => phone.state === "ready" && !phone.call;

export function openDevices() {
  showEcho({ state: MAY_TEST() ? "idle" : "not_now", heard: 0 });
  openDialog((what) => (what === "microphone" ? useMicrophone() : soundOn($("remote"), "speaker")));
}

function showEcho({ state, heard }) {
  const busy = state === "calling" || state === "listening";
  $("echo-level").value = shown(heard);
  $("echo-result").dataset.state = state;
  text($("echo-result"), of("echo", state));
  text($("echo"), busy ? t("echo_stop") : t("echo_start"));
  $("echo").disabled = state === "not_now";
}

$("echo").addEventListener("click", () => (echoTest.running() ? echoTest.stop() : tryEcho(showEcho)));
$("devices").addEventListener("close", echoTest.stop);
$("auto-answer").checked = localStorage.getItem("auto-answer") === "yes";
$("auto-answer").addEventListener("change", () => localStorage.setItem("auto-answer", $("auto-answer").checked ? "yes" : "no"));
$("test-ring").addEventListener("click", () => { ring(); setTimeout(quiet, RING_MILLISECONDS); });
