// The report of queues: service level in its three readings, waits, work; from each number to its contacts.

import { get } from "./api.js";
import { personName } from "./case_names.js";
import { banner, el } from "./dom.js";
import { percent } from "./figures.js";
import { graph } from "./graph.js";
import { figure, nothing, panel, seconds, table, whole } from "./report_parts.js";
import { day, of, settings, t } from "./words.js";

const STEPS = ["15", "30", "60", "day", "week"];
const ROWS_WITHOUT_CONTACTS = 31; // up to so many intervals those in which nobody came are shown too
const chosen = { step: "day", queue: "", value_class: "" }; // stays while the period changes

export async function queuesTab(place, span) {
  const filters = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value));
  const query = new URLSearchParams({ ...span, ...filters });
  const found = await get(`/reports/queues?${query}`);
  const again = () => queuesTab(place, span).catch((problem) => banner("report", problem.message));
  const head = choices(found, again);
  if (!found.total.queued && !found.total.handled) return place.replaceChildren(head, nothing());
  const behind = panel(t("report_behind"), { id: "behind", wide: true }, el("p", { class: "quiet", text: t("report_behind_choose") }));
  const { step: _step, ...only } = filters;
  const show = (name, more = {}) => showBehind(behind, { ...span, ...only, ...more, figure: name }, name, found.names);
  const path = (which) => `/reports/queues/export?${query}&table=${which}`;
  const zone = found.time_zone;
  const shown = found.intervals.length > ROWS_WITHOUT_CONTACTS ? found.intervals.filter(({ figures }) => figures.queued || figures.handled) : found.intervals;
  place.replaceChildren(
    head,
    el("section", { class: "figures wide" }, ...figures(found.total, show)),
    panel(t("report_queues_intervals"), { path: path("intervals"), wide: true, formula: t("report_queues_note") }, chart(found.intervals, zone),
      rows("from", shown.map((one) => [label(one, zone), one.figures, { from_at: one.from_at, until_at: one.until_at }]), show, t("report_queues_intervals"))),
    panel(t("report_queues_queues"), { path: path("queues"), wide: true }, rows("queue", found.queues.map((one) => [one.name || one.key, one.figures, { queue: one.key }]), show, t("report_queues_queues"))),
    panel(t("report_queues_classes"), { path: path("classes"), wide: true }, rows("value_class", found.classes.map((one) => [one.key || t("value_class_none"), one.figures, { value_class: one.key }]), show, t("report_queues_classes"))),
    panel(t("report_queues_waits"), { path: path("waits"), wide: true, formula: t("report_queues_waits_formula") }, waitsChart(found.waits), waitsTable(found.waits)),
    panel(t("report_queues_weekdays"), { path: path("weekdays"), wide: true }, rows("weekday", found.weekdays.map((one) => [weekday(one.key), one.figures]), null, t("report_queues_weekdays"))),
    panel(t("report_queues_hours"), { path: path("hours"), wide: true }, rows("hour", found.hours.map((one) => [`${one.key}:00`, one.figures]), null, t("report_queues_hours"))),
    behind,
  );
  return undefined;
}

function choices(found, again) {
  const choice = (name, label, options) => el("label", {}, `${label} `, el("select", { id: `choice-${name}`, class: "form-select", onchange: ({ target }) => { chosen[name] = target.value; again(); } },
    ...options.map(([value, words]) => el("option", { value, selected: value === chosen[name], text: words }))));
  const queues = Object.entries(found.names);
  const classes = [...new Set(["A", "B", "C", ...found.classes.map(({ key }) => key).filter(Boolean), ...(chosen.value_class ? [chosen.value_class] : [])])];
  return el("p", { class: "wide flow choices" },
    choice("step", t("report_step"), STEPS.map((step) => [step, t(`report_step_${step}`)])),
    choice("queue", t("queue"), [["", t("report_all_queues")], ...queues]),
    choice("value_class", t("value_class"), [["", t("report_all_classes")], ...classes.map((key) => [key, key])]));
}

/** What a figure is called; "answered" alone is a survey's. */
const named = (name) => t(`report_column_${name === "answered" ? "answered_waits" : name}`);

const number = (count, run) => (count ? el("button", { type: "button", class: "plain number", text: whole(count), onclick: run }) : whole(count));

function figures(total, show) {
  const counted = (name) => figure(named(name), number(total[name], () => show(name)), t(`report_${name}_formula`));
  const share = (name, options = {}) => figure(t(`report_column_${name}`), percent(total[name], 1), t(`report_${name}_formula`), options);
  const time = (name, options = {}) => figure(t(`report_column_${name}`), seconds(total[name]), t(`report_${name}_formula`), options);
  const of_ = (part, all) => t("report_guess_of", { part: whole(part), whole: whole(all) });
  return [
    share("service_level", { tone: "main", detail: of_(total.answered_in_time + total.abandoned_in_time, total.answered + total.abandoned) }),
    share("service_level_answered", { detail: of_(total.answered_in_time, total.answered) }),
    share("service_level_removed"),
    share("abandon_rate", { detail: t("report_short", { count: whole(total.abandoned_short) }) }),
    ...["queued", "answered", "abandoned", "handled"].map(counted),
    time("asa_seconds", { detail: t("report_wait_spread", { median: seconds(total.wait_median_seconds), p90: seconds(total.wait_p90_seconds) }) }),
    time("longest_wait_seconds"),
    time("aht_seconds", { detail: t("report_acw_detail", { acw: seconds(total.acw_seconds) }) }),
    share("non_response", { detail: of_(total.not_answered, total.offers) }),
    share("transfer_rate", { detail: of_(total.transferred, total.handled) }),
    ...(total.told ? [share("kept_share", { detail: of_(total.kept, total.told) })] : []),
    ...["called_back", "left_message", "overflowed", "turned_away", "moved", "cut"].filter((name) => total[name]).map(counted),
  ];
}

