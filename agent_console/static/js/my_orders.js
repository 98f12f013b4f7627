// A technician's orders on his telephone: the current one on top, one thumb for what comes next, the close form.

import { get, post, upload } from "./api.js";
import { $, banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { closeForm } from "./order_close_form.js";
import { decimal, due, length, place, span } from "./order_names.js";
import { command } from "./palette.js";
import "./reminders.js";
import { of, t } from "./words.js";

const EVERY_MILLISECONDS = 30000;
const FIGURES_DAYS = 30;
let open = [];
let van = [];
let shown = null; // the order on top: the current one, or the one that he touched
let closing = false;
let offset = 0; // the server's clock minus ours, in seconds
const now = () => Date.now() / 1000 + offset;

async function load() {
  if (document.hidden || closing) return;
  try {
    const all = await get("/me/work-orders");
    open = all.open;
    offset = all.now - Date.now() / 1000;
    banner("orders", null);
    draw(all.closed);
  } catch (problem) {
    banner("orders", problem.message);
  }
}

function draw(closed = null) {
  const current = open.find(({ id }) => id === shown) ?? open[0] ?? null;
  shown = current?.id ?? null;
  $("current").replaceChildren(...(current ? order(current) : [el("h1", { class: "big", text: t("wo_none_mine") }), el("p", { class: "quiet", text: t("wo_none_mine_hint") })]));
  const rest = open.filter((one) => one !== current);
  $("waiting").hidden = !rest.length;
  $("next").replaceChildren(...rest.map((one) => el("li", {}, el("button", { type: "button", onclick: () => { shown = one.id; draw(); scrollTo(0, 0); } }, ...row(one)))));
  if (!closed) return;
  $("ended").hidden = !closed.length;
  $("closed").replaceChildren(...closed.map((one) => el("li", {}, el("div", {}, el("span", { text: `#${one.id} ${place(one) || one.subject}` }), el("span", { class: "quiet", text: of("wo_closing", one.closing) })))));
}

function row(one) {
  const { words, tone } = due(one, now());
  return [el("b", { text: place(one) || one.subject }), el("span", { class: "quiet", text: `#${one.id} · ${one.subject}` }), el("span", { class: "due", "data-late": tone, text: words })];
}

const tag = (words, tone = null) => el("span", { class: "tag", "data-tone": tone, text: words });

function order(one) {
  const { words, tone } = due(one, now());
  const urgent = ["urgent", "high"].includes(one.priority);
  return [
    el("p", { class: "quiet", text: `#${one.id} · ${of("wo_kind", one.kind)}` }),
    el("h1", { class: "big", text: one.subject }),
    el("p", { class: "where", text: place(one) || t("wo_no_address") }),
    el("div", { class: "chips" }, tag(of("wo_state", one.state), one.state === "on_site" ? "good" : null), tag(words, { late: "bad", soon: "warn", no: null }[tone]),
      ...(urgent ? [tag(of("case_priority", one.priority), "bad")] : []), ...(one.in_warranty ? [tag(t("wo_in_warranty"), "good")] : [])),
    el("p", {}, [one.customer, span(one)].filter(Boolean).join(" · ")),
    one.description ? el("p", { class: "case-text", text: one.description }) : null,
    one.files.length ? el("p", { class: "quiet", text: t("wo_photos", { count: one.files.length }) }) : null,
    closing ? closeForm({ order: one, van, send, cancel: () => { closing = false; draw(); } }) : thumbs(one),
  ].filter(Boolean);
}

function thumbs(one) {
  const step = (event, primary) => one.steps.includes(event) && el("button", { type: "button", class: `btn ${primary ? "btn-primary" : "btn-outline-secondary"}`, onclick: () => take(one, event), text: of("wo_event", event) });
  const there = one.state === "on_site";
  const away = there || one.state === "on_the_way";
  return el("div", {},
    el("div", { class: "thumbs" }, ...[away ? null : step("set_out", true), there ? null : step("arrive", away), el("button", { type: "button", class: `btn ${there ? "btn-primary" : "btn-outline-secondary"}`, id: "close", onclick: begin, text: t("wo_close") })].filter(Boolean)),
    el("div", { class: "thumbs two" }, el("button", { type: "button", class: "btn btn-outline-secondary", onclick: () => $("photo").click(), text: t("wo_photo") }), el("input", { id: "photo", type: "file", accept: "image/*", capture: "environment", hidden: true, onchange: (event) => photograph(one, event.target.files[0]) }),
      el("button", { type: "button", class: "btn btn-outline-secondary", onclick: () => say(one), text: t("wo_note_new") })));
}

async function tried(work) {
  try {
    await work();
    banner("order", null);
    return true;
  } catch (problem) {
    banner("order", problem.message, "bad");
    return false;
  }
}

const take = (one, event) => tried(() => post(`/me/work-orders/${one.id}/steps`, { event })).then(load);

function photograph(one, file) {
  if (file) tried(() => upload(`/me/work-orders/${one.id}/files?name=${encodeURIComponent(file.name)}`, file, () => {})).then(load);
}

function say(one) {
  import("./form.js").then(({ ask }) => ask({ title: t("wo_note_new"), button: t("wo_save"), fields: [{ key: "text", label: t("wo_note"), type: "lines", required: true }], send: (given) => post(`/me/work-orders/${one.id}/notes`, given) }));
}

async function begin() {
  await tried(async () => { van = await get("/me/van"); });
  closing = true;
  draw();
  $("current").querySelector("input")?.focus();
}

/** What the close form says; fails with the problem, and the form stays as it is. */
async function send(one, { photo, ...given }) {
  if (photo) await upload(`/me/work-orders/${one.id}/files?name=${encodeURIComponent(photo.name)}`, photo, () => {});
  await post(`/me/work-orders/${one.id}/closing`, given);
  closing = false;
  shown = null;
  banner("order", null);
  await load();
  scrollTo(0, 0);
}

// My figures, and beside them those of all

async function figures() {
  const until = Date.now() / 1000 + 60;
  try {
    const { own, group } = await get(`/me/work-order-figures?${new URLSearchParams({ from_at: until - FIGURES_DAYS * 86400, until_at: until })}`);
    const rows = [
      [t("wo_col_closed"), ({ closed }) => closed, false], [t("wo_col_late"), (one) => share(one.late, one.closed), true], [t("wo_col_repeated"), (one) => share(one.repeated, one.done), true],
      [t("wo_col_solved"), (one) => share(one.answered - one.not_solved, one.answered), true], [t("wo_col_grade"), (one) => grade(one), true], [t("wo_col_on_site"), (one) => (one.on_site_seconds === null ? "—" : length(one.on_site_seconds)), true],
    ];
    $("figures").replaceChildren(el("table", { class: "figures-table" },
      el("thead", {}, el("tr", {}, el("td", { text: t("wo_days_30") }), el("th", { scope: "col", text: t("wo_mine") }), ...(group ? [el("th", { scope: "col", text: t("wo_everybody") })] : []))),
      el("tbody", {}, ...rows.map(([name, value, both]) => el("tr", {}, el("th", { scope: "row", text: name }), el("td", { text: value(own) }), ...(group ? [el("td", { text: both ? value(group) : "" })] : []))))),
      ...(group ? [] : [el("p", { class: "quiet", text: t("wo_group_small") })]));
  } catch (problem) {
    $("figures").replaceChildren(el("p", { class: "problem", text: problem.message }));
  }
}

const share = (part, whole) => (whole ? t("wo_share", { part, whole }) : "—");
const grade = ({ grades, grade_mean: mean }) => (grades ? t("wo_grade_of", { grade: decimal(mean), count: grades }) : "—");

command(t("wo_close"), () => shown && begin());
command(t("command_theme"), window.switchTheme);
load();
figures();
setInterval(load, EVERY_MILLISECONDS);
socket.on("connect", load);
document.addEventListener("visibilitychange", load);
