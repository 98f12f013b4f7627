// The IVR's report: how calls ended, where they go, where they give up.

import { get } from "./api.js";
import { el } from "./dom.js";
import { percent } from "./figures.js";
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
    panel(t("report_ivr_days"), { path: path("days") }, chart(found.days), legend()),
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

const inWords = ({ day, ends }) => `${shortDay(day)}: ${ENDS.filter((name) => ends[name]).map((name) => `${t(`report_end_${name}`)} ${whole(ends[name])}`).join(", ") || "0"}`;

/** A column for each day, its parts how calls ended; in words for whoever cannot see it. */
function chart(days) {
  const [wide, high, top] = [420, 150, 8];
  const most = Math.max(1, ...days.map(({ ends }) => ends.entered));
  const step = wide / days.length;
  const column = ({ day, ends }, place) => {
    let y = top + high;
    const parts = ENDS.map((name) => {
      const tall = (ends[name] / most) * high;
      y -= tall;
      return svg("rect", { class: `end-${name}`, x: 30 + place * step + step * 0.1, y, width: step * 0.8, height: tall });
    });
    const every = Math.ceil(days.length / 10);
    const label = place % every ? [] : [svg("text", { x: 30 + place * step + step / 2, y: top + high + 14, "text-anchor": "middle" }, shortDay(day))];
    return [...parts, ...label];
  };
  const drawn = svg("svg", { class: "chart days", viewBox: `0 0 ${wide + 34} ${high + 28}`, role: "img", "aria-label": [t("report_ivr_days"), ...days.map(inWords)].join(". ") });
  drawn.append(
    svg("path", { class: "axis", d: `M30 ${top}V${top + high}H${wide + 30}` }),
    svg("text", { x: 26, y: top + 8, "text-anchor": "end" }, whole(most)),
    svg("text", { x: 26, y: top + high, "text-anchor": "end" }, "0"),
    ...days.flatMap(column),
  );
  return drawn;
}

const shortDay = (iso) => new Intl.DateTimeFormat(settings.language, { day: "numeric", month: "short", timeZone: "UTC" }).format(new Date(`${iso}T00:00Z`));

const legend = () => el("p", { class: "quiet ends" }, ...ENDS.map((name) => el("span", { "data-end": name, text: t(`report_end_${name}`) })));

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
