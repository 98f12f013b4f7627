// Letters by e-mail to one customer: written for a purpose, listed with what became of them, read, tried again.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { ask } from "./form.js";
import { of, t, when } from "./words.js";

const PURPOSES = ["service", "information", "appointment", "collections", "renewal", "sales", "survey", "emergency"];
const TONES = { sent: "good", refused: "bad", waiting: "warn" };

/** `ways`: what for each of his addresses may be used now, as the permission of a customer tells it. */
export function lettersPart(customer, { items, next }, ways, then) {
  const addresses = [...new Set(ways.filter(({ channel }) => channel === "email").map(({ address }) => address))];
  const list = el("div", { class: "rows" }, ...items.map((letter) => row(letter, then)));
  const more = next ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), onclick: async (event) => {
    const page = await get(`/letters?customer_id=${customer}&cursor=${encodeURIComponent(next)}`);
    event.target.replaceWith(...page.items.map((letter) => row(letter, then)));
  } }) : null;
  const write = addresses.length
    ? el("button", { type: "button", class: "btn btn-outline-secondary", id: "new-letter", text: t("letter_new"), onclick: () => writeLetter(customer, addresses, ways, then) })
    : el("p", { class: "quiet", text: t("letter_no_address") });
  return el("div", {}, el("h2", { text: t("letters_title") }), write, items.length ? list : el("p", { class: "quiet", text: t("letters_none") }), more);
}

/** A purpose that a rule refuses now is marked in the list; why, the answer says, and nothing typed is lost. */
function writeLetter(customer, addresses, ways, then) {
  const key = crypto.randomUUID?.() ?? String(Date.now());
  const refused = (purpose) => addresses.every((address) => ways.some((way) => way.address === address && way.purpose === purpose && way.rule));
  const purposes = PURPOSES.map((value) => ({ value, text: refused(value) ? `✕ ${of("purpose", value)}` : of("purpose", value) }));
  ask({
    title: t("letter_new"), button: t("letter_send"), more: t("letter_hint"),
    fields: [{ key: "address", label: t("letter_to"), type: "choice", choices: addresses.map((value) => ({ value, text: value })), value: addresses[0], required: true },
      { key: "purpose", label: t("consent_purpose"), type: "choice", choices: purposes, value: "service", required: true },
      { key: "subject", label: t("letter_subject"), type: "text", required: true },
      { key: "text", label: t("letter_text"), type: "lines", required: true }],
    send: async (given) => {
      await post(`/customers/${customer}/letters`, { ...given, key });
      then();
    },
  });
}

function row(letter, then) {
  const state = el("span", { class: "tag", "data-tone": TONES[letter.state], text: of("letter_state", letter.state) });
  const open = el("button", { type: "button", class: "plain", text: letter.subject, "aria-expanded": "false", onclick: (event) => read(event.currentTarget, letter) });
  const side = letter.state === "refused" ? againButton(letter, then) : el("span", { class: "quiet", text: when(letter.at) });
  return el("div", { class: "row-of letter" }, el("b", {}, state, " ", open), side,
    el("span", { class: "quiet", text: [letter.to, letter.by, letter.error].filter(Boolean).join(" · ") }));
}

async function read(button, letter) {
  const shown = button.closest(".letter").querySelector(".letter-text");
  if (shown) shown.remove();
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) return;
  let words;
  try {
    const whole = await get(`/letters/${encodeURIComponent(letter.id)}`);
    words = el("div", { class: "letter-text", text: [whole.text, ...whole.files.map((name) => `⇪ ${name}`)].join("\n") });
  } catch (problem) {
    words = el("p", { class: "problem letter-text", role: "alert", text: problem.message });
  }
  button.closest(".letter").append(words);
}

function againButton(letter, then) {
  return el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("letters_again"), onclick: async (event) => {
    event.target.disabled = true;
    try {
      await post(`/letters/${encodeURIComponent(letter.id)}/again`);
      then();
    } catch (error) {
      event.target.replaceWith(el("span", { class: "problem", role: "alert", text: error.message }));
    }
  } });
}
