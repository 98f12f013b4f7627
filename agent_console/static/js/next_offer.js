// What to offer a customer now, the one line to say, and what he answered.

import { post } from "./api.js";
import { el } from "./dom.js";
import { ask } from "./form.js";
import { of, t } from "./words.js";

const ANSWERS = ["accepted", "later", "declined"];
const FEELINGS = [1, 2, 3, 4, 5];

/** Asked for by a button: an offer that nobody looks at would count as made. */
export function offerPart(customerId) {
  const place = el("div", { class: "offer-place", "aria-live": "polite" });
  const button = el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("offer_look"), onclick: look });

  async function look() {
    button.disabled = true;
    try {
      const made = await post(`/customers/${customerId}/next-offer`);
      place.replaceChildren(...shown(made, place));
    } catch (problem) {
      place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
    }
    button.disabled = false;
  }

  return { button, place, look };
}

function shown(made, place) {
  if (!made.decision_id) return [el("p", { class: "quiet", text: of("offer", made.why) })];
  const what = el("p", {}, el("b", { text: made.name }), ` · ${made.product}`);
  const said = made.answer ? el("p", { class: "quiet", text: t("offer_told", { answer: of("offer_answer", made.answer) }) }) : answers(made, place);
  return [what, el("blockquote", { class: "why", text: made.line }), said];
}

function answers(made, place) {
  const tell = (answer) => ask({
    title: of("offer_answer", answer), button: t("save"), more: made.name,
    fields: [{ key: "feeling", label: t("offer_feeling"), type: "choice", choices: FEELINGS.map((grade) => ({ value: String(grade), text: of("feeling", grade) })) }, { key: "reason", label: t("offer_reason") }],
    send: async ({ feeling, reason }) => {
      await post(`/offer-decisions/${made.decision_id}/answer`, { answer, feeling: feeling ? Number(feeling) : null, reason });
      place.replaceChildren(el("p", { class: "quiet", role: "status", text: t("offer_thanks") }));
    },
  });
  return el("div", { class: "controls" }, ...ANSWERS.map((answer) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "data-answer": answer, text: of("offer_answer", answer), onclick: () => tell(answer) })));
}
