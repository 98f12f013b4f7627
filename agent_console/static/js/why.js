// Why one waited: who came later and was served first, each with a sentence, and any other contact to compare with.

import { get } from "./api.js";
import { el } from "./dom.js";
import { clock, settings, t } from "./words.js";

const hour = (at) => new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(at * 1000);
const link = ({ contact, value_class: letter }) => el("a", { href: `/contacts/${encodeURIComponent(contact)}`, text: t("passing_contact", { class: letter ?? "C" }) });
const line = (one) => el("li", { "data-cause": one.cause }, el("time", { datetime: new Date(one.chosen_at * 1000).toISOString(), text: hour(one.chosen_at) }),
  el("div", {}, el("p", { class: "sentence", text: one.sentence }), el("span", { class: "quiet" }, link(one.served), ` · ${t("passing_waits", { his: clock(one.waited.waited_seconds), other: clock(one.served.waited_seconds) })}`)));

/** The part of the contact's page; of who never waited there is nothing to say. */
export function whyPanel(key, contact) {
  if (contact.queued_at === null) return "";
  const path = `/contacts/${encodeURIComponent(key)}`;
  const list = el("ol", { class: "contact-lines", id: "passed-by" });
  const told = el("p", { id: "why-told", class: "quiet", role: "status" });
  const other = el("input", { id: "why-other", class: "form-control code", autocomplete: "off", spellcheck: "false", "aria-label": t("passing_other") , placeholder: t("passing_other") });
  const compare = async (event) => {
    event.preventDefault();
    const wanted = other.value.trim().split("/").pop();
    if (!wanted) return other.focus();
    try {
      told.textContent = (await get(`${path}/why/${encodeURIComponent(wanted)}`)).sentence;
    } catch (problem) {
      told.textContent = problem.status === 404 ? t("passing_unknown") : problem.message;
    }
    return undefined;
  };
  get(`${path}/passed-by`).then((found) => list.replaceChildren(...(found.length ? found.map(line) : [el("li", {}, el("span"), el("span", { class: "quiet", text: t("passing_nobody") }))])), (problem) => { told.textContent = problem.message; });
  return el("section", { id: "why", class: "passing" }, el("h2", { text: t("passing_title") }), list,
    el("form", { class: "controls", onsubmit: compare }, other, el("button", { class: "btn btn-outline-secondary", type: "submit", text: t("passing_ask") })), told);
}
