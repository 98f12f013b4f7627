// The recording of the talk in hand: a light that says what it does, and one key.

import { post } from "./api.js";
import { $, banner, text } from "./dom.js";
import { command } from "./palette.js";
import { settings, t } from "./words.js";

const path = `/agents/${settings.agent}/recording`;
let contact = null;
let onDemand = () => false;

/** `recordsOnDemand(queue)`: whether its agents may begin a recording. */
export const knowRecording = (recordsOnDemand) => { onDemand = recordsOnDemand; };

/** Whether the talk is recorded, or what the agent says aside to whom he consults. */
const recorded = (talk) => Boolean(talk?.recording ?? talk?.aside);

/** Which of its buttons are of use in this talk. */
export function recordingControls(talk) {
  if (!recorded(talk)) return talk && onDemand(talk.queue) ? ["record"] : [];
  return [talk.recording_paused ? "resume_recording" : "pause_recording"];
}

/** Another contact is in hand, or the same has gone on. */
export function takeRecording(next, inTalk) {
  contact = inTalk ? next : null;
  const light = $("recording");
  light.hidden = !recorded(contact);
  if (recorded(contact)) text(light, t(contact.recording_paused ? "recording_paused" : "recording_on"));
  light.dataset.paused = String(Boolean(contact?.recording_paused));
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
