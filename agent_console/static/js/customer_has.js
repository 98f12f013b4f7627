// What he has: contracts, invoices, orders and so on, each kind by itself; an order taken down during a call, and what
// he promised to pay.

import { api, get } from "./api.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { newOrder } from "./new_order.js";
import { newPromise } from "./new_promise.js";
import { date, of, settings, t } from "./words.js";

const KINDS = { contracts: "contract", invoices: "invoice", orders: "order", payments: "payment", "owned-products": "product", deliveries: "delivery", devices: "device", warranties: "warranty", payables: "payable" };
const EACH = 50;

export async function hasTab(place, customer) {
  place.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
  try {
    const [promised, ...pages] = await Promise.all([get(`/customers/${customer.id}/payment-promises?limit=${EACH}`), ...Object.keys(KINDS).map((word) => get(`/${word}?customer_id=${customer.id}&limit=${EACH}`))]);
    const parts = Object.values(KINDS).map((kind, at) => part(kind, pages[at]));
    const again = () => { customer.glance(); hasTab(place, customer); };
    const none = pages.every(({ items }) => !items.length) ? el("p", { class: "quiet", text: t("has_none") }) : null;
    place.replaceChildren(...[acts(customer, again), none, promises(promised, customer, again), ...parts].filter(Boolean));
  } catch (problem) {
    place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function acts(customer, again) {
  if (!settings.permissions.includes("change_customers")) return null;
  const whose = { customer: { customer_id: customer.id, name: "" }, contactId: customer.heardIn.contact_id, made: again };
  return el("div", { class: "summary-bar" },
    el("button", { type: "button", class: "btn btn-primary", id: "new-order", text: t("order_new"), onclick: () => newOrder(whose) }),
    el("button", { type: "button", class: "btn btn-outline-secondary", id: "new-promise", text: t("promise_new"), onclick: () => newPromise(whose) }));
}

const PROMISE_TONES = { open: null, kept: "good", broken: "bad", withdrawn: null };

function promises({ items }, customer, again) {
  if (!items.length) return null;
  const withdraw = async (event, one) => {
    try {
      await api("POST", `/customers/${customer.id}/payment-promises/${one.number}/withdrawal`, { source: "customer", ...customer.heardIn });
      again();
    } catch (problem) {
      event.target.after(el("p", { class: "problem", role: "alert", text: problem.message }));
    }
  };
  const line = (one) => {
    const back = one.state === "open" && settings.permissions.includes("change_customers") ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("promise_withdraw"), onclick: (event) => withdraw(event, one) }) : null;
    const details = [t("has_due", { day: date(one.due_at) }), one.paid_minor && one.state !== "kept" ? t("promise_paid", { amount: money(one.paid_minor, one.currency) }) : null, of("source", one.source), one.by].filter(Boolean).join(" · ");
    return el("div", { class: "row-of" }, el("span", {}, el("b", { class: "number", text: `${money(one.amount_minor, one.currency)} ` }), el("span", { class: "tag", "data-tone": PROMISE_TONES[one.state], text: of("promise", one.state) })), back, el("span", { class: "quiet", text: details }));
  };
  return el("div", { class: "data-part", id: "promises" }, el("h2", {}, t("has_promise"), el("span", { class: "count", text: String(items.length) })), ...items.map(line));
}

/** What was promised stands by itself, above. */
const come = ({ status }) => !["promised", "withdrawn"].includes(status);

function part(kind, { items: every, next }) {
  const items = kind === "payment" ? every.filter(come) : every;
  if (!items.length) return null;
  return el("div", { class: "data-part" }, el("h2", {}, of("has", kind), el("span", { class: "count", text: `${items.length}${next ? "+" : ""}` })), ...items.map((one) => row(kind, one)));
}

function row(kind, one) {
  const lines = (one.lines ?? []).map((line) => `${line.quantity} × ${line.text}`).join(", ");
  const due = one.due_at ?? one.promised_at ?? one.ends_at;
  const details = [of("held", one.status), date(one.dated_at), due && t(one.ends_at ? "has_until" : "has_due", { day: date(due) }), lines, one.tracking].filter(Boolean).join(" · ");
  return el("div", { class: "row-of" }, el("b", { text: one.number || one.external_id || `${of("timeline", kind)} ${one.id}` }),
    el("span", { class: "number", text: one.amount_minor === undefined ? "" : money(one.amount_minor, one.currency) }), el("span", { class: "quiet", text: details }));
}
