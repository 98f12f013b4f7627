// What a campaign has come to: each figure with its formula, tables to read and to take away.

import { get, post } from "./api.js";
import { preTestPanel } from "./campaign_pre_test.js";
import { $, banner, el, text } from "./dom.js";
import { money, percent } from "./figures.js";
import "./feed.js";
import { ask } from "./form.js";
import { command } from "./palette.js";
import { figure, panel, spent, whole } from "./report_parts.js";
import { of, settings, t } from "./words.js";

const key = document.querySelector("main").dataset.campaign;
const GOALS = `campaign-goals-${key}`;
const RECYCLED = ["no_answer", "busy", "congestion", "unreachable", "machine", "message_left", "abandoned", "hung_up"];
const TONES = { running: "good", paused: "warn" };
let found = null;

const chosen = () => JSON.parse(localStorage.getItem(GOALS) ?? '{"goals":[],"wrong":[]}'); // [] leaves it to what dispositions bring about
const query = () => `?${new URLSearchParams({ goals: chosen().goals.join(","), wrong: chosen().wrong.join(",") })}`;
const path = (table) => `/campaigns/${key}/results/export${query()}&table=${table}`;
const per = (part, of_) => (of_ ? percent(part / of_, 1) : "—");
const cost = (minor) => (minor === null || minor === undefined ? "—" : money(Math.round(minor), found.currency));

async function load() {
  try {
    const [told, { pre_test: test, currency }] = await Promise.all([get(`/campaigns/${key}/results${query()}`), get(`/campaigns/${key}/pre-test`)]);
    found = told;
    const outcomes = await get(`/campaign-outcomes/${told.id}`);
    banner("results", null);
    draw(test, currency, outcomes);
  } catch (problem) {
    banner("results", problem.message, "bad");
  }
}

function draw(test, currency, outcomes) {
  text($("name"), found.name);
  document.title = `${found.name} · ${t("campaign_results")}`;
  text($("state"), of("campaign_is", found.state));
  $("state").dataset.tone = TONES[found.state] ?? "";
  $("figures").replaceChildren(...figures());
  $("tables").replaceChildren(...[preTestPanel(key, test, currency, load), promises(outcomes), ...tables()].filter(Boolean));
}

/** Whether it is known what counts as a goal: chosen dispositions, else those that brought something about. */
const hasGoals = () => found.goals.length > 0 || found.results.penetration.conversions > 0;

function figures() {
  const { rates, results } = found;
  const leads = results.penetration;
  const goalsChosen = hasGoals();
  const count = (part, of_) => `${whole(part)} / ${whole(of_)}`;
  return [
    figure(t("campaign_rate_penetration"), percent(rates.penetration, 1), t("campaign_rate_penetration_is"), { detail: count(leads.dialled, leads.leads), tone: "main" }),
    figure(t("campaign_rate_contact"), percent(rates.contact_rate, 1), t("campaign_rate_contact_is"), { detail: count(leads.contacts, leads.dialled), tone: "main" }),
    figure(t("campaign_rate_right"), percent(rates.right_party_rate, 1), t("campaign_rate_right_is"), { detail: count(leads.right_parties, leads.contacts) }),
    figure(t("campaign_rate_conversion"), goalsChosen ? percent(rates.conversion, 1) : "—", goalsChosen ? t("campaign_rate_conversion_is") : t("campaign_goals_choose"), { detail: goalsChosen ? count(leads.conversions, leads.right_parties) : "" }),
    figure(t("campaign_rate_abandons"), percent(rates.abandon_rate, 2), t("campaign_rate_abandons_is", { days: found.window_days, limit: percent(results.abandons.limit, 1), leaving: whole(results.abandons.by_leaving) }), { detail: count(results.abandons.abandons, results.abandons.answers) }),
    figure(t("campaign_cost_contact"), cost(rates.cost_per_contact_minor), t("campaign_cost_contact_is"), { detail: cost(results.spent.cost_minor ?? 0) }),
    figure(t("campaign_cost_conversion"), goalsChosen ? cost(rates.cost_per_conversion_minor) : "—", t("campaign_cost_conversion_is")),
    figure(t("campaign_end"), results.hours_left === null ? "—" : t("campaign_end_in", { hours: new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 }).format(results.hours_left) }), t("campaign_end_is"), { detail: t("campaign_end_left", { count: whole(leads.waiting) }) }),
  ];
}

/** Promises to pay that were given in its calls: how many were kept, what a recovered peso cost. */
function promises({ promises: kept, cost: spent_ }) {
  if (!kept.given) return null;
  const between = kept.rate === null ? "—" : t("campaign_between", { low: percent(kept.low, 1), high: percent(kept.high, 1) });
  const each = spent_.per_unit === null ? "—" : new Intl.NumberFormat(settings.language, { maximumFractionDigits: 3 }).format(spent_.per_unit);
  return panel(t("campaign_promises"), { wide: true }, el("div", { class: "figures three" },
    figure(t("campaign_kept_rate"), percent(kept.rate, 1), t("campaign_kept_rate_is", { given: whole(kept.given) }), { detail: `${whole(kept.kept)} / ${whole(kept.due)}` }),
    figure(t("campaign_kept_between"), between, t("campaign_kept_between_is")),
    figure(t("campaign_cost_recovered"), each, t("campaign_cost_recovered_is"), { detail: `${cost(spent_.cost_minor)} / ${cost(spent_.recovered_minor)}` })));
}

