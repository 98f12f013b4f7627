// What the law says, row by row; an administrator confirms each with his name.

import { api, get } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import "./feed.js";
import { day, of, settings, t, written } from "./words.js";

const mayConfirm = settings.permissions.includes("contact_law");
let rows = [];
let asked = null;

async function load() {
  try {
    rows = await get("/legal-profiles");
    banner("law", null);
  } catch (problem) {
    return banner("law", problem.message, "bad");
  }
  const countries = [...new Set(rows.map((row) => row.profile.country))];
  if ($("law-country").options.length !== countries.length + 1) {
    $("law-country").replaceChildren(el("option", { value: "", text: t("law_all") }), ...countries.map((code) => el("option", { value: code, text: country(code) })));
  }
  show();
}

function show() {
  const wanted = rows.filter((row) => (!$("law-country").value || row.profile.country === $("law-country").value) && (!$("law-open").checked || !row.confirmed_at));
  text($("law-count"), t("law_count", { open: rows.filter((row) => !row.confirmed_at).length, all: rows.length }));
  $("law").tBodies[0].replaceChildren(...wanted.map(lawRow));
}

function country(code) {
  return code === "*" ? t("law_everywhere") : new Intl.DisplayNames([settings.language], { type: "region" }).of(code);
}

const list = (family, values) => values.map((value) => of(family, value)).join(", ");
const span = (days) => days.split("-").map((one) => t(`short_day_${one}`)).join("–");

function hours(profile) {
  const open = Object.entries(profile.hours ?? {}).map(([days, when]) => `${span(days)} ${when}`);
  const spoken = open.length ? open : [t("law_any_hour")];
  if (profile.on_holidays === false) spoken.push(t("law_no_holidays"));
  return spoken;
}

function limits(profile) {
  const caps = (profile.caps ?? []).map((cap) => t(`cap_${cap.counts ?? "row"}`, { count: cap.at_most, window: windowName(cap.window) }));
  if (profile.needs_consent) caps.push(t("law_needs_consent"));
  if (profile.heeds_do_not_call === false) caps.push(t("law_heeds_nothing"));
  for (const register of profile.registers ?? []) caps.push(t("law_register", { name: register }));
  return caps.length ? caps : [t("law_no_limit")];
}

function windowName(window) {
  return window.endsWith("d") ? t("window_days", { count: window.slice(0, -1) }) : t(`window_${window}`);
}

function lawRow(row) {
  const { profile } = row;
  const cell = (label, ...lines) => el("td", { "data-label": t(label) }, ...lines.map((line) => (typeof line === "string" ? el("div", { text: line }) : line)));
  const read = profile.checked_on ? t("law_read", { checked: written(profile.checked_on) }) : t("law_unread");
  const from = written(profile.valid_from);
  const dated = profile.valid_until ? t("law_dated", { from, until: written(profile.valid_until), read }) : t("law_since", { from, read });
  return el("tr", { "data-confirmed": String(Boolean(row.confirmed_at)) },
    cell("law_country", el("b", { text: country(profile.country) }), el("div", { class: "quiet key", text: profile.key })),
    cell("law_purposes", list("purpose", profile.purposes)),
    cell("law_channels", list("channel", profile.channels)),
    cell("law_hours", ...hours(profile).map((line) => el("div", { class: "time", text: line }))),
    cell("law_limits", ...limits(profile)),
    cell("law_source", profile.source, el("div", { class: "quiet", text: dated }), profile.note ? el("div", { class: "quiet", text: profile.note }) : ""),
    cell("law_state", ...state(row)));
}

function state(row) {
  if (row.confirmed_at) {
    const who = el("div", {}, el("span", { class: "state", "data-state": "available", text: t("law_confirmed") }), el("div", { class: "quiet", text: `${row.confirmed_by}, ${day(row.confirmed_at)}` }));
    return row.outdated ? [who, el("div", { class: "quiet", text: t("law_outdated") })] : [who];
  }
  const open = el("span", { class: "state", "data-state": "pause", text: t("law_unconfirmed") });
  return mayConfirm ? [open, el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("law_confirm"), onclick: () => ask(row) })] : [open];
}

// Confirming

function ask(row) {
  asked = row;
  const { profile } = row;
  $("confirm-law-problem").hidden = true;
  $("confirm-law-row").replaceChildren(
    el("p", {}, el("b", { text: `${country(profile.country)} · ${list("purpose", profile.purposes)} · ${list("channel", profile.channels)}` })),
    el("p", { text: [...hours(profile), ...limits(profile)].join(" · ") }), el("p", { class: "quiet", text: profile.source }));
  $("confirm-law").showModal();
}

$("confirm-law-no").addEventListener("click", () => $("confirm-law").close());
$("confirm-law-yes").addEventListener("click", async () => {
  try {
    await api("POST", `/legal-profiles/${encodeURIComponent(asked.profile.key)}/confirm`, undefined, asked.version);
    $("confirm-law").close();
    await load();
  } catch (problem) {
    $("confirm-law-problem").hidden = false;
    text($("confirm-law-problem"), problem.message);
  }
});
$("law-country").addEventListener("change", show);
$("law-open").addEventListener("change", show);
load();
