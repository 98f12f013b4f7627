// Whom he is related to: added, changed and ended with who said so; those of before stay, crossed out.

import { api } from "./api.js";
import { SOURCES } from "./customer_fields.js";
import { el } from "./dom.js";
import { ask } from "./form.js";
import { date, of, settings, t } from "./words.js";

const KINDS = ["works_at", "employs", "family", "parent_of", "child_of", "pays_for", "paid_by", "branch_of", "has_branch", "represents", "represented_by"];
const may = () => settings.permissions.includes("change_customers");
const source = () => ({ key: "source", label: t("source_ask"), type: "choice", choices: SOURCES.map((value) => ({ value, text: of("source", value) })), required: true });
const role = (value = "") => ({ key: "role", label: t("relative_role"), value });
const since = (at = null) => ({ key: "since", label: t("relative_since"), type: "date", value: at && new Date(at * 1000).toISOString().slice(0, 10) });

/** {title, rows, add}: what the list of the data tab shows of them. */
export function relativesPart(customer, again) {
  const took = async () => { await customer.reload(); again(); };
  return { title: t("point_relatives"), rows: customer.record.relatives.map((one) => row(one, customer, took)), add: may() ? () => add(customer, took) : null };
}

function row(one, customer, took) {
  const gone = one.until !== null;
  const details = [one.role, one.since && t("relative_from", { day: date(one.since) }), gone && t("point_ended", { day: date(one.until) }), of("source", one.source)].filter(Boolean).join(" · ");
  const button = (words, run) => el("button", { type: "button", class: "btn btn-outline-secondary small", text: t(words), "aria-label": `${t(words)}: ${one.name}`, onclick: run });
  const acts = may() && !gone ? el("span", { class: "acts" }, button("point_change", () => change(one, customer, took)), button("point_end", (event) => end(event.target, one, customer, took))) : null;
  return el("div", { class: "row-of", "data-gone": String(gone) },
    el("span", {}, el("span", { class: "quiet", text: `${of("relative", one.kind)} ` }), el("a", { href: `/customers/${one.customer_id}`, text: one.name })), acts, el("span", { class: "quiet", text: details }));
}

function add(customer, took) {
  ask({
    title: t("relative_new"), button: t("save"),
    fields: [
      { key: "kind", label: t("relative_kind"), type: "choice", choices: KINDS.map((value) => ({ value, text: of("relative", value) })), required: true },
      { key: "other", label: t("relative_who"), type: "customer", required: true }, role(), since(), source(),
    ],
    send: ({ other, ...given }) => tell(customer, { ...given, other_id: other?.customer_id ?? 0 }, took),
  });
}

/** Told again, a relationship is as it was told last. */
function change(one, customer, took) {
  ask({
    title: `${of("relative", one.kind)} ${one.name}`, button: t("save"), fields: [role(one.role), since(one.since), source()],
    send: (given) => tell(customer, { ...given, kind: one.kind, other_id: one.customer_id }, took),
  });
}

async function tell(customer, { since: day, ...given }, took) {
  await api("POST", `/customers/${customer.id}/relationships`, { ...given, ...customer.heardIn, since: day ? Date.parse(`${day}T00:00Z`) / 1000 : null });
  await took();
}

async function end(button, one, customer, took) {
  try {
    await api("DELETE", `/customers/${customer.id}/relationships/${one.relationship_id}`);
    await took();
  } catch (problem) {
    button.after(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}
