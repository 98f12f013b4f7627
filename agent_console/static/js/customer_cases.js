// His cases: those that are open first, and a new one.

import { get } from "./api.js";
import { loadNames } from "./case_names.js";
import { caseRow } from "./case_view.js";
import { el } from "./dom.js";
import { newCase } from "./new_case.js";
import { newOrder } from "./order_forms.js";
import { due, place as where } from "./order_names.js";
import { of, settings, t } from "./words.js";

const orders = settings.permissions.includes("work_orders");

export async function casesTab(place, customer) {
  place.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
  try {
    const [open, ended] = await Promise.all(["yes", "no"].map((which) => get(`/cases?customer_id=${customer.id}&open=${which}&limit=50`)).concat(loadNames()));
    const visits = orders ? await get(`/work-orders?customer_id=${customer.id}&open=all&limit=50`) : { items: [], now: 0 };
    const rows = [...open.items, ...ended.items].map((one) => el("li", {}, el("a", { href: `/cases#${one.id}` }, ...caseRow({ ...one, customer: null }, open.now))));
    place.replaceChildren(el("div", { class: "summary-bar" }, el("button", { type: "button", class: "btn btn-primary", text: t("case_new"), onclick: () => add(place, customer) }),
      orders ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("wo_new"), onclick: () => order(place, customer) }) : null),
      rows.length ? el("ul", { class: "customer-rows cases-of" }, ...rows) : el("p", { class: "quiet", text: t("customer_no_cases") }), ...visitList(visits));
  } catch (problem) {
    place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function visitList({ items, now }) {
  if (!items.length) return [];
  const row = (one) => {
    const { words, tone } = due(one, now);
    return el("li", {}, el("a", { href: `/work-orders/${one.id}` }, el("b", { text: one.subject }), el("span", { class: "due", "data-late": tone, text: words }),
      el("span", { class: "quiet", text: [`#${one.id}`, of("wo_kind", one.kind), where(one)].filter(Boolean).join(" · ") }), el("span", { class: "quiet", text: of("wo_state", one.state) })));
  };
  return [el("h2", { text: t("page_work_orders") }), el("ul", { class: "customer-rows cases-of" }, ...items.map(row))];
}

function order(place, customer) {
  newOrder({ customer: { id: customer.id }, done: () => { customer.glance(); casesTab(place, customer); } });
}

function add(place, customer) {
  newCase({
    customer: { customer_id: customer.id, name: customer.record.display_name }, contactId: customer.heardIn.contact_id,
    made: () => { customer.glance(); casesTab(place, customer); },
  });
}
