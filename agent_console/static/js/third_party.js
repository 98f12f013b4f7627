// Who else is in the call in hand: whom I consult, whom I took in, or who asks me.

import { $, banner, el, text } from "./dom.js";
import { personName } from "./pop.js";
import { of, settings, t } from "./words.js";

let understood = 0; // when the failed consult was that was put away

const third = (contact) => contact?.parties?.[0];
const nameOf = (party) => (party.agent ? personName(party.agent) : party.pii_number);

/** What the third makes of the stage of a call; null: nobody is there besides the caller and me. */
export function stageWithThird(at, contact) {
  const party = third(contact);
  if (!party || !["talking", "on_hold"].includes(at)) return null;
  if (party.agent === settings.agent) return party.stage === "consulted" ? "consulted" : "guest";
  if (party.stage !== "talking") return party.stage === "consulted" ? "consulting" : "calling_third";
  return at === "on_hold" ? "conference_held" : "conference";
}

/** What may be done then. */
export const CONTROLS_WITH_THIRD = {
  calling_third: ["return", "mute"],
  consulting: ["return", "complete", "merge", "mute", "keypad"],
  consulted: ["mute", "hang_up"],
  guest: ["mute", "keypad", "hang_up"],
  conference: ["hold", "mute", "keypad", "remove", "hang_up"],
  conference_held: ["resume", "remove"],
};

/** Says who it is, and why somebody could not be asked. */
export function showThird(at, contact, agent) {
  const party = third(contact);
  const who = party && (party.agent === settings.agent ? personName(party.asked_by) : nameOf(party));
  $("card-third").hidden = !at;
  text($("card-third"), at ? t(`third_${at}`, { who }) : "");
  showFailed(agent.consult_failed);
}

function showFailed(told) {
  if (!told || told.at === understood) return banner("consult-failed", null);
  const words = t("consult_failed", { who: told.to ? personName(told.to) : t("third_outside"), why: of("not_taken", told.reason) });
  const away = () => { understood = told.at; banner("consult-failed", null); };
  banner("consult-failed", words, "warn", el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("understood"), onclick: away }));
}
