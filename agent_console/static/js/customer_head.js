// At a glance: who he is, what he is worth, what is open, and whether he may be called or offered something now.

import { get } from "./api.js";
import { callCustomerButton } from "./call_button.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { date, of, settings, t, when } from "./words.js";

const may = (permission) => settings.permissions.includes(permission);
const OPEN_ORDERS = ["placed", "confirmed", "sent"];

/** What the head shows besides the record. A part that cannot be had is null, and is told as unknown. */
export async function glance(id) {
  const ask = (path, permission = "read_customers") => (may(permission) ? get(path).catch(() => null) : Promise.resolve(undefined));
  const [cases, orders, contacts, permission, value, promised] = await Promise.all([
    ask(`/cases/count?customer_id=${id}&open=yes`, "cases"), ask(`/orders?customer_id=${id}&limit=100`),
    ask(`/customers/${id}/timeline?kinds=contact&limit=1`), ask(`/customers/${id}/permission`, "contact_permission"),
    ask(`/customers/${id}/value`, "customer_value"), ask(`/customers/${id}/payment-promises?limit=100`),
  ]);
  return { read: true, cases: cases?.count ?? cases, orders: orders && orders.items.filter(({ status }) => OPEN_ORDERS.includes(status)).length,
    last: contacts && (contacts.items[0] ?? "none"), ways: permission?.ways ?? permission, value, promised: promised?.items ?? [] };
}

export function head(record, seen) {
  return [
    el("div", { class: "who-is" }, el("div", { class: "who-name" }, el("h1", { text: record.display_name }), callCustomerButton(record.customer_id, record.display_name)), el("p", { class: "quiet", text: who(record) }),
      record.tags.length ? el("p", { class: "chips" }, ...record.tags.map((tag) => el("span", { class: "chip", text: tag }))) : null),
    part(t("head_worth"), worth(record, seen)),
    part(t("head_open"), ...whatIsOpen(record, seen)),
    part(t("head_may"), ...mayI(seen)),
  ];
}

const part = (title, ...lines) => el("div", { class: "glance-part" }, el("h2", { text: title }), ...lines);
const line = (words, tone = null) => el("p", { "data-tone": tone, text: words });

function who(record) {
  const roles = [of("customer_kind", record.kind), record.is_supplier && t("supplier"), of("life", record.stage)];
  const address = record.form_of_address && t("head_address", { words: record.form_of_address });
  const language = record.language && of("language", record.language);
  return [...roles, record.rut, address, language].filter(Boolean).join(" · ");
}

function worth(record, { value }) {
  const hand = value?.by_hand;
  const reason = hand ? t("head_by_hand", { reason: hand.reason, day: when(hand.expires_at) }) : value?.explanation?.length ? value.explanation.at(-1) : record.value_class_reason;
  return el("div", {},
    el("p", {}, el("span", { class: "class", text: record.value_class ? `${t("value_class")} ${record.value_class}` : t("value_class_none") }), value?.currency ? el("b", { class: "number", text: ` ${money(value.value_minor, value.currency)}` }) : null),
    el("p", { class: "quiet", text: reason || t("head_no_reason") }));
}

function whatIsOpen(record, { read, cases, orders, last, promised }) {
  if (!read) return [line(t("loading"))];
  const count = (number, one, many) => (number === undefined ? null : line(number === null ? t("head_unknown") : t(number === 1 ? one : many, { count: number }), number ? "warn" : null));
  const owes = Object.entries(record.open_minor).filter(([, amount]) => amount).map(([currency, amount]) => line(t("head_owes", { amount: money(amount, currency) }), "warn"));
  const promises = ["broken", "open"].map((state) => promised.find((one) => one.state === state)).filter(Boolean).slice(0, 1)
    .map((one) => line(t(`head_promise_${one.state}`, { amount: money(one.amount_minor, one.currency), day: date(one.due_at) }), one.state === "broken" ? "bad" : null));
  const spoke = last === null ? t("head_unknown") : last === "none" ? t("head_no_contact") : t("head_last", { day: when(last.at), outcome: of("outcome", last.detail ?? "open") });
  return [count(cases, "head_case", "head_cases"), count(orders, "head_order", "head_orders"), ...owes, ...promises, line(spoke)].filter(Boolean);
}

/** One line each for a call about his service and for an offer; the best of his numbers counts. */
function mayI({ read, ways }) {
  if (!read) return [line(t("loading"))];
  if (!ways) return [line(t(ways === null ? "head_unknown" : "head_not_yours"))];
  const answers = ["service", "sales"].map((purpose) => {
    const own = ways.filter((way) => way.purpose === purpose && way.channel === "phone");
    return { purpose, way: own.find(({ rule }) => !rule) ?? own[0] };
  });
  if (!answers.some(({ way }) => way)) return [line(t("head_no_phone"), "warn")];
  const [service, sales] = answers.map(({ way }) => way.words || t("permission_yes"));
  return answers.map(({ purpose, way }, place) => el("p", { class: "may", "data-may": String(!way.rule), "data-purpose": purpose },
    el("b", { text: `${way.rule ? "✕" : "✓"} ${t(`head_may_${purpose}`)}` }), place || service !== sales ? el("span", { text: way.words || t("permission_yes") }) : null));
}
