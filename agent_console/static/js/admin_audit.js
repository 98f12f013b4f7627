// Who changed what: the newest first, older ones on demand.

import { guard } from "./admin_guard.js";
import { api } from "./api.js";
import { $, el } from "./dom.js";
import { day, settings, t } from "./words.js";

const PAGE = 50;

export async function showAudit() {
  guard(() => false);
  $("admin-form").hidden = true;
  const body = el("tbody");
  const more = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("older"), onclick: load });
  let next = null;

  async function load() {
    const page = await api("GET", `/audit?limit=${PAGE}${next === null ? "" : `&cursor=${next}`}`);
    body.append(...page.items.map(row));
    next = page.next;
    more.hidden = !next;
    if (!body.rows.length) body.append(el("tr", {}, el("td", { colspan: "5", class: "quiet", text: t("nothing_yet") })));
  }

  $("admin-list").replaceChildren(
    el("h2", { text: t("section_audit") }), el("p", { class: "quiet", text: t("about_audit") }),
    el("table", { class: "grid audit" }, el("thead", {}, el("tr", {}, ...["at", "by", "action", "subject", "difference"].map((name) => el("th", { text: t(`column_${name}`) })))), body), more);
  await load();
}

const action = (name) => settings.words[`audit_${name.replace(/[^a-z]+/g, "_")}`] ?? name;

function row(change) {
  const names = [...new Set([...Object.keys(change.before), ...Object.keys(change.after)])];
  const differences = names.map((name) => el("div", {}, el("span", { class: "quiet", text: `${settings.words[`field_${name}`] ?? name}: ` }),
    name in change.before ? el("s", { text: brief(change.before[name]) }) : null, name in change.before ? " → " : null, brief(change.after[name])));
  return el("tr", {}, el("td", { class: "n", text: day(change.at) }), el("td", { text: change.by }), el("td", { text: action(change.action) }),
    el("td", { text: change.subject }), el("td", { class: "difference" }, ...differences));
}

function brief(value) {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "boolean") return value ? t("yes") : t("no");
  const words = Array.isArray(value) && value.every((one) => typeof one === "string") ? value.join(", ") : typeof value === "object" ? JSON.stringify(value) : String(value);
  return words.length > 140 ? `${words.slice(0, 140)}…` : words || "—";
}
