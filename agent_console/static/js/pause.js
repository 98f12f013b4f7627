// Why an agent pauses: one key, in the list that the administrator keeps.

import { choices } from "./choices.js";
import { $ } from "./dom.js";
import { of, settings } from "./words.js";

const WITHOUT_A_LIST = "break";
let reasons = [];
let chosen = () => {};

const label = (one) => one[`label_${settings.language}`] || one.key;
const list = choices($("pause-reasons"), { rows: () => reasons.map((one) => ({ key: one.key, label: label(one) })), choose: ({ key }) => { $("pause").close(); chosen(key); }, none: "" });

export function knowPauses(known) {
  reasons = known;
  list.draw();
}

/** The word for a reason of the list, or for one that the center gives. */
export const pauseWord = (key) => reasons.filter((one) => one.key === key).map(label)[0] ?? of("reason", key);

/** Ask for the reason; `done` gets its key. */
export function askPause(done) {
  if (!reasons.length) return done(WITHOUT_A_LIST);
  chosen = done;
  list.mark(reasons[0].key);
  $("pause").showModal();
  $("pause-reasons").focus();
}

$("close-pause").addEventListener("click", () => $("pause").close());
