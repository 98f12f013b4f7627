// What customers answered: figures with their intervals, by week, question, queue and people; who takes part; comments.

import { get } from "./api.js";
import { $, banner, el, fill, text } from "./dom.js";
import "./feed.js";
import { percent } from "./figures.js";
import { command } from "./palette.js";
import { svg } from "./svg.js";
import { clock, date, day, of, settings, t, when } from "./words.js";

const DAY = 86400;
const SCALE = { csat: [0, 1], solved: [0, 1], csat_mean: [1, 5], nps: [-100, 100], ces: [1, 7], grade: [1, 7] };
const SHARES = ["csat", "solved"];
const leads = settings.permissions.includes("read_interactions");
let shown = null;
let measure = null;
let asked = null; // the query of what is shown

const number = (value, digits) => new Intl.NumberFormat(settings.language, { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(value);
const written = (name, value) => (SHARES.includes(name) ? percent(value) : number(value, name === "nps" ? 0 : 1));
const between = (one) => t("survey_interval", { low: written(one.name, one.low), high: written(one.name, one.high) });

async function show() {
  const until = Math.floor(Date.now() / 1000) + 60;
  const query = new URLSearchParams({ from_at: String(until - Number($("span").value) * DAY), until_at: String(until), survey: $("survey").value });
  asked = query;
  try {
    const [told, taking, mine, comments] = await Promise.all([
      get(`/surveys/results?${query}`), get(`/surveys/taking?${query}`), get(`/me/survey-figures?${query}`), leads ? get(`/surveys/comments?${query}`) : { items: [], next: null },
    ]);
    banner("surveys", null);
    paint(told, taking, mine, comments);
  } catch (problem) {
    banner("surveys", problem.message);
  }
}

function paint(told, taking, mine, comments) {
  shown = told;
  const chosen = $("survey").value;
  fill($("survey"), told.surveys, () => [el("option", { value: "", text: t("survey_all") }), ...told.surveys.map((name) => el("option", { value: name, text: name }))]);
  $("survey").value = chosen;
  const none = told.total.length === 0;
  $("surveys-begin").hidden = !none;
  for (const part of document.querySelectorAll("[data-needs-answers]")) part.hidden = none;
  text($("surveys-told"), none ? t("survey_none") : "");
  tiles($("total"), told.total);
  $("mine-panel").hidden = mine.length === 0;
  tiles($("mine"), mine);
  paintWeeks();
  paintTaking(taking);
  paintQuestions(told.questions);
  groups($("queues"), told.queues, (key) => key);
  if (!leads) return;
  groups($("agents"), told.agents, (key) => key);
  groups($("technicians"), told.technicians, (key) => key);
  text($("people-until"), t("survey_people_until", { day: day(told.people_until) }));
  paintComments(comments);
}

function tiles(place, figures) {
  fill(place, figures, () => (figures.length ? figures.map(tile) : [el("p", { class: "quiet", text: t("survey_none") })]));
}

function tile(one) {
  return el("dl", { class: one.few ? "tile few" : "tile" },
    el("dt", { text: of("survey_name", one.name) }),
    el("dd", {}, el("span", { class: "amount", text: written(one.name, one.value) })),
    el("dd", {}, interval(one)),
    el("dd", { class: "quiet", text: `${between(one)} · n\u00a0=\u00a0${one.n}${one.few ? ` · ${t("survey_few")}` : ""}` }));
}

function interval(one) {
  const [lowest, highest] = SCALE[one.name];
  const x = (value) => 2 + (96 * (value - lowest)) / (highest - lowest);
  const drawn = svg("svg", { class: "interval", viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
  drawn.append(svg("line", { class: "scale", x1: 2, x2: 98, y1: 4, y2: 4 }), svg("line", { class: "range", x1: x(one.low), x2: x(one.high), y1: 4, y2: 4 }), svg("rect", { class: "point", x: x(one.value) - 0.8, width: 1.6, y: 0, height: 8 }));
  return drawn;
}

function paintWeeks() {
  const names = shown.total.map((one) => one.name);
  if (!names.includes(measure)) measure = names[0] ?? null;
  fill($("measures"), [names, measure], () => names.map((name) => el("button", { type: "button", "aria-pressed": String(name === measure), text: of("survey_name", name), onclick: () => { measure = name; paintWeeks(); } })));
  const points = shown.weeks.flatMap((week) => week.figures.filter((one) => one.name === measure).map((one) => ({ week: week.key, ...one })));
  const [lowest, highest] = SCALE[measure] ?? [0, 1];
  const [left, top, wide, high] = [36, 8, 314, 160];
  const x = (place) => left + (points.length > 1 ? 8 + ((wide - 16) * place) / (points.length - 1) : wide / 2);
  const y = (value) => top + high * (1 - (value - lowest) / (highest - lowest));
  const every = Math.max(1, Math.ceil(points.length / 5));
  $("weeks").replaceChildren(
    svg("path", { class: "axis", d: `M${left} ${top}V${top + high}H${left + wide}` }),
    ...(measure ? [lowest, (lowest + highest) / 2, highest] : []).map((value) => svg("text", { x: left - 4, y: y(value) + 4, "text-anchor": "end" }, written(measure, value))),
    ...points.map((one, place) => svg("line", { class: "whisker", x1: x(place), x2: x(place), y1: y(one.low), y2: y(one.high) })),
    ...(points.length > 1 ? [svg("path", { class: "line", d: `M${points.map((one, place) => `${x(place)} ${y(one.value)}`).join("L")}` })] : []),
    ...points.map((one, place) => svg("circle", { class: "dot", cx: x(place), cy: y(one.value), r: one.few ? 2 : 3.5 })),
    ...points.flatMap((one, place) => (place % every ? [] : [svg("text", { x: x(place), y: top + high + 15, "text-anchor": "middle" }, date(Date.parse(one.week) / 1000 + DAY / 2))])));
  const last = points.at(-1);
  text($("weeks-words"), last ? t("survey_weeks_words", { name: of("survey_name", measure), value: written(measure, last.value), interval: between(last), n: last.n }) : t("survey_none"));
}

function paintTaking(taking) {
  const steps = ["offered", "accepted", "begun", "answered"];
  fill($("taking").tBodies[0], taking, () => steps.map((step, place) => el("tr", {},
    el("td", { text: t(`survey_${step}`) }),
    el("td", { class: "n", text: String(taking[step]) }),
    el("td", { class: "n quiet", text: place ? percent(taking[steps[place - 1]] ? taking[step] / taking[steps[place - 1]] : null) : "" }))));
  if (!leads || taking.agents === null) return;
  fill($("dodging").tBodies[0], taking.agents, () => (taking.agents.length ? taking.agents.map((one) => el("tr", { class: one.flagged ? "flagged" : null },
    el("td", {}, one.agent, one.flagged ? el("span", { class: "flag", text: ` ${t("survey_flagged")}` }) : null),
    ...[one.accepted, one.begun, one.caller_left].map((count) => el("td", { class: "n", text: String(count) })),
    el("td", { class: "n", text: one.p < 0.001 ? `< ${number(0.001, 3)}` : number(one.p, 3) }))) : [empty(5)]));
}

function paintQuestions(questions) {
  fill($("questions").tBodies[0], questions, () => (questions.length ? questions.map((one) => {
    const n = one.counts.reduce((sum, [, times]) => sum + times, 0);
    return el("tr", {},
      el("td", {}, el("strong", { text: of("survey_key", one.question) }), el("span", { class: "quiet", text: ` ${one.survey}` })),
      el("td", { class: "n", text: String(n) }),
      el("td", { class: one.figures[0]?.few ? "few" : null, text: one.figures.map((figure) => `${of("survey_name", figure.name)} ${written(figure.name, figure.value)} (${between(figure)})`).join(" · ") || "—" }),
      el("td", {}, spread(one)));
  }) : [empty(4)]));
}

function spread(one) {
  const scales = { "1-5": [1, 5], "1-7": [1, 7], "0-10": [0, 10], yes_no: [0, 1] };
  const times = new Map(one.counts);
  const values = one.counts.map(([value]) => value);
  const [first, last] = scales[one.kind] ?? [Math.min(...values), Math.max(...values)];
  const most = Math.max(1, ...times.values());
  const wide = 100 / (last - first + 1);
  const words = one.counts.map(([value, count]) => `${value}: ${count}`).join(", ");
  const drawn = svg("svg", { class: "spread", viewBox: "0 0 100 20", preserveAspectRatio: "none", role: "img", "aria-label": words });
  for (let value = first; value <= last; value += 1) {
    const high = Math.max(1, (19 * (times.get(value) ?? 0)) / most);
    const bar = svg("rect", { class: times.has(value) ? "bar" : "none", x: (value - first) * wide + 1, width: wide - 2, y: 20 - high, height: high });
    bar.append(svg("title", {}, `${value}: ${times.get(value) ?? 0}`));
    drawn.append(bar);
  }
  return drawn;
}

function groups(table, rows, name) {
  fill(table, rows, () => {
    if (rows === null) return [el("tbody", {}, el("tr", {}, el("td", { class: "quiet", text: t("survey_too_few_people") })))];
    const names = [...new Set(rows.flatMap((row) => row.figures.map((one) => one.name)))].filter((one) => one !== "csat_mean");
    if (!names.length) return [el("tbody", {}, empty(1))];
    const cell = (row, wanted) => {
      const one = row.figures.find((figure) => figure.name === wanted);
      return one ? el("td", { class: one.few ? "n few" : "n", title: between(one) }, written(wanted, one.value), el("span", { class: "quiet", text: ` n ${one.n}` })) : el("td", { class: "n quiet", text: "—" });
    };
    return [el("thead", {}, el("tr", {}, el("th", { text: "" }), ...names.map((one) => el("th", { class: "n", text: of("survey_name", one) })))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, el("td", { text: name(row.key) }), ...names.map((one) => cell(row, one)))))];
  });
}

function paintComments({ items, next }) {
  fill($("comments").tBodies[0], items, () => (items.length ? items.map(comment) : [empty(5)]));
  $("comments-more").hidden = !next;
  $("comments-more").onclick = async () => {
    try {
      const page = await get(`/surveys/comments?${asked}&cursor=${encodeURIComponent(next)}`);
      paintComments({ items: [...items, ...page.items], next: page.next });
    } catch (problem) {
      banner("surveys", problem.message);
    }
  };
}

const comment = (one) => el("tr", {},
  el("td", { text: when(one.at) }),
  el("td", { text: one.survey }),
  el("td", { class: "n", text: one.seconds === null ? t("survey_not_whole") : clock(one.seconds) }),
  el("td", {}, one.customer_id ? el("a", { href: `/customers/${one.customer_id}`, text: t("survey_customer") }) : el("span", { class: "quiet", text: t("survey_unknown") })),
  el("td", {}, one.attachment_id ? el("audio", { controls: true, preload: "none", src: `/api/v1/customers/${one.customer_id}/attachments/${one.attachment_id}` }) : null));

const empty = (columns) => el("tr", {}, el("td", { colspan: String(columns), class: "quiet", text: t("survey_none") }));

for (const id of ["survey", "span"]) $(id).addEventListener("change", show);
command(t("command_theme"), window.switchTheme);
show();