function rows(head, found, show, caption) {
  const columns = [[head], ["queued", "n"], ["answered_waits", "n"], ["abandoned", "n"], ["service_level", "n"], ["abandon_rate", "n spare"], ["asa_seconds", "n"], ["longest_wait_seconds", "n spare"], ["aht_seconds", "n"], ["non_response", "n spare"], ["transfer_rate", "n spare"]];
  return table(columns, found.map(([name, one, more]) => [
    name, ...["queued", "answered", "abandoned"].map((kind) => (show ? number(one[kind], () => show(kind, more)) : whole(one[kind]))),
    percent(one.service_level, 1), percent(one.abandon_rate, 1), seconds(one.asa_seconds), seconds(one.longest_wait_seconds), seconds(one.aht_seconds), percent(one.non_response, 1), percent(one.transfer_rate, 1)]), caption);
}

/** The beginning of an interval on the queue's clock; of days and weeks the day. */
function label({ from_at: at }, zone) {
  const hours = ["day", "week"].includes(chosen.step) ? {} : { hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(settings.language, { weekday: "short", day: "2-digit", month: "short", ...hours, timeZone: zone }).format(at * 1000);
}

/** A column for each interval: answered below, abandoned above; the line is the service level. */
const chart = (intervals, zone) => graph({
  title: t("report_queues_intervals"),
  labels: intervals.map((one) => label(one, zone)),
  columns: [["answered_waits", "--end-served", "answered"], ["abandoned", "--end-cut", "abandoned"]].map(([word, color, name]) => ({ name: t(`report_column_${word}`), color, values: intervals.map(({ figures: one }) => one[name]) })),
  lines: [{ name: t("report_column_service_level"), color: "--text", share: true, values: intervals.map(({ figures: one }) => one.service_level) }],
});

/** "1" is Monday, as the first of January 2024 was. */
const weekday = (key) => new Intl.DateTimeFormat(settings.language, { weekday: "long", timeZone: "UTC" }).format(Date.UTC(2024, 0, Number(key)));

const band = (one) => (one.until_seconds === null ? t("report_wait_longer", { over: seconds(one.over_seconds) }) : t("report_wait_band", { over: seconds(one.over_seconds), until: seconds(one.until_seconds) }));

const waitsChart = (waits) => graph({
  title: t("report_queues_waits"),
  labels: waits.map(band),
  columns: [["answered_waits", "--end-served", "answered"], ["abandoned", "--end-cut", "abandoned"]].map(([word, color, name]) => ({ name: t(`report_column_${word}`), color, values: waits.map((one) => one[name]) })),
  lines: [{ name: t("report_column_share_until"), color: "--text", share: true, values: waits.map((one) => one.share_until) }],
});

const waitsTable = (waits) => table([["wait"], ["answered_waits", "n"], ["abandoned", "n"], ["share_until", "n"]],
  waits.map((one) => [band(one), whole(one.answered), whole(one.abandoned), percent(one.share_until, 1)]), t("report_queues_waits"));

async function showBehind(behind, query, name, queues) {
  const title = `${t("report_behind")}: ${named(name)}`;
  const columns = [["when"], ["customer"], ["queue"], ["value_class", "spare"], ["wait", "n"], ["agent_login", "spare"], ["outcome"]];
  const read = async (before, cursor) => {
    try {
      const { items, next } = await get(`/reports/queues/contacts?${new URLSearchParams({ ...query, ...(cursor ? { cursor } : {}) })}`);
      const found = [...before, ...items];
      const more = next ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), onclick: () => read(found, next) }) : null;
      behind.replaceChildren(...[el("h2", { tabindex: "-1", text: title }), table(columns, found.map((one) => contact(one, queues)), title), more].filter(Boolean));
      banner("behind", null);
    } catch (problem) {
      banner("behind", problem.message);
    }
  };
  await read([], null);
  behind.querySelector("h2")?.focus();
}

function contact(one, queues) {
  return [
    el("a", { href: `/contacts/${encodeURIComponent(one.contact)}`, text: day(one.at) }),
    one.customer ?? (one.number || t("unknown_caller")), queues[one.queue] ?? one.queue, one.value_class || "—", seconds(one.wait_seconds), one.agent ? personName(one.agent) : "—",
    one.outcome ? of("outcome", one.outcome) : t("outcome_open")];
}
