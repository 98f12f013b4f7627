// My last contacts, and whom to call back.

import { get, post } from "./api.js";
import { callButton } from "./call_button.js";
import { loadNames, personName } from "./case_names.js";
import { $, banner, el, fill, text } from "./dom.js";
import { contactRow, namesNow, queueName } from "./pop.js";
import { day, of, settings, t } from "./words.js";

const EVERY_MILLISECONDS = 20000;
const RESULTS = ["reached", "no_answer", "wrong_number", "not_needed"];

export async function refresh() {
  if (document.hidden) return;
  try {
    const [mine, missed] = await Promise.all([get("/me/contacts?limit=10"), get("/missed-contacts?limit=200"), loadNames()]);
    showMine(mine.items);
    showMissed(missed.items);
    banner("lists", null);
  } catch (problem) {
    if (problem.status !== 401) banner("lists", problem.message);
  }
}

function showMine(rows) {
  const shown = rows.slice(0, 10);
  fill($("mine"), [shown, namesNow()], () => (shown.length ? shown.map((row) => contactRow(row, true)) : [el("p", { class: "quiet", text: t("my_contacts_none") })]));
}

function showMissed(rows) {
  text($("missed-count"), rows.length ? String(rows.length) : "");
  fill($("missed"), [rows, namesNow()], () => (rows.length ? rows.slice(0, 15).map(missedRow) : [el("p", { class: "quiet", text: t("missed_none") })]));
}

function missedRow(row) {
  const when = row.call_back_at ? t("missed_promised", { time: day(row.call_back_at) }) : day(row.arrived_at);
  const details = [row.number, queueName(row.queue), when].filter(Boolean).join(" · ");
  const mine = row.claimed_by === settings.login;
  return el("div", { class: "row-of" }, el("b", { text: row.customer ?? t("unknown_caller") }), el("span", { class: "row-acts" }, callButton(row.number), mine ? null : act(row)), mine ? act(row) : null, el("span", { class: "quiet", text: details }));
}

function act(row) {
  if (!row.claimed_by) return el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("missed_claim"), onclick: () => change(row, "claim") });
  if (row.claimed_by === settings.login) return resultChoice(row);
  return el("span", { class: "quiet", text: t("missed_claimed_by", { name: personName(row.claimed_by) }) });
}

function resultChoice(row) {
  const choice = el("select", { class: "form-select form-select-sm", "aria-label": t("missed_result") },
    ...RESULTS.map((result) => el("option", { value: result, text: of("result", result) })));
  const done = el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("missed_done"), onclick: () => change(row, "done", { result: choice.value }) });
  return el("span", { class: "result" }, choice, done);
}

async function change(row, what, body) {
  try {
    await post(`/missed-contacts/${encodeURIComponent(row.contact)}/${what}`, body);
    banner("missed", null);
  } catch (problem) {
    banner("missed", problem.message);
  }
  refresh();
}

setInterval(refresh, EVERY_MILLISECONDS);
