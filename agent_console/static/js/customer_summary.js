// Everything that happened with him, the latest first; and a note.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { of, settings, t, when } from "./words.js";

const KINDS = ["contact", "case", "work_order", "activity", "note", "order", "invoice", "payment", "contract", "product", "delivery", "device", "warranty", "payable", "consent", "stage", "attachment", "dial", "answer"];
const FAMILIES = { contact: ["channel", "outcome"], case: [null, "case_state"], activity: [null, "activity_kind"], work_order: [null, "wo_state"], stage: ["life", null], consent: ["purpose", "consent_told"], dial: ["purpose", "dial_state"], answer: [null, null] };

export function summaryTab(place, customer) {
  const list = el("ol", { class: "timeline" });
  const told = el("p", { class: "quiet", role: "status", text: t("loading") });
  const more = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), hidden: true });
  const kind = el("select", { class: "form-select", "aria-label": t("timeline_kind") }, el("option", { value: "", text: t("timeline_all") }), ...KINDS.map((value) => el("option", { value, text: of("timeline", value) })));
  let next = null;

  async function load(cursor = null) {
    try {
      const query = new URLSearchParams({ limit: 30, ...(kind.value ? { kinds: kind.value } : {}), ...(cursor ? { cursor } : {}) });
      const page = await get(`/customers/${customer.id}/timeline?${query}`);
      if (!cursor) list.replaceChildren();
      list.append(...page.items.map(line));
      next = page.next;
      told.textContent = list.children.length ? "" : t("timeline_none");
    } catch (problem) {
      told.textContent = problem.message;
    }
    told.hidden = !told.textContent;
    more.hidden = !next;
  }

  kind.addEventListener("change", () => load());
  more.addEventListener("click", () => load(next));
  place.replaceChildren(...[el("div", { class: "summary-bar" }, kind, settings.permissions.includes("change_customers") ? noteForm(customer, load) : null), list, told, more]);
  load();
}

function line(one) {
  const [titles, details] = FAMILIES[one.kind] ?? [null, "held"];
  const title = titles ? of(titles, one.title) : one.title || of("timeline", one.kind);
  const detail = one.detail && (details ? of(details, one.detail) : one.detail);
  return el("li", { "data-kind": one.kind },
    el("span", { class: "tag", text: of("timeline", one.kind) }),
    el("span", { class: "what" }, named(one, title), el("span", { class: "quiet", text: [detail, one.by].filter(Boolean).join(" · ") })),
    el("span", { class: "number", text: one.amount_minor === null ? "" : money(one.amount_minor, one.currency) }),
    el("time", { class: "quiet number", datetime: new Date(one.at * 1000).toISOString(), text: when(one.at) }));
}

/** Its name; of a contact, for who may read records, the way to its page. */
function named(one, title) {
  if (one.kind !== "contact" || !settings.permissions.includes("read_interactions")) return el("b", { text: title });
  return el("a", { href: `/contacts/${encodeURIComponent(one.key.slice("contact:".length))}`, text: title, title: t("contact_open") });
}

function noteForm(customer, then) {
  const input = el("input", { class: "form-control", maxlength: "2000", required: true, autocomplete: "off", placeholder: t("note_new"), "aria-label": t("note_new") });
  const wrong = el("p", { class: "problem", role: "alert", hidden: true });
  const send = async (event) => {
    event.preventDefault();
    try {
      await post(`/customers/${customer.id}/notes`, { text: input.value.trim(), ...customer.heardIn });
      input.value = "";
      wrong.hidden = true;
      then();
    } catch (problem) {
      wrong.hidden = false;
      wrong.textContent = problem.message;
    }
  };
  return el("form", { class: "note-form", onsubmit: send }, input, el("button", { class: "btn btn-outline-secondary", text: t("note_write") }), wrong);
}
