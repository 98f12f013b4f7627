// What an agent does for the customer in hand without leaving the page that holds the call: a case, an order, a
// promise to pay, his class, and what to offer him.

import { get } from "./api.js";
import { el } from "./dom.js";
import { onKey } from "./keys.js";
import { newCase } from "./new_case.js";
import { newOrder } from "./new_order.js";
import { newPromise } from "./new_promise.js";
import { offerPart } from "./next_offer.js";
import { forget, whoIs } from "./pop.js";
import { setClass } from "./value_class.js";
import { settings, t } from "./words.js";
import { chosenReason } from "./wrap_up.js";

let contact = null;
let shownFor = "";
let offer = null;
let redraw = () => {};
const told = el("p", { class: "told quiet", role: "status" });
const element = el("div", { class: "pop-acts" });

const may = (permission) => settings.permissions.includes(permission);
const customer = () => {
  const found = whoIs(contact);
  return found && { customer_id: found.customer_id, name: found.pii_name };
};

/** The reason that the agent accepted, else the one that the way through the menu suggests. */
async function reason() {
  const begun = await get(`/me/wrap-up/${encodeURIComponent(contact.contact)}`).catch(() => null);
  return chosenReason() ?? begun?.reason ?? "";
}

const say = (words, link = null) => told.replaceChildren(`✓ ${words} `, ...(link ? [link] : []));

async function openCase() {
  const about = await reason();
  newCase({ customer: customer(), contactId: contact.contact, reason: about,
    made: (whole) => say(t("desk_case_made", { number: whole.id }), el("a", { href: `/cases#${whole.id}`, target: "_blank", rel: "noopener", text: t("desk_case_open") })) });
}

const takeOrder = () => newOrder({ customer: customer(), contactId: contact.contact, made: (order) => say(t("desk_order_made", { number: order.number })) });
const promise = () => newPromise({ customer: customer(), contactId: contact.contact, made: () => say(t("desk_promise_made")) });
const changeClass = () => setClass(customer().customer_id, whoIs(contact).value_class, () => { say(t("desk_class_set")); forget(); redraw(); });
const look = () => offer.look();

/** Each with its key, its words, and who may; all but a case need to know who he is. */
const ACTS = [
  { key: "C", words: "case_new", need: "cases", run: openCase, ofAnybody: true },
  { key: "O", words: "order_new", need: "change_customers", run: takeOrder },
  { key: "P", words: "promise_new", need: "change_customers", run: promise },
  { key: "B", words: "offer_look", need: "customer_value", run: look },
  { key: "", words: "value_set_class", need: "manage_value", run: changeClass },
].filter(({ need }) => may(need));

const possible = (act) => contact && (act.ofAnybody || customer());

function press(act) {
  if (possible(act) && !document.querySelector("dialog[open]")) act.run();
}

for (const act of ACTS.filter(({ key }) => key)) onKey(act.key, t(act.words), () => press(act));

/** The element for the contact in hand; it stays the same, with the offer that is shown in it, as long as he does. */
export function actsFor(next, again) {
  contact = next;
  redraw = again;
  const who = customer();
  const now = `${next?.contact} ${who?.customer_id}`;
  if (now === shownFor) return element;
  shownFor = now;
  told.replaceChildren();
  offer = who ? offerPart(who.customer_id) : null;
  const button = (act) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "data-key": act.key || null, text: t(act.words), onclick: () => press(act) });
  element.replaceChildren(el("div", { class: "controls" }, ...ACTS.filter(possible).map(button)), told, ...(offer ? [offer.place] : []));
  return element;
}
