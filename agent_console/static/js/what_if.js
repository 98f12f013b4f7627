// What if, now: some agents more in a queue for the next hour, with the interval of what it would bring.

import { get } from "./api.js";
import { $, el } from "./dom.js";
import { percent } from "./figures.js";
import { spent } from "./report_parts.js";
import { settings, t } from "./words.js";

const points = new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1, signDisplay: "exceptZero" });
const FIGURES = [
  ["service_level", (one) => percent(one.mean, 1), (one) => t("what_if_points", { points: points.format(100 * one.mean), half: points.format(100 * (one.half_width ?? 0)).replace("+", "") })],
  ["abandoned", (one) => percent(one.mean, 1), (one) => t("what_if_points", { points: points.format(100 * one.mean), half: points.format(100 * (one.half_width ?? 0)).replace("+", "") })],
  ["wait_seconds", (one) => spent(one.mean), (one) => t("what_if_seconds", { seconds: points.format(one.mean), half: points.format(one.half_width ?? 0).replace("+", "") })],
];

/** The dialog; `rows`: the queues that are seen, by key; `named`: what people call one. */
export function askWhatIf(rows, named) {
  const queues = [...rows.keys()].sort().map((key) => ({ key, name: named(key) }));
  const dialog = $("what-if") ?? newDialog();
  const queue = el("select", { class: "form-select", id: "what-if-queue" }, ...queues.map(({ key, name }) => el("option", { value: key, text: name })));
  const agents = el("input", { class: "form-control", id: "what-if-agents", type: "number", min: "1", max: "50", value: "2" });
  const hours = el("select", { class: "form-select", id: "what-if-hours" }, ...[["0.5", "30 min"], ["1", "1 h"], ["2", "2 h"]].map(([value, words]) => el("option", { value, selected: value === "1", text: words })));
  const found = el("div", { "aria-live": "polite" });
  const go = el("button", { type: "submit", class: "btn btn-primary", text: t("what_if_go") });
  const submit = async (event) => {
    event.preventDefault();
    go.disabled = true;
    found.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
    try {
      found.replaceChildren(...answer(await get(`/live/what-if?${new URLSearchParams({ queue: queue.value, agents: agents.value, hours: hours.value })}`)));
    } catch (problem) {
      found.replaceChildren(el("p", { class: "wrong", role: "alert", text: problem.message }));
    } finally {
      go.disabled = false;
    }
  };
  dialog.replaceChildren(el("form", { onsubmit: submit },
    el("h2", { id: "what-if-title", text: t("what_if") }),
    el("p", { class: "quiet", text: t("what_if_hint") }),
    el("label", {}, el("span", { text: t("what_if_agents") }), agents),
    el("label", {}, el("span", { text: t("queue") }), queue),
    el("label", {}, el("span", { text: t("what_if_for") }), hours),
    found,
    el("div", { class: "controls" }, el("button", { type: "button", class: "btn btn-outline-secondary", text: t("close"), onclick: () => dialog.close() }), go)));
  if (!dialog.open) dialog.showModal();
  agents.focus();
}

function answer(told) {
  const head = ["", t("what_if_as_it_is"), t("what_if_with_more"), t("what_if_change")];
  const row = ([name, shown, changed]) => el("tr", {}, el("th", { scope: "row", text: t(`what_if_${name}`) }), ...[shown(told.as_it_is[name]), shown(told.with_more[name]), changed(told.change[name])].map((words) => el("td", { class: "n", text: words })));
  return [
    el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...head.map((words, place) => (words ? el("th", { scope: "col", class: place ? "n" : null, text: words }) : el("td"))))), el("tbody", {}, ...FIGURES.map(row))),
    el("p", { class: "quiet formula", text: t("what_if_runs", { runs: told.runs }) })];
}

function newDialog() {
  const made = el("dialog", { id: "what-if", class: "form-dialog", "aria-labelledby": "what-if-title" });
  document.body.append(made);
  return made;
}
