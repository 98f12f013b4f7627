// What he has: contracts, invoices, orders and so on, each kind by itself, and an order taken down during a call.

import { get, post } from "./api.js";
import { ask } from "./form.js";
import { SOURCES } from "./customer_fields.js";
import { el } from "./dom.js";
import { decimals, money } from "./figures.js";
import { date, of, settings, t } from "./words.js";

const KINDS = { contracts: "contract", invoices: "invoice", orders: "order", payments: "payment", "owned-products": "product", deliveries: "delivery", devices: "device", warranties: "warranty", payables: "payable" };
const EACH = 50;

export async function hasTab(place, customer) {
  place.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
  try {
    const pages = await Promise.all(Object.keys(KINDS).map((word) => get(`/${word}?customer_id=${customer.id}&limit=${EACH}`)));
    const parts = Object.values(KINDS).map((kind, at) => part(kind, pages[at]));
    const order = settings.permissions.includes("change_customers") ? el("button", { type: "button", class: "btn btn-primary", id: "new-order", text: t("order_new"), onclick: () => begin(place, customer) }) : null;
    const none = pages.every(({ items }) => !items.length) ? el("p", { class: "quiet", text: t("has_none") }) : null;
    place.replaceChildren(...[el("div", { class: "summary-bar" }, order), none, ...parts].filter(Boolean));
  } catch (problem) {
    place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function part(kind, { items, next }) {
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

// A new order: a line at a time, then all at once; sent again it is the same order.

async function begin(place, customer) {
  const request = `page-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const products = (await get("/products").catch(() => [])).filter(({ currency }) => currency === "CLP");
  askLine({ place, customer, request, products, lines: [] });
}

function askLine(order) {
  const { lines, products } = order;
  const sofar = lines.map((line) => `${line.quantity} × ${line.text || products.find(({ key }) => key === line.product)?.name}`).join(", ");
  ask({
    title: t("order_new"), button: t("order_go_on"), more: sofar ? t("order_so_far", { lines: sofar }) : "",
    fields: [
      ...(products.length ? [{ key: "product", label: t("order_product"), type: "choice", choices: products.map(({ key, name, price_minor: price, currency }) => ({ value: key, text: `${name} · ${money(price, currency)}` })) }] : []),
      { key: "text", label: t(products.length ? "order_text" : "order_text_alone"), required: !products.length },
      { key: "quantity", label: t("order_quantity"), type: "money", value: 1, required: true },
      { key: "price", label: t(products.length ? "order_price" : "order_price_alone"), type: "money", required: !products.length },
      { key: "more", label: t("order_more"), type: "check" },
      { key: "source", label: t("source_ask"), type: "choice", choices: SOURCES.map((value) => ({ value, text: of("source", value) })), value: order.source ?? "customer", required: true },
    ],
    send: (given) => take(order, given),
  });
}

async function take(order, { product = "", text, quantity, price, more, source }) {
  const line = { product, text, quantity, unit_price_minor: price === null ? null : price * 10 ** decimals("CLP") };
  const lines = [...order.lines, line];
  if (more) {
    document.getElementById("form").addEventListener("close", () => askLine({ ...order, lines, source }), { once: true });
    return;
  }
  await post(`/customers/${order.customer.id}/orders`, { source, lines, request_id: order.request });
  order.customer.glance();
  hasTab(order.place, order.customer);
}
