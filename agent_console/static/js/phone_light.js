// How this page's telephone is, as a light with a word.

import { mic } from "./devices.js";
import { text } from "./dom.js";
import { phone } from "./softphone.js";
import { of, t } from "./words.js";

export function drawPhoneLight(light) {
  const { state, word } = phone.call && !phone.ringing ? inTalk() : atRest();
  light.dataset.state = state;
  text(light.querySelector(".word"), word);
}

function inTalk() {
  if (!phone.quality) return { state: "busy", word: t("phone_in_call") };
  const { word } = phone.quality;
  return { state: { good: "on", fair: "fair", poor: "off" }[word], word: of("quality", word) };
}

function atRest() {
  if (phone.state === "ready" && mic.state !== "fine") return { state: mic.state === "unknown" ? "fair" : "off", word: of("phone_microphone", mic.state) };
  const state = { ready: "on", desk: "on", starting: "fair" }[phone.state] ?? "off";
  return { state, word: t(`phone_${phone.state}`) };
}
