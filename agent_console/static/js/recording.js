// The recording of the talk in hand: a light that says what it does, and one key.

import { post } from "./api.js";
import { $, banner, text } from "./dom.js";
import { command } from "./palette.js";
import { settings, t } from "./words.js";

const path = `/agents/${settings.agent}/recording`;
let contact = null;
let onDemand = () => false;
const OTHERS_TALK = new Set(["consulted", "guest"]);

/** `recordsOnDemand(queue)`: whether its agents may begin a recording. */
export const knowRecording = (recordsOnDemand) => { onDemand = recordsOnDemand; };

/** Whether the talk is recorded, or what the agent says aside to whom he consults. */
const recorded = (talk) => Boolean(talk?.recording ?? talk?.aside);

/** Which of its buttons are of use in this talk. */
export function recordingControls(talk) {
  if (!recorded(talk)) return talk && onDemand(talk.queue) ? ["record"] : [];
  return [talk.recording_paused ? "resume_recording" : "pause_recording"];
}

/** Another contact is in hand, or the same has gone on; `third`: what somebody else makes of it, see third_party.js. */
export function takeRecording(next, inTalk, third) {
  contact = inTalk ? next : null;
  const light = $("recording");
  const word = inTalk || OTHERS_TALK.has(third) ? lightWord(next, third) : null;
  light.hidden = !word;
  if (word) text(light, t(word));
  light.dataset.paused = String(word === "recording_paused");
}

/** Everybody who is recorded is told so, also who is asked or a guest and cannot pause it; null: nothing is. */
function lightWord(talk, third) {
  if (third === "consulted" ? !talk.aside : !recorded(talk)) return null;
  if (talk.recording_paused) return "recording_paused";
  if (third !== "consulting" || !talk.recording) return "recording_on";
  return talk.aside ? "recording_consult_too" : "recording_not_consult";
}

async function ask(what, body) {
  try {
    await post(path + what, body);
    banner("recording", null);
  } catch (problem) {
    banner("recording", problem.message, "bad");
  }
}

export const record = () => ask("", {});
export const pause = (reason = "card_data") => ask("/pause", { reason });
export const resume = () => ask("/resume", {});

command(t("pause_recording_customer_asked"), () => { if (recorded(contact)) pause("customer_asked"); });
