// What he is worth, in sentences; his class, and a class by hand with a reason and an end; what to offer him now.

import { api, get, post } from "./api.js";
import { ask } from "./form.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { date, of, settings, t } from "./words.js";

const DAY_SECONDS = 86400;

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
  const set = () => ask({
    title: t("value_set_class"), button: t("save"),
    fields: [
      { key: "value_class", label: t("value_class"), type: "choice", choices: ["A", "B", "C"].map((letter) => ({ value: letter, text: letter })), value: value.value_class ?? "", required: true },
      { key: "reason", label: t("value_reason"), required: true },
      { key: "until", label: t("value_until"), type: "date", required: true },
    ],
    send: async ({ value_class: letter, reason, until }) => {
      await api("PUT", `/customers/${customer.id}/value-class`, { value_class: letter, reason, expires_at: Date.parse(`${until}T00:00`) / 1000 + DAY_SECONDS });
      await again();
    },
  });
  const lift = () => api("DELETE", `/customers/${customer.id}/value-class`).then(again);
  return el("div", { class: "data-part" }, el("h2", { text: t("value_class") }), el("p", { text: words }),
    may ? el("div", { class: "controls" }, el("button", { type: "button", class: "btn btn-outline-secondary", text: t("value_set_class"), onclick: set }),
      value.by_hand ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("value_lift"), onclick: lift }) : null) : null);
}

/** Asked for by a button: an offer that nobody looks at would count as made. */
function offer(customer) {
  const place = el("div", {});
  const look = async () => {
    try {
      const made = await post(`/customers/${customer.id}/next-offer`);
      place.replaceChildren(...(made.decision_id ? [el("p", {}, el("b", { text: made.name }), ` · ${made.product}`), el("blockquote", { class: "why", text: made.line }), answers(made, place)] : [el("p", { class: "quiet", text: of("offer", made.why) })]));
    } catch (problem) {
      place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
    }
  };
  return el("div", { class: "data-part" }, el("h2", { text: t("offer_next") }), el("button", { type: "button", class: "btn btn-outline-secondary", text: t("offer_look"), onclick: look }), place);
}

function answers(made, place) {
  const tell = (answer) => ask({
    title: of("offer_answer", answer), button: t("save"),
    fields: [{ key: "feeling", label: t("offer_feeling"), type: "choice", choices: [1, 2, 3, 4, 5].map((grade) => ({ value: String(grade), text: of("feeling", grade) })) }, { key: "reason", label: t("offer_reason") }],
    send: async ({ feeling, reason }) => {
      await post(`/offer-decisions/${made.decision_id}/answer`, { answer, feeling: feeling ? Number(feeling) : null, reason });
      place.replaceChildren(el("p", { class: "quiet", role: "status", text: t("offer_thanks") }));
    },
  });
  return el("div", { class: "controls" }, ...["accepted", "later", "declined"].map((answer) => el("button", { type: "button", class: "btn btn-outline-secondary", text: of("offer_answer", answer), onclick: () => tell(answer) })));
}

function history({ history: steps }) {
  if (!steps.length) return null;
  return el("div", { class: "data-part" }, el("h2", { text: t("value_history") }), ...steps.map((one) => el("div", { class: "row-of" },
    el("b", { text: `${one.before ?? "—"} → ${one.after ?? "—"}` }), el("span", { class: "quiet number", text: date(one.at) }), el("span", { class: "quiet", text: [of("class_origin", one.origin), one.reason, one.by].filter(Boolean).join(" · ") }))));
}
