// Calls outside: what they cost, by person; today's limits; and the calls themselves, by person and by how they ended.

import { get } from "./api.js";
import { callButton } from "./call_button.js";
import { personName } from "./case_names.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { limitsOfToday } from "./outside_limits.js";
import { figure, nothing, panel, seconds, spent, table, whole } from "./report_parts.js";
import { day, of, settings, t } from "./words.js";

const who = (agent) => (agent ? personName(agent) : t("outside_nobody"));

export async function outsideTab(place, span) {
  const found = await get(`/reports/outside?${new URLSearchParams(span)}`);
  const calls = panel(t("outside_calls"), { id: "calls", wide: true });
  place.replaceChildren(
    el("div", { class: "figures" },
      figure(t("outside_count"), whole(found.all.calls), t("outside_count_formula"), { detail: t("outside_answered", { count: whole(found.all.answered) }) }),
      figure(t("outside_time"), spent(found.all.seconds), t("outside_time_formula")),
      figure(t("outside_cost"), money(found.all.cost_minor, found.currency), t("outside_cost_formula")),
      figure(t("outside_refused"), whole(found.all.refused), t("outside_refused_formula"))),
    panel(t("outside_today"), { wide: true, formula: t("outside_today_formula") }, limitsOfToday(found, personName), raise(found.today)),
    found.people.length ? panel(t("outside_people"), { wide: true }, table([["agent_login"], ["calls", "n"], ["answered", "n spare"], ["talked", "n"], ["cost", "n"], ["refused", "n spare"]], found.people.map(person(found)), t("outside_people"))) : nothing(),
    calls);
  if (found.all.calls + found.all.refused) await listed(calls, span, found);
  else calls.remove();
}

/** The limit itself is raised elsewhere, for every day: the way there, for who may. */
function raise(today) {
  if (!today.some(({ tripped }) => tripped) || !settings.permissions.includes("manage_accounts")) return "";
  return el("p", {}, el("a", { class: "btn btn-outline-secondary", href: "/administration#accounts", text: t("outside_raise") }));
}

const person = ({ currency }) => (one) => [who(one.agent), whole(one.calls), whole(one.answered), spent(one.seconds), money(one.cost_minor, currency), whole(one.refused)];

/** The calls themselves, page by page. */
async function listed(place, span, found) {
  const choice = (words, values, named) => el("select", { class: "form-select", "aria-label": words }, el("option", { value: "", text: words }), ...values.map((value) => el("option", { value, text: named(value) })));
  const agents = choice(t("outside_everybody_who"), found.people.map(({ agent }) => agent).filter(Boolean), personName);
  const results = choice(t("outside_any_result"), Object.keys(found.results), (result) => of("outside_result", result));
  const more = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), hidden: true });
  const lines = el("div", {});
  let rows = [];
  let next = null;

  const query = (extra = {}) => new URLSearchParams({ ...span, agent: agents.value, result: results.value, ...extra });
  async function load(again = false) {
    const page = await get(`/outside-calls?${query(again ? { cursor: next } : {})}`);
    rows = again ? [...rows, ...page.items] : page.items;
    next = page.next;
    more.hidden = !next;
    lines.replaceChildren(table([["when"], ["agent_login"], ["number"], ["result"], ["talked", "n"], ["cost", "n"], ["carrier", "spare"]], rows.map(row(found)), t("outside_calls")));
    const saved = panel(t("outside_calls"), { path: `/reports/outside/export?${query()}` });
    place.querySelector("h2").replaceWith(saved.querySelector("h2"));
  }

  agents.addEventListener("change", () => load());
  results.addEventListener("change", () => load());
  more.addEventListener("click", () => load(true));
  place.append(el("p", { class: "row-filters" }, agents, results), lines, more);
  await load();
}

const row = ({ currency }) => (one) => [day(one.dialed_at), who(one.agent), el("span", { class: "number" }, one.contact ? el("a", { href: `/contacts/${encodeURIComponent(one.contact)}`, text: one.number }) : one.number, " ", callButton(one.number) ?? ""), of("outside_result", one.result), seconds(one.seconds || null), money(one.cost_minor, currency), one.trunk];
