// A message that a caller left in place of waiting: heard on the desk by the agent who has it in hand, who may call back.

import { callNumber } from "./call_button.js";
import { $, el, fill } from "./dom.js";
import { player } from "./recording_player.js";
import { t } from "./words.js";

/** Shows the message of the contact in hand, also while he wraps it up; nothing for every other contact. */
export function takeMessage(contact, at) {
  const here = contact?.channel === "voicemail" && at !== "none";
  $("message").hidden = !here;
  const shown = here ? [contact.contact, contact.message_seconds] : [];
  fill($("message"), shown, () => (here ? [
    el("h3", { text: t("desk_message") }),
    player(`/api/v1/me/contacts/${encodeURIComponent(contact.contact)}/recordings/0`, { seconds: contact.message_seconds ?? 0, peaks: [] }),
    el("p", { class: "quiet", text: t("desk_message_hint") }),
  ] : []));
}

/** Calls whoever left it; it is done once he answers, and in hand still if he does not. */
export const callBack = ({ pii_number: number, customer }) => callNumber(number, customer ? { customer_id: customer.customer_id } : {});
