// One work order: what is to be done where until when, what happened, what may be done with it now.

import { get } from "./api.js";
import { loadNames, personName } from "./case_names.js";
import { $, banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { answer, assign, attach, change, close, loadPeople, reopen, verify, write } from "./order_forms.js";
import { due, place, span, technicianName } from "./order_names.js";
import { command } from "./palette.js";
import "./reminders.js";
import { agreedWith } from "./visits.js";
import { day, of, settings, t } from "./words.js";

const id = Number(document.querySelector("main").dataset.order);
const EVERY_MILLISECONDS = 30000;
const dispatches = settings.permissions.includes("dispatch_orders");
let order = null;

const done = (whole) => { order = whole; draw(); };

/** What may be done: its key, words, and whether it may be now. */
const ACTIONS = [
  { key: "a", words: () => t("wo_assign"), run: assign, may: () => dispatches && order.steps.includes("assign") },
  { key: "x", words: () => t("wo_close"), run: close, may: () => dispatches && order.steps.includes("close") },
  { key: "v", words: () => of("wo_event", "verify"), run: verify, may: () => dispatches && order.state === "closed" },
  { key: "r", words: () => of("wo_event", "reopen"), run: reopen, may: () => dispatches && order.steps.includes("reopen") },
  { key: "c", words: () => t("wo_note_new"), run: write, may: () => true },
  { key: "f", words: () => t("wo_file_new"), run: attach, may: () => order.customer_id !== null },
  { key: "p", words: () => t("wo_change"), run: change, may: () => dispatches },
];

async function load() {
  try {
    done(await get(`/work-orders/${id}`));
    banner("order", null);
  } catch (problem) {
    if (order) return banner("order", problem.message);
    const words = problem.errorId === "not_found" ? t("wo_unknown") : problem.message;
    $("order").replaceChildren(el("p", { class: "problem", role: "alert", text: words }));
  }
}

function draw() {
  const actions = ACTIONS.filter(({ may }) => may());
  const parts = [
    el("header", {}, el("div", {}, el("h1", { text: order.subject }), el("span", { class: "quiet", text: `#${order.id} · ${of("wo_kind", order.kind)} · ${t("case_opened", { time: day(order.created_at), name: personName(order.created_by) })}` }))),
    glance(),
    el("div", { class: "steps-bar ruled" }, ...actions.map(({ key, words, run }, at) => el("button", { type: "button", class: `btn ${at ? "btn-outline-secondary" : "btn-primary"}`, onclick: () => run({ order, done }) }, words(), el("kbd", { text: key.toUpperCase() })))),
    order.description ? el("p", { class: "case-text", text: order.description }) : null,
    facts(),
    ...closings(),
    el("h2", { text: t("case_history") }),
    el("ul", { class: "case-history" }, ...order.history.map(line)),
  ];
  $("order").replaceChildren(...parts.filter(Boolean));
}

const tag = (words, tone = null) => el("span", { class: "tag", "data-tone": tone, text: words });

function glance() {
  const { words, tone } = due(order, Date.now() / 1000);
  const tones = { late: "bad", soon: "warn", no: null };
  return el("div", { class: "glance" }, tag(of("wo_state", order.state), order.is_open ? null : "good"), tag(words, tones[tone]),
    tag(t("case_priority_is", { priority: of("case_priority", order.priority) }), { urgent: "bad", high: "warn" }[order.priority] ?? null),
    ...(order.expired ? [tag(of("wo_flag", "expired"), "bad")] : []),
    ...(order.by_phone ? [tag(`☎ ${t("wo_by_phone")}`)] : []), ...(order.visit_answer ? [tag(of("wo_visit", order.visit_answer), { confirmed: "good", person: "warn" }[order.visit_answer] ?? null)] : []),
    ...(order.warranty_id ? [tag(t("wo_in_warranty"), "good")] : []));
}

const link = (href, words) => el("a", { href, text: words });

function facts() {
  const rows = [
    [t("wo_technician"), technicianName(order.technician)],
    [t("wo_address"), place(order)],
    [t("wo_window"), span(order)],
    [t("wo_visit"), agreedWith(order).length && el("div", {}, ...agreedWith(order))],
    [t("wo_customer"), order.customer && link(`/customers/${order.customer_id}`, order.customer)],
    [t("wo_case"), order.case_id && link(`/cases#${order.case_id}`, `#${order.case_id}`)],
    [t("wo_parent"), order.parent_id && link(`/work-orders/${order.parent_id}`, `#${order.parent_id}`)],
    [of("wo_happened", "set_out"), order.set_out_at && day(order.set_out_at)],
    [of("wo_happened", "arrive"), order.arrived_at && day(order.arrived_at)],
    [t("wo_used"), order.used.map(({ part, quantity }) => `${quantity} × ${part}`).join(", ")],
    [t("wo_files"), order.files.length && el("span", {}, ...order.files.flatMap((one, at) => [at ? ", " : "", file(one)]))],
  ].filter(([, value]) => value);
  return el("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", {}, value)]));
}

