// What a result asks for that brings something about: a promise, an order, an appointment, new data.

import { get } from "./api.js";
import { decimals, money } from "./figures.js";
import { ask } from "./form.js";
import { date, t } from "./words.js";

const OPEN_AT_MOST = 100;
const asked = (value) => (value === undefined || value === null ? "" : String(value));

/** Effect: the fields of its form, and how what was written is sent. Results without one ask for nothing. */
const FORMS = {
  promise_to_pay: async ({ customerId, answers }) => {
    const { items: open } = customerId ? await get(`/invoices?${new URLSearchParams({ customer_id: customerId, status: "open", limit: OPEN_AT_MOST })}`).catch(() => ({ items: [] })) : { items: [] };
    const oldest = open.at(-1);
    const words = (one) => [one.number || one.id, money(one.amount_minor, one.currency), one.due_at && t("has_due", { day: date(one.due_at) })].filter(Boolean).join(" · ");
    const currency = (invoice) => open.find(({ id }) => String(id) === invoice)?.currency ?? oldest?.currency ?? "CLP";
    return {
      fields: [
        { key: "amount", label: t("promise_amount"), type: "money", required: true, value: answers.amount ?? (oldest ? oldest.amount_minor / 10 ** decimals(oldest.currency) : null) },
        { key: "day", label: t("promise_day"), type: "date", required: true, value: answers.day },
        { key: "invoice", label: t("promise_invoice"), type: "choice", choices: open.map((one) => ({ value: one.id, text: words(one) })), value: oldest?.id },
      ],
      read: ({ amount, day, invoice }) => ({ amount_minor: Math.round(amount * 10 ** decimals(currency(invoice))), currency: currency(invoice), day, invoice_id: Number(invoice) || null }),
    };
  },
  sale: async () => {
    const products = (await get("/products?limit=200").catch(() => ({ items: [] }))).items.filter(({ currency }) => currency === "CLP");
    return {
      fields: [
        { key: "product", label: t("order_product"), type: "choice", required: true, choices: products.map(({ key, name, price_minor: price, currency }) => ({ value: key, text: `${name} · ${money(price, currency)}` })) },
        { key: "quantity", label: t("order_quantity"), type: "count", required: true, value: 1 },
      ],
      read: ({ product, quantity }) => ({ product, quantity: Number(quantity) }),
    };
  },
  appointment: async () => {
    const people = await get("/colleagues").catch(() => []);
    return {
      fields: [
        { key: "at", label: t("effect_at"), type: "local", required: true },
        { key: "minutes", label: t("effect_minutes"), type: "count", required: true, value: 60 },
        { key: "place", label: t("effect_place"), required: true },
        { key: "seller", label: t("effect_seller"), type: "choice", required: true, choices: people.map(({ login, name }) => ({ value: login, text: name })) },
      ],
      read: ({ minutes, ...rest }) => ({ ...rest, minutes: Number(minutes) }),
    };
  },
  list_update: async () => ({
    fields: ["phone", "email", "street", "city"].map((key) => ({ key, label: t(`effect_${key}`) })),
    read: (given) => given,
  }),
};

/** `send(effect)` says how the contact ended; it throws what is wrong, and the form stays as it was filled in. */
export async function askEffect({ effect, title, customerId, answers, send }) {
  const form = await FORMS[effect]?.({ customerId, answers });
  if (!form) return send({});
  return ask({ title, button: t("save"), fields: form.fields.map((field) => ({ ...field, value: asked(field.value) })), send: (given) => send(form.read(given)) });
}
