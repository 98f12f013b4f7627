// The IVR's report: how calls ended, where they go, where they give up.

import { get } from "./api.js";
import { el } from "./dom.js";
import { percent } from "./figures.js";
import { graph } from "./graph.js";
import { figure, nothing, panel, spent, table, whole } from "./report_parts.js";
import { svg } from "./svg.js";
import { settings, t } from "./words.js";

const ENDS = ["served", "agent", "left_word", "dropped", "cut"];
let flow = ""; // stays while the period changes

export async function ivrTab(place, span) {
  const query = new URLSearchParams({ ...span, ...(flow ? { flow } : {}) });
  const found = await get(`/reports/ivr?${query}`);
  const path = (which) => `/reports/ivr/export?${query}&table=${which}`;
  const choice = flowChoice(found.flows, () => ivrTab(place, span));
  if (!found.ends.entered) return place.replaceChildren(choice, nothing());
  const names = new Map(found.nodes.map((node) => [node.node, called(node)]));
  place.replaceChildren(
    choice,
    el("section", { class: "figures wide" }, ...figures(found.ends)),
    panel(t("report_ivr_days"), { path: path("days") }, chart(found.days), daysTable(found.days)),
    panel(t("report_ivr_paths"), { path: path("paths") }, paths(found.paths, names)),
    ...guessPanel(found.guesses),
    panel(t("report_ivr_nodes"), { path: path("nodes"), formula: [t("report_ivr_nodes_formula"), found.nodes.some((node) => node.utterances) && t("report_recognised_formula")].filter(Boolean).join("; "), wide: true }, nodes(found.nodes)),
  );
  return undefined;
}

const decimal = (value) => new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 }).format(value);

/** What callers were asked before the menu, and what that saved; nothing where nobody was. */
function guessPanel(found) {
  if (!found.offered && !found.held_out && !found.not_worth) return [];
  const between = (low, high, shown) => (low === null ? "" : t("report_interval", { low: shown(low), high: shown(high) }));
  const share = (value) => percent(value, 1);
  const seconds = (value) => (value === null ? "—" : t("report_seconds", { seconds: decimal(value) }));
  return [panel(t("report_guess"), { formula: t("report_guess_formula"), wide: true }, el("section", { class: "figures" },
    figure(t("report_guess_hits"), found.hit_rate === null ? "—" : share(found.hit_rate), t("report_guess_hits_formula"), { detail: `${t("report_guess_of", { part: whole(found.taken), whole: whole(found.offered) })} ${between(found.hit_low, found.hit_high, share)}` }),
    figure(t("report_guess_saved"), seconds(found.saved_seconds), t("report_guess_saved_formula"), { detail: between(found.saved_low, found.saved_high, seconds) }),
    figure(t("report_guess_held_out"), seconds(found.held_out_seconds), t("report_guess_held_out_formula"), { detail: t("report_guess_of", { part: whole(found.by_himself), whole: whole(found.held_out) }) }),
    figure(t("report_guess_asked"), seconds(found.asked_seconds), t("report_guess_asked_formula"), { detail: `n ${whole(found.offered)}` })))];
}

function flowChoice(flows, again) {
  if (flows.length < 2 && !flow) return "";
  const known = flow && !flows.includes(flow) ? [...flows, flow] : flows;
  const options = ["", ...known].map((key) => el("option", { value: key, selected: key === flow, text: key || t("report_all_flows") }));
  return el("label", { class: "wide flow" }, `${t("report_flow")} `, el("select", { class: "form-select", onchange: ({ target }) => { flow = target.value; again(); } }, ...options));
}

function figures(ends) {
  const share = (count) => percent(count / ends.entered, 1);
  const end = (name) => figure(t(`report_end_${name}`), share(ends[name]), t(`report_end_${name}_formula`), { detail: whole(ends[name]) });
  const judged = t("report_containment_judged", { served: whole(ends.served), judged: whole(ends.judged), returned: whole(ends.returned) });
  return [
    figure(t("report_containment"), percent(ends.containment, 1), `${t("report_containment_formula")}. ${judged}`, { tone: "main" }),
    figure(t("report_entered"), whole(ends.entered), t("report_entered_formula")),
    figure(t("report_ended_in_ivr"), percent(ends.ended_in_ivr, 1), t("report_ended_in_ivr_formula")),
    ...ENDS.map(end),
  ];
}

/** A column for each day, its parts how calls ended. */
const chart = (days) => graph({
  title: t("report_ivr_days"),
  labels: days.map(({ day }) => shortDay(day)),
  columns: ENDS.map((name) => ({ name: t(`report_end_${name}`), color: `--end-${name}`, values: days.map(({ ends }) => ends[name]) })),
});

/** The same as a table, for whoever cannot see the graph or wants the numbers. */
const daysTable = (days) => el("details", { class: "quiet" }, el("summary", { text: t("report_as_table") }),
  table([["day"], ["entered", "n"], ...ENDS.map((name) => [name, "n", t(`report_end_${name}`)])], days.map(({ day, ends }) => [shortDay(day), whole(ends.entered), ...ENDS.map((name) => whole(ends[name]))]), t("report_ivr_days")));

const shortDay = (iso) => new Intl.DateTimeFormat(settings.language, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${iso}T00:00Z`));

const called = (node) => node.label[settings.language] ?? Object.values(node.label)[0] ?? node.node.replaceAll("-", " ");

function paths(rows, names) {
  const line = (one) => el("li", {},
    el("b", { class: "n", text: whole(one.callers) }),
    el("span", { class: "way", text: one.nodes.map((node) => names.get(node) ?? node).join(" › ") || "—" }),
    el("span", { class: "quiet", text: ENDS.filter((name) => one.ends[name]).map((name) => `${t(`report_end_${name}`)} ${percent(one.ends[name] / one.callers)}`).join(" · ") }));
  return el("ol", { class: "paths", tabindex: "0", "aria-label": t("report_ivr_paths") }, ...rows.map(line));
}

function nodes(rows) {
  const most = Math.max(1, ...rows.map((row) => row.callers));
  const spoken = rows.some((row) => row.utterances);
  const bar = (share, kind) => {
    const drawn = svg("svg", { class: `bar ${kind}`, viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
    drawn.append(svg("rect", { x: 0, y: 0, width: 100 * share, height: 8 }));
    return drawn;
  };
  const columns = [["node"], ["callers", "n"], ["visits", "n spare"], ["drop_out", "n"], ["median_seconds", "n"], ["p90_seconds", "n spare"], ...(spoken ? [["recognised", "n"]] : [])];
  return table(columns, rows.map((row) => [
    el("span", { class: "first" }, called(row), el("span", { class: "quiet spare", text: row.node })),
    el("span", { class: "barred" }, bar(row.callers / most, "came"), whole(row.callers)),
    whole(row.visits),
    row.dropped ? el("span", { class: "barred" }, bar(row.drop_out, "left"), `${percent(row.drop_out, 1)} · ${whole(row.dropped)}`) : "—",
    spent(row.median_seconds),
    spent(row.p90_seconds),
    ...(spoken ? [row.utterances ? `${percent(row.recognised)} · ${whole(row.utterances)}` : "—"] : [])]), t("report_ivr_nodes"));
}