/** A file by its name; what was spoken can be heard here. */
function file(one) {
  const href = `/api/v1/customers/${order.customer_id}/attachments/${one.number}`;
  const name = el("a", { href, text: one.name });
  return one.content_type.startsWith("audio/") ? el("span", { class: "heard" }, name, player(href, one.name)) : name;
}

function closings() {
  if (!order.closed.length) return [];
  return [el("h2", { text: t("wo_closings") }), ...[...order.closed].reverse().map(closing)];
}

function closing(one) {
  const said = one.solved === null && one.grade === null ? null : tag([one.solved === null ? null : t(one.solved ? "wo_is_solved" : "wo_not_solved"), one.grade === null ? null : t("wo_grade_is", { grade: one.grade })].filter(Boolean).join(" · "), one.solved === false || one.grade < 4 ? "bad" : "good");
  const button = one.solved === null ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("wo_answer"), onclick: () => answer({ order, ordinal: one.ordinal, done }) }) : null;
  const next = one.follow_up_id ? link(`/work-orders/${one.follow_up_id}`, t("wo_followed_by", { number: one.follow_up_id })) : null;
  return el("div", { class: "closing" },
    el("div", { class: "glance" }, el("b", { text: of("wo_closing", one.code) }), el("span", { class: "quiet", text: `${technicianName(one.technician ?? one.by)} · ${day(one.at)} · ${of("wo_way", one.way)}` }),
      ...one.flags.map((flag) => tag(of("wo_flag", flag), "warn")), one.reopened_at ? tag(t("wo_reopened_at", { time: day(one.reopened_at) }), "warn") : null, said, next, button),
    one.note ? el("p", { text: one.note }) : null, one.comment ? el("p", { class: "quiet", text: `“${one.comment}”` }) : null);
}

const player = (src, label) => el("audio", { controls: true, preload: "none", src, "aria-label": label });

function line(entry) {
  return el("li", {}, el("span", { text: happened(entry) }), el("span", { class: "quiet", text: `${personName(entry.by)} · ${of("wo_way", entry.way)} · ${day(entry.at)}` }), entry.text ? el("p", { text: entry.text }) : null,
    entry.what === "spoken" ? player(`/api/v1/work-orders/${order.id}/spoken/${entry.id}`, happened(entry)) : null);
}

function happened({ what, details }) {
  if (what === "step") return `${of("wo_happened", details.event)}${details.code ? `: ${of("wo_closing", details.code)}` : ""}`;
  if (what === "assigned") return t("wo_did_assigned", { name: technicianName(details.technician) });
  if (what === "changed") return t("wo_did_changed", { fields: Object.keys(details.after ?? {}).map((key) => of("wo_field", key)).join(", ") });
  if (what === "followed_up") return t("wo_followed_by", { number: details.work_order });
  if (what === "emergency") return t("wo_did_emergency", { number: details.case });
  if (what === "spoken") return t("wo_did_spoken", { seconds: Math.round(details.seconds) });
  if (what === "file") return t("wo_did_file", { name: details.name });
  return of("wo_did", what);
}

document.addEventListener("keydown", (event) => {
  if (!order || event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]") || event.target.closest("input, select, textarea")) return;
  const action = ACTIONS.find(({ key, may }) => key === event.key && may());
  if (!action) return;
  event.preventDefault();
  action.run({ order, done });
});

for (const { words, run, may } of ACTIONS) command(words(), () => order && may() && run({ order, done }));
command(t("command_theme"), window.switchTheme);
Promise.all([loadNames(), loadPeople().catch((problem) => banner("names", problem.message))]).then(load);
setInterval(() => document.hidden || document.querySelector("dialog[open]") || load(), EVERY_MILLISECONDS);
socket.on("connect", () => order && load());
