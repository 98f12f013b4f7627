// Who waits to be called back can be called off, beside his stage on the supervisor's page.

import { post } from "./api.js";
import { banner, el } from "./dom.js";
import { now } from "./feed.js";
import { TO_CALL } from "./queue_figures.js";
import { settings, t, when } from "./words.js";

/** The cell of a contact's stage, with when he is called at the earliest and the button, if he waits for that. */
export function withCallOff(cell, contact, name) {
  if (!TO_CALL.has(contact.stage) || !settings.permissions.includes("missed_contacts")) return cell;
  if (contact.due_at && contact.due_at > now()) cell.append(el("span", { class: "quiet", text: ` ${t("not_before", { time: when(contact.due_at) })}` }));
  cell.append(" ", el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("call_back_cancel"), "aria-label": `${t("call_back_cancel")}: ${name}`, onclick: () => callOff(contact.contact) }));
  return cell;
}

async function callOff(contact) {
  try {
    await post(`/contacts/${encodeURIComponent(contact)}/cancel-call-back`, {});
    banner("called-off", null);
  } catch (problem) {
    banner("called-off", problem.message);
  }
}
