// The calendar as an agenda: what is overdue on top, then day by day; by keyboard.

import { api, get, post } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import { socket } from "./feed.js";
import { ask } from "./form.js";
import { changeActivity, newActivity } from "./new_activity.js";
import { command } from "./palette.js";
import "./reminders.js";
import { of, settings, t } from "./words.js";

const EVERY_MILLISECONDS = 30000;
const EACH = 100;
let rows = [];
let next = null;
let marked = null;
let people = [];

const dayOf = (at) => new Date(at * 1000).toDateString();
const hour = (at) => new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit" }).format(at * 1000);
const dated = (at, more) => new Intl.DateTimeFormat(settings.language, { day: "2-digit", month: "short", ...more }).format(at * 1000);

async function load(cursor = null) {
  const query = { only_open: "true", limit: EACH, ...($("owner").value ? { owner: $("owner").value } : {}), ...(cursor ? { cursor } : {}) };
  try {
    const page = await get(`/activities?${new URLSearchParams(query)}`);
    rows = cursor ? [...rows, ...page.items] : page.items;
    next = page.next;
    banner("activities", null);
    draw();
  } catch (problem) {
    banner("activities", problem.message);
  }
}

/** [title, tone, rows] of what is overdue, then of each day. */
function groups() {
  const now = Date.now() / 1000;
  const late = rows.filter(({ due_at: at }) => at < now);
  const days = new Map();
  for (const one of rows.filter(({ due_at: at }) => at >= now)) days.set(dayOf(one.due_at), [...(days.get(dayOf(one.due_at)) ?? []), one]);
  const today = dayOf(now);
  const tomorrow = dayOf(now + 86400);
  const named = (day, at) => (day === today ? `${t("activities_today")} · ` : day === tomorrow ? `${t("activities_tomorrow")} · ` : "") + dated(at, { weekday: "long" });
  return [...(late.length ? [[t("activities_late"), "bad", late]] : []), ...[...days].map(([day, some]) => [named(day, some[0].due_at), null, some])];
}

function draw() {
  if (!rows.some(({ id }) => id === marked)) marked = groups()[0]?.[2][0].id ?? null;
  const late = rows.filter(({ due_at: at }) => at < Date.now() / 1000).length;
  text($("count"), rows.length ? `${rows.length}${next ? "+" : ""}` : "");
  text($("late"), late ? t("activities_late_count", { count: late }) : "");
  $("none").hidden = rows.length > 0;
  $("more").hidden = !next;
  const focused = $("agenda").contains(document.activeElement);
  $("agenda").replaceChildren(...groups().map(([title, tone, some]) => el("section", {}, el("h2", { "data-tone": tone, text: title }), el("ul", { class: "agenda-rows" }, ...some.map(row)))));
  if (focused) here()?.focus({ preventScroll: true });
}

const here = () => $("agenda").querySelector(`[data-id="${marked}"]`);

function row(one) {
  const late = one.due_at < Date.now() / 1000;
  const button = (words, run, name) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "data-act": name, text: t(words), "aria-label": `${t(words)}: ${one.subject}`, onclick: () => { marked = one.id; run(one); } });
  const details = [one.place, $("owner").value ? null : nameOf(one.owner), one.remind_at && one.remind_at > Date.now() / 1000 ? t("activity_reminds", { time: hour(one.remind_at) }) : null].filter(Boolean).join(" · ");
  return el("li", { "data-id": one.id, tabindex: one.id === marked ? "0" : "-1", "data-late": String(late), onfocus: () => mark(one.id) },
    el("time", { class: "number", datetime: new Date(one.due_at * 1000).toISOString(), text: late ? `${dated(one.due_at, {})} ${hour(one.due_at)}` : hour(one.due_at) }),
    el("span", { class: "tag", text: of("activity_kind", one.kind) }),
    el("span", { class: "what" }, el("b", { text: one.subject }), one.customer_id ? el("a", { href: `/customers/${one.customer_id}`, text: one.customer ?? "" }) : null, details ? el("span", { class: "quiet", text: details }) : null, one.notes ? el("span", { class: "quiet notes", text: one.notes }) : null),
    el("span", { class: "acts" }, button("activity_done", finish, "done"), button("activity_move", (it) => changeActivity(it, () => load()), "change"), button("activity_pass", pass, "pass")));
}

const nameOf = (login) => people.find((one) => one.login === login)?.name ?? login;

function mark(id) {
  marked = id;
  for (const one of $("agenda").querySelectorAll("li")) one.tabIndex = Number(one.dataset.id) === id ? 0 : -1;
}

function finish(one, cancelled = false) {
  ask({
    title: one.subject, button: t(cancelled ? "activity_cancel" : "activity_done"), more: cancelled ? t("activity_cancel_text") : "",
    fields: [{ key: "result", label: t("activity_result"), type: "lines" }],
    send: async ({ result }) => { await post(`/activities/${one.id}/end`, { result, cancelled }); await load(); },
  });
}

function pass(one) {
  ask({
    title: one.subject, button: t("activity_pass"),
    fields: [{ key: "owner", label: t("case_assignee"), type: "choice", choices: people.map(({ login, name }) => ({ value: login, text: name })), value: one.owner, required: true }],
    send: async ({ owner }) => { await api("PATCH", `/activities/${one.id}`, { owner }, one.version); await load(); },
  });
}

const add = () => newActivity({ made: () => load() });

function move(step) {
  const all = [...$("agenda").querySelectorAll("li")];
  const at = all.findIndex((one) => Number(one.dataset.id) === marked);
  const focused = $("agenda").contains(document.activeElement);
  all[Math.max(0, Math.min(all.length - 1, focused ? at + step : at))]?.focus();
}

const withMarked = (run) => () => { const one = rows.find(({ id }) => id === marked); if (one) run(one); };
const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), n: add,
  Enter: withMarked((one) => changeActivity(one, () => load())), d: withMarked(finish), x: withMarked((one) => finish(one, true)), p: withMarked(pass),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]") || event.target.closest("input, select, textarea")) return;
  if (event.key === "Enter" && event.target.closest("button, a")) return;
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

async function begin() {
  people = settings.permissions.includes("cases") ? await get("/colleagues").catch(() => []) : [];
  if (!people.some(({ login }) => login === settings.login)) people.unshift({ login: settings.login, name: t("activities_mine") });
  const others = people.filter(({ login }) => login !== settings.login);
  $("owner").replaceChildren(el("option", { value: settings.login, text: t("activities_mine") }), el("option", { value: "", text: t("activities_everybody") }), ...others.map(({ login, name }) => el("option", { value: login, text: name })));
  await load();
}

$("owner").addEventListener("change", () => load());
$("more").addEventListener("click", () => load(next));
$("new").addEventListener("click", add);
command(t("activity_new"), add);
command(t("command_theme"), window.switchTheme);
socket.on("reminder", () => load());
socket.on("connect", () => load());
setInterval(() => document.hidden || document.querySelector("dialog[open]") || load(), EVERY_MILLISECONDS);
begin();
