// A caller on hold is not forgotten: after as long as his queue says the agent is reminded of him, again and again.

import { banner } from "./dom.js";
import { warn } from "./ringer.js";
import { clock, t } from "./words.js";

let told = 0; // how often in this hold
let hold = null; // which: the contact and when it began

/** `held`: {contact, seconds} of the caller on hold, null when there is none; `every`: seconds, null: no reminder. */
export function remindOfHold(held, every) {
  const now = held && every ? `${held.contact} ${held.since}` : null;
  if (now !== hold) {
    [hold, told] = [now, 0];
    banner("hold", null);
  }
  if (!now || held.seconds < every * (told + 1)) return;
  told = Math.floor(held.seconds / every);
  banner("hold", null);
  banner("hold", t("hold_reminder", { time: clock(held.seconds) }), "bad");
  warn();
}
