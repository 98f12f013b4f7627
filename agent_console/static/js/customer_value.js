// What he is worth, in sentences; his class, and a class by hand with a reason and an end; what to offer him now.

import { api, get } from "./api.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { offerPart } from "./next_offer.js";
import { setClass } from "./value_class.js";
import { date, of, settings, t } from "./words.js";

export async function valueTab(place, customer) {
  place.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
  try {
    const value = await get(`/customers/${customer.id}/value`);
    const again = async () => { await customer.reload(); customer.glance(); return valueTab(place, customer); };
    return place.replaceChildren(...[figures(value), hand(value, customer, again), offer(customer), history(value)].filter(Boolean));
  } catch (problem) {
    if (problem.errorId === "not_found") return place.replaceChildren(el("p", { class: "quiet", text: t("value_not_yet") }), offer(customer));
    return place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function figures(value) {
  const rows = [["value_value", value.value_minor], ["value_cost", value.cost_last_year_minor], ["value_potential", value.potential_minor]];
  return el("div", { class: "data-part" }, el("h2", { text: t("customer_tab_value") }),
    el("dl", { class: "facts" }, ...rows.flatMap(([words, minor]) => [el("dt", { text: t(words) }), el("dd", { class: "number", text: money(minor, value.currency) })])),
    el("ul", { class: "sentences" }, ...value.explanation.map((words) => el("li", { text: words }))));
}

function hand(value, customer, again) {
  const may = settings.permissions.includes("manage_value");
  const words = value.by_hand ? t("value_by_hand", { value_class: value.by_hand.value_class, reason: value.by_hand.reason, day: date(value.by_hand.expires_at) }) : t("value_computed", { value_class: value.computed_class || "—" });
  const set = () => setClass(customer.id, value.value_class, again);
  const lift = () => api("DELETE", `/customers/${customer.id}/value-class`).then(again);
  return el("div", { class: "data-part" }, el("h2", { text: t("value_class") }), el("p", { text: words }),
    may ? el("div", { class: "controls" }, el("button", { type: "button", class: "btn btn-outline-secondary", text: t("value_set_class"), onclick: set }),
      value.by_hand ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("value_lift"), onclick: lift }) : null) : null);
}

function offer(customer) {
  const { button, place } = offerPart(customer.id);
  return el("div", { class: "data-part" }, el("h2", { text: t("offer_next") }), button, place);
}

function history({ history: steps }) {
  if (!steps.length) return null;
  return el("div", { class: "data-part" }, el("h2", { text: t("value_history") }), ...steps.map((one) => el("div", { class: "row-of" },
    el("b", { text: `${one.before ?? "—"} → ${one.after ?? "—"}` }), el("span", { class: "quiet number", text: date(one.at) }), el("span", { class: "quiet", text: [of("class_origin", one.origin), one.reason, one.by].filter(Boolean).join(" · ") }))));
}
