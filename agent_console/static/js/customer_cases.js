// His cases: those that are open first, and a new one.

import { get } from "./api.js";
import { loadNames } from "./case_names.js";
import { caseRow } from "./case_view.js";
import { el } from "./dom.js";
import { newCase } from "./new_case.js";
import { t } from "./words.js";

export async function casesTab(place, customer) {
  place.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
  try {
    const [open, ended] = await Promise.all(["yes", "no"].map((which) => get(`/cases?customer_id=${customer.id}&open=${which}&limit=50`)).concat(loadNames()));
    const rows = [...open.items, ...ended.items].map((one) => el("li", {}, el("a", { href: `/cases#${one.id}` }, ...caseRow({ ...one, customer: null }, open.now))));
    place.replaceChildren(el("div", { class: "summary-bar" }, el("button", { type: "button", class: "btn btn-primary", text: t("case_new"), onclick: () => add(place, customer) })),
      rows.length ? el("ul", { class: "customer-rows cases-of" }, ...rows) : el("p", { class: "quiet", text: t("customer_no_cases") }));
  } catch (problem) {
    place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function add(place, customer) {
  newCase({
    customer: { customer_id: customer.id, name: customer.record.display_name }, contactId: customer.heardIn.contact_id,
    made: () => { customer.glance(); casesTab(place, customer); },
  });
}
