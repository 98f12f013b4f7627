// A promise to pay: how much, for which invoice, by which day; whether it is kept the payments will say.

import { get, post } from "./api.js";
import { SOURCES } from "./customer_fields.js";
import { decimals, money } from "./figures.js";
import { ask } from "./form.js";
import { date, of, t } from "./words.js";

const DAY_SECONDS = 86400;
const OPEN_AT_MOST = 100;

/** `customer`: {customer_id, name}; `made()` when it is written down. */
export async function newPromise({ customer, contactId = null, made }) {
  const request = `page-${Date.now()}-${Math.random().toString(36).slice(2)}`;
  const { items: open } = await get(`/invoices?${new URLSearchParams({ customer_id: customer.customer_id, status: "open", limit: OPEN_AT_MOST })}`).catch(() => ({ items: [] }));
  const oldest = open.at(-1);
  const words = (one) => [one.number || one.id, money(one.amount_minor, one.currency), one.due_at && t("has_due", { day: date(one.due_at) })].filter(Boolean).join(" · ");
  ask({
    title: t("promise_new"), button: t("save"), more: open.length ? "" : t("promise_no_invoices"),
    fields: [
      { key: "invoice", label: t("promise_invoice"), type: "choice", choices: open.map((one) => ({ value: one.id, text: words(one) })), value: oldest?.id },
      { key: "amount", label: t("promise_amount"), type: "money", required: true, value: oldest ? oldest.amount_minor / 10 ** decimals(oldest.currency) : null },
      { key: "day", label: t("promise_day"), type: "date", required: true },
      { key: "source", label: t("source_ask"), type: "choice", choices: SOURCES.map((value) => ({ value, text: of("source", value) })), value: "customer", required: true },
    ],
    send: async ({ invoice, amount, day, source }) => {
      const currency = open.find(({ id }) => String(id) === invoice)?.currency ?? oldest?.currency ?? "CLP";
      await post(`/customers/${customer.customer_id}/payment-promises`, {
        source, contact_id: contactId, invoice_id: Number(invoice) || null, currency, request_id: request,
        amount_minor: Math.round(amount * 10 ** decimals(currency)), due_at: new Date(`${day}T00:00`).getTime() / 1000 + DAY_SECONDS - 1,
      });
      made();
    },
  });
}
