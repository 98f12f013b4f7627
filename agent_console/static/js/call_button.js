// A telephone beside a number: one click calls it from my own telephone. What becomes of it is seen on the desk.

import { get, mayBeDone, newId, post } from "./api.js";
import { banner, el } from "./dom.js";
import { settings, t } from "./words.js";

/** Whether I am somebody who calls: an agent with a desk. */
export const mayCall = () => Boolean(settings.agent) && settings.permissions.includes("own_desk");
const onDesk = () => window.location.pathname === "/desk";

let unanswered = { asked: "", id: "" }; // the same call again has the permit that it has

/** Call a number; `more`: customer_id, queue, purpose. Whether it was taken: a banner says why not. */
export async function callNumber(number, more = {}) {
  const asked = JSON.stringify([number, more]);
  const id = unanswered.asked === asked ? unanswered.id : newId();
  unanswered = { asked: "", id: "" };
  try {
    await post(`/agents/${settings.agent}/call`, { number, ...more, request_id: id });
    banner("calling", onDesk() ? null : t("call_goes_on", { number }), "good", onDesk() ? null : el("a", { class: "btn btn-sm btn-outline-secondary", href: "/desk", target: "desk", text: t("page_desk") }));
    return true;
  } catch (problem) {
    if (mayBeDone(problem)) unanswered = { asked, id };
    banner("calling", problem.message);
    return false;
  }
}

/** The button beside a number; null for who does not call. `customerId`: whose record it stands in. */
export function callButton(number, customerId = null) {
  if (!mayCall() || !number) return null;
  return button(t("call_number", { number }), () => callNumber(number, customerId === null ? {} : { customer_id: customerId }));
}

/** The same for a customer of whom only the number of his record is known here: the one that he prefers. */
export function callCustomerButton(customerId, name) {
  if (!mayCall() || !customerId) return null;
  return button(t("call_customer", { name }), async () => {
    const record = await get(`/customers/${customerId}/record`).catch(() => null);
    const now = Date.now() / 1000;
    const phones = (record?.phones ?? []).filter(({ valid_until: until }) => until === null || until > now);
    const best = phones.find(({ preferred }) => preferred) ?? phones[0];
    if (best) await callNumber(best.key, { customer_id: customerId });
    else banner("calling", t("head_no_phone"));
  });
}

function button(words, run) {
  const made = el("button", { type: "button", class: "btn btn-sm btn-outline-secondary call", title: words, "aria-label": words, text: "☎\uFE0E" });
  made.addEventListener("click", async () => {
    made.disabled = true; // two clicks are one call
    await run();
    made.disabled = false;
  });
  return made;
}
