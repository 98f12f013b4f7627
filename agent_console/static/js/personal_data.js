// One person's data: the file for him, holds of law, and erasure: what goes and what stays is shown before, the name is typed.

import { api, get, post } from "./api.js";
import { $, el, text } from "./dom.js";
import "./feed.js";
import { money } from "./figures.js";
import { command } from "./palette.js";
import { day, of, t } from "./words.js";

const id = Number(document.querySelector("main").dataset.customer);
let held = null;

async function load() {
  try {
    held = await get(`/customers/${id}/personal-data`);
  } catch (problem) {
    text($("name"), t("page_personal_data"));
    return said("problem", problem.errorId === "not_found" ? t("customer_unknown") : problem.message);
  }
  for (const part of ["export-part", "hold-part", "erase-part"]) $(part).hidden = false;
  text($("name"), held.name);
  text($("confirm-label"), t("privacy_confirm", { name: held.name }));
  $("ground").replaceChildren(el("option", { value: "", text: "—" }), ...held.grounds.map((value) => el("option", { value, text: of("privacy_ground", value) })));
  $("holds").replaceChildren(...held.holds.map(hold));
  $("warnings").replaceChildren(...warnings().map((words) => el("li", { text: words })));
  $("fates").tBodies[0].replaceChildren(...held.fates.map((one) => fate(one, held.fates)), ...(held.files ? [row(t("privacy_files"), held.files, "")] : []));
  const forbidden = held.forbidden_id ? of("privacy_forbidden", held.forbidden_id) : null;
  said("forbidden", forbidden);
  $("erase").hidden = Boolean(forbidden);
  return null;
}

function hold({ id: number, reason, set_by: by, set_at: at, lifted_at: lifted }) {
  const lift = lifted ? null : el("button", { type: "button", class: "btn btn-outline-secondary btn-sm", text: t("privacy_hold_lift"), onclick: () => done("hold-problem", () => api("DELETE", `/customers/${id}/legal-holds/${number}`)) });
  return el("li", { "data-lifted": String(Boolean(lifted)) }, el("b", { text: reason }), el("span", { class: "quiet", text: [by, day(at), lifted && t("privacy_hold_lifted", { day: day(lifted) })].filter(Boolean).join(" · ") }), lift);
}

function warnings() {
  const owes = Object.entries(held.open_minor).filter(([, amount]) => amount).map(([currency, amount]) => t("privacy_owes", { amount: money(amount, currency) }));
  return [held.open_cases && t("privacy_open_cases", { count: held.open_cases }), held.running_contracts && t("privacy_contracts", { count: held.running_contracts }), ...owes].filter(Boolean);
}

/** Where a part of a group goes and a part stays, the row that stays is told apart: it is an empty one. */
function fate({ group, rows, why }, all) {
  const apart = why && all.some((other) => other.group === group && !other.why);
  return row(apart ? t("privacy_emptied", { group: of("privacy_group", group) }) : of("privacy_group", group), rows, why);
}

const row = (what, rows, why) => el("tr", {}, el("td", { text: what }), el("td", { class: "number", text: String(rows) }),
  el("td", { "data-goes": String(!why), text: why ? `${t("privacy_stays")}: ${of("privacy_why", why)}` : t("privacy_goes") }));

function said(place, words) {
  $(place).hidden = !words;
  text($(place), words ?? "");
}

/** Do something and show what is so then; what goes wrong is told in its place. */
async function done(place, work) {
  said(place, null);
  try {
    await work();
    await load();
    return true;
  } catch (problem) {
    said(place, problem.message);
    return false;
  }
}

$("hold").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (await done("hold-problem", () => post(`/customers/${id}/legal-holds`, { reason: $("hold-reason").value }))) event.target.reset();
});

const bare = (words) => words.normalize("NFKD").replace(/[^\p{L}\p{N}]+/gu, "").toLowerCase();
$("erase").addEventListener("input", () => { $("erase-do").disabled = !held || !$("ground").value || bare($("confirmation").value) !== bare(held.name); });
$("erase").addEventListener("submit", async (event) => {
  event.preventDefault();
  $("erase-do").disabled = true;
  said("erase-problem", null);
  try {
    const { rows, files_left: files } = await post(`/customers/${id}/erasure`, { confirmation: $("confirmation").value, ground: $("ground").value });
    for (const part of ["export-part", "hold-part", "erase-part"]) $(part).hidden = true;
    text($("name"), t("privacy_erased"));
    text($("told"), t("privacy_erased_told", { rows: Object.values(rows).reduce((sum, count) => sum + count, 0), files }));
  } catch (problem) {
    said("erase-problem", problem.message);
    $("erase-do").disabled = false;
  }
});
command(t("command_theme"), window.switchTheme);
load();
