// The ledger of inversions: causes with their lever, hours and queues, and the pairs behind each number.

import { get } from "./api.js";
import { personName } from "./case_names.js";
import { $, banner, el } from "./dom.js";
import { percent } from "./figures.js";
import { figure, nothing, panel, spent, table, whole } from "./report_parts.js";
import { day, of, t } from "./words.js";

/** Causes that no lever changes; what is said beside each is why. */
const WITHOUT_LEVER = ["emergency", "unjustified"];

const share = (count, all) => (all ? percent(count / all, 1) : "—");

export async function inversionsTab(place, span) {
  const found = await get(`/reports/inversions?${new URLSearchParams(span)}`);
  if (!found.services && !found.pairs) return place.replaceChildren(nothing());
  const behind = panel(t("inversions_behind"), { id: "behind", wide: true }, el("p", { class: "quiet", text: t("inversions_choose") }));
  const name = (key) => found.queues[key] ?? key;
  const choose = (query) => showBehind(behind, { ...span, ...query }, name);
  place.replaceChildren(
    el("div", { class: "figures" },
      figure(t("inversions_starts"), share(found.starts, found.services), t("inversions_starts_formula"), { detail: `${whole(found.starts)} / ${whole(found.services)}` }),
      figure(t("inversions_customers"), share(found.passed, found.valued), t("inversions_customers_formula"), { detail: `${whole(found.passed)} / ${whole(found.valued)}` }),
      figure(t("inversions_seconds"), spent(found.seconds), t("inversions_seconds_formula")),
      figure(t("inversions_unjustified"), whole(found.unjustified), t("inversions_unjustified_formula"), { tone: found.unjustified ? "bad" : null })),
    panel(t("inversions_causes"), { path: `/reports/inversions/export?${new URLSearchParams(span)}`, formula: t("inversions_formula"), wide: true },
      table([["cause"], ["starts", "n spare"], ["pairs", "n"], ["share", "n"], ["customers", "n spare"], ["seconds", "n"], ["lever", "spare"]], found.causes.filter((one) => one.pairs).map((one) => cause(one, found.pairs, choose)), t("inversions_causes"))),
    gainsPanel(name),
    panel(t("inversions_hours"), { wide: true },
      table([["when"], ["queue"], ["pairs", "n"], ["causes"]], found.spans.map((one) => hour(one, name, span, choose)), t("inversions_hours"))),
    behind);
  return undefined;
}

/** The levers, simulated on one day of the period, the last unless somebody chooses, when he asks for it. */
function gainsPanel(name) {
  const told = el("div", { "aria-live": "polite" });
  const dayChosen = el("input", { type: "date", class: "form-control", required: true, value: $("until").value, min: $("from").value, max: $("until").value });
  const ask = el("button", { type: "button", class: "btn btn-primary", text: t("inversions_gains_ask"), onclick: show });
  async function show() {
    ask.disabled = true;
    told.replaceChildren(el("p", { class: "quiet", text: t("inversions_gains_running") }));
    try {
      const { from_at, until_at } = await get(`/reports/period?${new URLSearchParams({ from_day: dayChosen.value, until_day: dayChosen.value })}`);
      const found = await get(`/reports/inversions/gains?${new URLSearchParams({ from_at, until_at })}`);
      const unpulled = WITHOUT_LEVER.map((key) => [of("lever", key), of("cause", key), "—", "—"]);
      told.replaceChildren(
        table([["lever"], ["cause", "spare"], ["gain_pairs", "n"], ["gain_seconds", "n"]], [...found.gains.map(gain), ...unpulled], t("inversions_gains")),
        el("p", { class: "quiet", text: t("inversions_gains_how", { queue: name(found.queue), count: whole(found.calls) }) }));
    } catch (problem) {
      told.replaceChildren(el("p", { class: "quiet", text: problem.message }));
    }
    ask.disabled = false;
  }
  return panel(t("inversions_gains"), { wide: true, formula: t("inversions_gains_formula") }, el("p", { class: "choices" }, el("label", {}, `${t("report_column_day")} `, dayChosen), ask), told);
}

/** A lever, the causes that it is the lever of, and what it would have saved, or that the day has nothing to change. */
function gain({ lever, causes, why_not, pairs, seconds }) {
  const rounded = (value) => whole(Math.round(value));
  const saved = why_not ? ["—", of("gain_why_not", why_not)] : [signed(pairs, rounded), signed(seconds, spent)];
  return [of("gain", lever), causes.map((key) => of("cause", key)).join(" · ") || t("inversions_gains_any"), ...saved];
}

function signed({ mean, half_width: half }, written) {
  return `${mean < 0 ? "−" : ""}${written(Math.abs(mean))}${half === null ? "" : ` ± ${written(half)}`}`;
}

const number = (words, run) => el("button", { type: "button", class: "plain number", text: words, onclick: run });

function cause(one, all, choose) {
  return [of("cause", one.cause), whole(one.starts), number(whole(one.pairs), () => choose({ cause: one.cause })), share(one.pairs, all), whole(one.customers), spent(one.seconds), of("lever", one.cause)];
}

function hour(one, name, span, choose) {
  const counts = Object.entries(one.pairs);
  const all = counts.reduce((sum, [, count]) => sum + count, 0);
  const from = Math.max(one.from_at, span.from_at);
  const query = { from_at: from, until_at: Math.min(one.from_at + 3600, span.until_at), queue: one.queue };
  return [day(one.from_at), name(one.queue), number(whole(all), () => choose(query)), counts.map(([key, count]) => `${of("cause", key)} ${whole(count)}`).join(" · ")];
}

const contact = (key, letter) => el("a", { href: `/contacts/${encodeURIComponent(key)}`, text: t("passing_contact", { class: letter ?? "C" }) });

async function showBehind(behind, query, name) {
  try {
    const rows = await get(`/reports/inversions/pairs?${new URLSearchParams(query)}`);
    const lines = rows.map((one) => [day(one.chosen_at), contact(one.waited, one.waited_class), contact(one.served, one.served_class), of("cause", one.cause), name(one.queue), one.agent && personName(one.agent), one.waited_on_seconds === null ? "—" : spent(one.waited_on_seconds)]);
    const title = t("inversions_behind");
    behind.replaceChildren(el("h2", { tabindex: "-1", text: title }), table([["when"], ["who_waited"], ["who_was_served"], ["cause"], ["queue", "spare"], ["agent_login", "spare"], ["waited_on", "n"]], lines, title));
    behind.querySelector("h2").focus();
    banner("behind", null);
  } catch (problem) {
    banner("behind", problem.message);
  }
}
