// One customer's permission: how and what for he may be contacted now, what he said, and a form to write down more.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { lettersPart } from "./customer_letters.js";
import { day, of, t } from "./words.js";

const PURPOSES = ["emergency", "service", "information", "appointment", "survey", "collections", "renewal", "sales"];
const CHANNELS = ["phone", "sms", "email", "chat", "fax", "letter"];

/** Shows it in `element` and keeps it there; what goes wrong is told in it. */
export async function permissionTab(element, customer) {
  try {
    const [shown, written] = await Promise.all([get(`/customers/${customer}/permission`), get(`/letters?customer_id=${customer}`)]);
    const again = () => permissionTab(element, customer);
    element.replaceChildren(ways(shown), lettersPart(customer, written, shown.ways, again), consentForm(customer, again), history(shown.consents));
  } catch (problem) {
    element.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function ways({ name, ways: all }) {
  const addresses = [...new Set(all.map((way) => way.address))];
  const head = el("tr", {}, el("th", { text: t("law_purposes") }), ...addresses.map((address) => el("th", { class: "number", text: address })));
  const rows = PURPOSES.map((purpose) => el("tr", {}, el("td", {}, el("b", { text: of("purpose", purpose) })),
    ...addresses.map((address) => answer(all.find((way) => way.purpose === purpose && way.address === address)))));
  const table = el("table", { class: "grid stacked" }, el("thead", {}, head), el("tbody", {}, ...rows));
  return el("div", { class: "ways" }, el("h2", { text: name }), addresses.length ? table : el("p", { class: "quiet", text: t("permission_no_address") }));
}

function answer(way) {
  const words = way.rule ? way.words : t("permission_yes");
  return el("td", { class: "may", "data-may": String(!way.rule), "data-label": way.address, title: way.words }, el("b", { text: way.rule ? "✕ " : "✓ ", "aria-hidden": "true" }), el("span", { text: words }));
}

function consentForm(customer, then) {
  const choice = (name, values, family) => el("select", { class: "form-select", id: `consent-${name}`, name },
    ...["any", ...values].map((value) => el("option", { value, text: of(family, value) })));
  const field = (name, words, input) => el("label", {}, el("span", { text: words }), input);
  const text = (name, hint, required) => el("input", { class: "form-control", name, autocomplete: "off", placeholder: hint, required });
  const problem = el("p", { class: "problem", role: "alert", hidden: true });
  const form = el("form", { class: "consent" }, el("h2", { text: t("consent_new") }),
    field("channel", t("consent_channel"), choice("channel", CHANNELS, "channel")),
    field("purpose", t("consent_purpose"), choice("purpose", PURPOSES, "purpose")),
    field("source", t("permission_source"), text("source", t("permission_source_hint"), true)),
    field("wording", t("consent_wording"), text("wording", t("consent_wording_hint"), false)),
    field("proof", t("consent_proof"), text("proof", t("consent_proof_hint"), false)),
    problem,
    el("div", { class: "controls" }, el("button", { class: "btn btn-primary", value: "given", text: t("consent_give") }),
      el("button", { class: "btn btn-outline-secondary", value: "revoked", text: t("consent_revoke") })));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { channel, purpose, source, wording, proof } = Object.fromEntries(new FormData(form));
    try {
      await post(`/customers/${customer}/consents`, { channel, purpose, source, wording, proof, given: event.submitter?.value !== "revoked" });
      then();
    } catch (error) {
      problem.textContent = error.message;
      problem.hidden = false;
    }
  });
  return form;
}

function history(consents) {
  const rows = consents.map((said) => el("div", { class: "row-of" },
    el("b", { text: `${t(said.given ? "consent_given" : "consent_revoked")} · ${of("channel", said.channel)} · ${of("purpose", said.purpose)}` }),
    el("span", { class: "quiet", text: day(said.at) }),
    el("span", { class: "quiet", text: [said.source, said.wording && `“${said.wording}”`, said.proof, said.by].filter(Boolean).join(" · ") })));
  return el("div", {}, el("h2", { text: t("consent_history") }), ...(rows.length ? rows : [el("p", { class: "quiet", text: t("consent_none") })]));
}
