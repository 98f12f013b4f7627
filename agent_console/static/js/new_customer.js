// A new customer in two steps of at most six fields; between them, who he might be already.

import { get, post } from "./api.js";
import { ask } from "./form.js";
import { $, el } from "./dom.js";
import { SOURCES } from "./customer_fields.js";
import { of, t } from "./words.js";

const SUSPECTS = 4;
let draft = {}; // what was typed stays until he is saved

const choices = (family, values) => values.map((value) => ({ value, text: of(family, value) }));

/** Ask for a new customer; `made(record)` gets him. */
export function newCustomer(made) {
  const company = draft.kind === "company";
  ask({
    title: t("customer_new"), button: t("customer_next_step"),
    fields: [
      { key: "kind", label: t("customer_field_kind"), type: "choice", choices: choices("customer_kind", ["person", "company"]), value: draft.kind ?? "person", required: true },
      { key: "name", label: t("customer_field_name"), value: draft.name, required: true },
      { key: "surname", label: t("customer_field_surname"), value: company ? "" : draft.surname },
      { key: "second_surname", label: t("customer_field_second_surname"), value: company ? "" : draft.second_surname },
      { key: "rut", label: t("customer_field_rut"), value: draft.rut },
      { key: "phone", label: t("customer_phone"), value: draft.phone },
    ],
    send: async (given) => {
      draft = { ...draft, ...given };
      const alike = await suspects(given);
      $("form").addEventListener("close", () => second(alike, made), { once: true });
    },
  });
}

/** Customers who share his number or RUT, or are called nearly the same. */
async function suspects({ name, surname, second_surname: second_, rut, phone }) {
  const questions = [rut, phone, [name, surname, second_].filter(Boolean).join(" ")].filter(Boolean);
  const answers = await Promise.all(questions.map((q) => get(`/search?${new URLSearchParams({ q, limit: SUSPECTS })}`)));
  const hits = new Map(answers.flat().map((hit) => [hit.customer.customer_id, hit]));
  return [...hits.values()].slice(0, SUSPECTS);
}

function second(alike, made) {
  const given = (key) => draft[key];
  ask({
    title: [given("name"), given("surname"), given("second_surname")].filter(Boolean).join(" "),
    button: t("customer_save"), more: alike.length ? t("customer_alike") : t("customer_alike_none"),
    fields: [
      { key: "email", label: t("customer_email"), value: draft.email },
      { key: "form_of_address", label: t("customer_field_form_of_address"), value: draft.form_of_address },
      { key: "language", label: t("customer_field_language"), type: "choice", choices: choices("language", ["es", "en"]), value: draft.language ?? "" },
      { key: "stage", label: t("customer_stage"), type: "choice", choices: choices("life", ["prospect", "qualified", "customer"]), value: draft.stage ?? "customer", required: true },
      { key: "source", label: t("source_ask"), type: "choice", choices: choices("source", SOURCES), value: draft.source ?? "", required: true },
    ],
    send: async (rest) => {
      draft = { ...draft, ...rest };
      const { phone, email, language, rut, ...fields } = draft;
      const record = await post("/customers", { ...fields, rut: rut || null, language: language || null, phones: phone ? [phone] : [], emails: email ? [email] : [] });
      draft = {};
      made(record);
    },
  });
  const link = (hit) => el("li", {}, el("a", { href: `/customers/${hit.customer.customer_id}`, target: "_blank", text: hit.customer.name }),
    el("span", { class: "quiet", text: [hit.customer.rut, of("found_by", hit.found_by)].filter(Boolean).join(" · ") }));
  $("form").querySelector("p.quiet").after(el("ul", { class: "alike" }, ...alike.map(link)));
  const back = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("customer_back_step"), onclick: () => { $("form").close(); newCustomer(made); } });
  $("form").querySelector(".controls").prepend(back);
}
