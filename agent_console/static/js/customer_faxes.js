// Faxes to one customer: a file of his is sent to a number of his; each with its state and its attempts.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { ask } from "./form.js";
import { day, of, settings, t, when } from "./words.js";

const FAXABLE = ["application/pdf", "image/png", "image/jpeg", "image/webp", "image/tiff"];
const PURPOSES = ["service", "information", "appointment", "collections", "renewal", "sales"];
const TONES = { sent: "good", failed: "bad", waiting: "warn", sending: "warn" };

export const canBeFaxed = (file) => FAXABLE.includes(file.content_type) && settings.permissions.includes("change_customers");

/** Asks for number and purpose; the rules are asked when it is dialled. */
export function faxFile(customer, file, then) {
  const key = crypto.randomUUID?.() ?? String(Date.now());
  const phones = customer.record.phones.filter(({ valid_until: until }) => until === null || until > Date.now() / 1000);
  const first = phones.find(({ label }) => label === "fax") ?? phones[0];
  ask({
    title: t("fax_title", { name: file.name }), button: t("fax_send"), more: t("fax_hint"),
    fields: [{ key: "number", label: t("fax_number"), type: "choice", choices: phones.map((one) => ({ value: one.key, text: [one.key, one.label].filter(Boolean).join(" · ") })), value: first?.key, required: true },
      { key: "purpose", label: t("consent_purpose"), type: "choice", choices: PURPOSES.map((value) => ({ value, text: of("purpose", value) })), value: "service", required: true }],
    send: async (given) => {
      await post(`/customers/${customer.id}/faxes`, { ...given, attachment: file.number, key });
      then();
    },
  });
}

/** The part of the page; null when nothing was faxed. `files`: his, to name them. */
export function faxesPart({ items, next }, customer, files) {
  if (!items.length) return null;
  const list = el("div", { class: "rows" }, ...items.map((one) => row(one, files)));
  const more = next ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), onclick: async (event) => {
    const page = await get(`/customers/${customer.id}/faxes?cursor=${encodeURIComponent(next)}`);
    event.target.replaceWith(...page.items.map((one) => row(one, files)));
  } }) : null;
  return el("div", { class: "data-part" }, el("h2", { text: t("faxes_title") }), list, more);
}

function row(one, files) {
  const name = files.find(({ number }) => number === one.attachment)?.name ?? t("fax_file", { number: one.attachment });
  const last = one.tries.at(-1);
  const next = one.state === "waiting" && one.tries.length ? t("dials_next", { time: day(one.due_at) }) : null;
  const came = last ? [of("fax_result", last.result.split(":")[0]), last.pages ? t("fax_pages", { count: last.pages }) : null, t("fax_tries", { count: one.tries.length })] : [why(one.error)];
  return el("div", { class: "row-of" }, el("b", {}, el("span", { class: "tag", "data-tone": TONES[one.state], text: of("fax_state", one.state) }), ` ${name}`),
    el("span", { class: "quiet", text: when(last?.at ?? one.made_at) }),
    el("span", { class: "quiet", text: [one.number, ...came, next, one.by].filter(Boolean).join(" · ") }));
}

/** Why it waits or was given up before anything was dialled: "not_now: hours". */
function why(error) {
  const [what, rule] = error.split(": ");
  return rule ? `${of("fax_why", what)}: ${of("case_rule", rule)}` : error && of("fax_why", what);
}
