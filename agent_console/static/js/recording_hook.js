// Fields for what may not be recorded: being in one pauses the recording of my talk, leaving it resumes what it paused.
// A page that dies in between is no matter: the center ends each pause after a few minutes.

import { get, post } from "./api.js";
import { banner, el } from "./dom.js";
import { settings, t } from "./words.js";

const FIELD = "[data-pauses-recording]";
const AGAIN_MILLISECONDS = 60000; // who types that long gets the time of the pause anew
const path = `/agents/${settings.agent}/recording`;
const note = el("p", { class: "pauses-recording", role: "status", text: t("recording_paused_by_field") }); // beside the field: a banner may be out of sight
let pausedAt = 0; // when this page paused it; 0: it has not

const inField = () => document.activeElement?.matches(FIELD) === true;

async function say(what, body) {
  try {
    await post(path + what, body);
    return true;
  } catch (problem) {
    banner("recording", problem.message, "bad");
    return false;
  }
}

async function pause() {
  const { contact } = await get("/me/desk");
  if (!contact?.recording || (contact.recording_paused && !pausedAt)) return undefined; // there is none, or the agent has paused it
  if (!(await say("/pause", { reason: "card_data" }))) return undefined;
  pausedAt = Date.now();
  banner("recording", null);
  if (!inField()) return resume(); // he was quicker
  document.activeElement.after(note);
  note.scrollIntoView({ block: "nearest" }); // below the field, which may be the last thing in sight
  return undefined;
}

async function resume() {
  pausedAt = 0;
  note.remove();
  if (await say("/resume")) banner("recording", null);
}

if (settings.agent) {
  document.addEventListener("focusin", ({ target }) => { if (target.matches?.(FIELD) && !pausedAt) pause(); });
  document.addEventListener("input", ({ target }) => { if (pausedAt && target.matches?.(FIELD) && Date.now() - pausedAt > AGAIN_MILLISECONDS) pause(); });
  document.addEventListener("focusout", () => setTimeout(() => { if (pausedAt && !inField()) resume(); })); // else he is in the next one, or in another window
}
