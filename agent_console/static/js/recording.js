// The recording of the talk in hand: a light that says what it does, one key, and fields that pause it by themselves.

import { post } from "./api.js";
import { $, banner, text } from "./dom.js";
import { command } from "./palette.js";
import { settings, t } from "./words.js";

const AGAIN_MILLISECONDS = 60000; // who types that long gets the time of the pause anew
const path = `/agents/${settings.agent}/recording`;
let contact = null;
let onDemand = () => false;
let pausedByField = 0; // when a field paused it last; 0: none has

/** `recordsOnDemand(queue)`: whether its agents may begin a recording. */
export const knowRecording = (recordsOnDemand) => { onDemand = recordsOnDemand; };

/** Which of its buttons are of use in this talk. */
export function recordingControls(talk) {
  if (!talk?.recording) return talk && onDemand(talk.queue) ? ["record"] : [];
  return [talk.recording_paused ? "resume_recording" : "pause_recording"];
}

/** Another contact is in hand, or the same has gone on. */
export function takeRecording(next, inTalk) {
  contact = inTalk ? next : null;
  if (!contact?.recording_paused && document.activeElement?.matches("[data-pauses-recording]") !== true) pausedByField = 0;
  const light = $("recording");
  light.hidden = !contact?.recording;
  if (contact?.recording) text(light, t(contact.recording_paused ? "recording_paused" : "recording_on"));
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

command(t("pause_recording_customer_asked"), () => { if (contact?.recording) pause("customer_asked"); });

// Fields for what may not be recorded: being in one pauses, leaving it resumes what it paused.

function pauseByField() {
  if (!contact?.recording || (contact.recording_paused && !pausedByField)) return;
  pausedByField = Date.now();
  pause("card_data");
}

document.addEventListener("focusin", ({ target }) => { if (target.matches?.("[data-pauses-recording]") && !pausedByField) pauseByField(); });
document.addEventListener("input", ({ target }) => {
  if (target.matches?.("[data-pauses-recording]") && Date.now() - pausedByField > AGAIN_MILLISECONDS) pauseByField();
});
document.addEventListener("focusout", () => setTimeout(() => {
  if (!pausedByField || document.activeElement?.matches("[data-pauses-recording]")) return; // he is in the next one, or in another window
  pausedByField = 0;
  if (contact?.recording) resume();
}));
