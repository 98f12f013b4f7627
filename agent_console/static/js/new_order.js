// A new order: a line at a time, then all at once; sent again it is the same order.

import { get, post } from "./api.js";
import { SOURCES } from "./customer_fields.js";
import { $ } from "./dom.js";
import { decimals, money } from "./figures.js";
import { ask } from "./form.js";
import { of, t } from "./words.js";

/** `customer`: {customer_id, name}; `contactId`: of the call in which it is taken down; `made(order)` gets it. */
export async function newOrder({ customer, contactId = null, made }) {
  const request = `page-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const products = (await get("/products?limit=200").catch(() => ({ items: [] }))).items.filter(({ currency }) => currency === "CLP");
  askLine({ customer, contactId, made, request, products, lines: [] });
}

function askLine(order) {
  const { lines, products } = order;
  const sofar = lines.map((line) => `${line.quantity} × ${line.text || products.find(({ key }) => key === line.product)?.name}`).join(", ");
  ask({
    title: order.customer.name ? t("order_new_for", { name: order.customer.name }) : t("order_new"), button: t("order_go_on"), more: sofar ? t("order_so_far", { lines: sofar }) : "",
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
    $("form").addEventListener("close", () => askLine({ ...order, lines, source }), { once: true });
    return;
  }
  order.made(await post(`/customers/${order.customer.customer_id}/orders`, { source, contact_id: order.contactId, lines, request_id: order.request }));
}