function tables() {
  const { results } = found;
  return [
    counted("results", results.results, (one) => of("dial_result", one)),
    counted("dispositions", results.dispositions, (one) => found.dispositions[one] ?? one),
    cells("by_hour", results.by_hour, (one) => `${one.padStart(2, "0")}:00`),
    cells("by_weekday", results.by_weekday, (one) => t(`campaign_weekday_${one}`)),
    cells("by_number", results.by_number, (one) => one),
    agents(),
    counted("refused", results.penetration.refused, (one) => of("campaign_left_out", one)),
    detector(),
  ];
}

function grid(columns, rows, caption) {
  if (!rows.length) return el("p", { class: "quiet", text: t("campaign_nothing_yet") });
  const head = el("tr", {}, ...columns.map((name, at) => el("th", { scope: "col", class: at ? "n" : null, text: t(`campaign_column_${name}`) })));
  return el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": caption }, el("table", { class: "grid" }, el("thead", {}, head),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, at) => el(at ? "td" : "th", { class: at ? "n" : null, scope: at ? null : "row" }, cell)))))));
}

function counted(name, counts, word) {
  const all = Object.values(counts).reduce((sum, one) => sum + one, 0);
  const kind = { results: "result", dispositions: "disposition", refused: "rule" }[name];
  const rows = Object.entries(counts).map(([one, count]) => [word(one), whole(count), share(count, all)]);
  return panel(t(`campaign_table_${name}`), { path: rows.length ? path(name) : null }, grid([kind, "count", "share"], rows, t(`campaign_table_${name}`)));
}

/** A share as a figure and as a bar, so that a column can be read at a glance. */
function share(part, all) {
  return el("span", { class: "share" }, el("progress", { max: "1", value: String(all ? part / all : 0), "aria-hidden": "true" }), el("span", { text: per(part, all) }));
}

function cells(name, rows, word) {
  const told = rows.map((one) => [word(one.key), whole(one.attempts), whole(one.contacts), share(one.contacts, one.attempts), hasGoals() ? whole(one.conversions) : "—"]);
  return panel(t(`campaign_table_${name}`), { path: rows.length ? path(name) : null, formula: t("campaign_table_cells_is") }, grid([name, "attempts", "contacts", "contact_share", "conversions"], told, t(`campaign_table_${name}`)));
}

function agents() {
  const line = (one, name) => [name, whole(one.contacts), hasGoals() ? whole(one.conversions) : "—", spent(one.contacts ? one.talk_seconds / one.contacts : 0), cost(one.contacts ? one.cost_minor / one.contacts : null)];
  const own = found.own ? [line(found.own, t("campaign_own"))] : [];
  const rows = [...own, ...found.results.by_agent.filter((one) => one.agent !== found.own?.agent).map((one) => line(one, one.agent))];
  return panel(t("campaign_table_by_agent"), { path: found.results.by_agent.length ? path("by_agent") : null, formula: t(found.persons_hidden ? "campaign_persons_hidden" : "campaign_table_by_agent_is") }, grid(["agent", "contacts", "conversions", "talk_each", "cost_each"], rows, t("campaign_table_by_agent")));
}

function detector() {
  const truth = found.detector;
  if (!truth) return null;
  const rows = truth.rows.map((one) => [`${of("campaign_verdict", one.verdict)} · ${one.cause.toLowerCase()}`, whole(one.calls), whole(one.said_machine), whole(one.said_person), whole(one.key_pressed), spent(one.seconds)]);
  const passed = truth.passed ? t("campaign_detector_passed", { share: percent(truth.passed[0], 1), low: percent(truth.passed[1], 1), high: percent(truth.passed[2], 1) }) : "";
  return panel(t("campaign_table_detector"), { wide: true, formula: `${passed} ${t("campaign_detector_is", { people: whole(truth.people_at_least) })}`.trim() },
    grid(["verdict", "calls", "said_machine", "said_person", "key_pressed", "seconds"], rows, t("campaign_table_detector")));
}

function chooseGoals() {
  const choices = Object.entries(found.dispositions).map(([value, words]) => ({ value, text: words }));
  ask({ title: t("campaign_goals"), button: t("save"), more: t("campaign_goals_lead"),
    fields: [{ key: "goals", label: t("campaign_goals_which"), type: "several", value: found.goals, choices }, { key: "wrong", label: t("campaign_wrong_which"), type: "several", value: found.wrong, choices }],
    send: async (given) => { localStorage.setItem(GOALS, JSON.stringify(given)); await load(); } });
}

function recycle() {
  ask({ title: t("campaign_recycle"), button: t("campaign_recycle_do"), more: t("campaign_recycle_lead"),
    fields: [{ key: "results", label: t("campaign_came"), type: "several", value: ["no_answer", "busy"], choices: RECYCLED.map((one) => ({ value: one, text: of("dial_result", one) })) }],
    send: async (given) => { const { leads } = await post(`/campaigns/${key}/recycle`, given); text($("told"), t("campaign_recycled", { count: whole(leads) })); await load(); } });
}

$("goals").addEventListener("click", () => found && chooseGoals());
$("recycle")?.addEventListener("click", recycle);
command(t("command_theme"), window.switchTheme);
load();
