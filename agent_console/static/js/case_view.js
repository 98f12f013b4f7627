// How a case looks: as a row of the work list, and whole.

import { callCustomerButton } from "./call_button.js";
import { owners, personName } from "./case_names.js";
import { outagePanel } from "./case_outage.js";
import { el } from "./dom.js";
import { day, of, settings, t } from "./words.js";

const SOON_SECONDS = 2 * 3600;
const FORWARD = ["start", "approve", "accept", "pay", "resolve", "request_approval", "inspect", "visit_done", "came_back", "schedule", "close", "reopen", "ask_customer", "customer_answered", "hand_on", "reject", "cancel"];

/** "in 3 h", "2 h late", "waits": what is due next. */
function due(one, now) {
  if (!one.is_open) return { words: of("case_state", one.state), late: "no" };
  if (one.next_due_at === null) return { words: t("case_waits"), late: "no" };
  const left = one.next_due_at - now;
  const words = t(left < 0 ? "case_late" : "case_left", { time: span(Math.abs(left)) });
  return { words: left < 0 ? `⚠ ${words}` : words, late: left < 0 ? "late" : left < SOON_SECONDS ? "soon" : "no" };
}

function span(seconds) {
  if (seconds < 3600) return t("case_minutes", { count: Math.max(1, Math.round(seconds / 60)) });
  if (seconds < 48 * 3600) return t("case_hours", { count: Math.round(seconds / 3600) });
  return t("case_days", { count: Math.round(seconds / 86400) });
}

export function caseRow(one, now) {
  const { words, late } = due(one, now);
  const who = [one.customer && `${one.customer}${one.value_class ? ` (${one.value_class})` : ""}`, of("case_kind", one.kind)].filter(Boolean).join(" · ");
  const mark = one.escalation_level ? "▲ " : "";
  return [
    el("b", { text: `${mark}${one.subject}` }), el("span", { class: "due", "data-late": late, text: words }),
    el("span", { class: "quiet", text: `#${one.id} · ${who}` }),
    el("span", { class: "quiet", text: `${of("case_state", one.state)} · ${(one.assignee ? personName(one.assignee) : owners(one)) || t("case_nobody")}` }),
  ];
}

const tag = (words, tone = null) => el("span", { class: "tag", "data-tone": tone, text: words });

export function caseView(one, now, { act, open, back }) {
  const button = (words, key, run) =>
    el("button", { type: "button", class: "btn btn-outline-secondary", onclick: run }, words, el("kbd", { text: key }));
  const steps = one.steps.filter(({ allowed }) => allowed).sort((a, b) => FORWARD.indexOf(a.event) - FORWARD.indexOf(b.event));
  return [
    el("header", {},
      el("div", {}, el("h2", { text: one.subject }), el("span", { class: "quiet", text: `#${one.id} · ${of("case_kind", one.kind)} · ${t("case_opened", { time: day(one.opened_at), name: personName(one.opened_by) })}` })),
      el("button", { type: "button", class: "btn btn-outline-secondary", id: "back", text: t("case_back"), onclick: back })),
    glance(one, now),
    el("div", { class: "steps-bar" },
      ...steps.map(({ event }, place) => el("button", { type: "button", class: `btn ${place ? "btn-outline-secondary" : "btn-primary"}`, "data-digit": place + 1, onclick: () => act("step", event) },
        of("case_event", event), el("kbd", { text: String(place + 1) })))),
    el("div", { class: "steps-bar ruled" },
      button(t("case_assign"), "A", () => act("assign")), button(t("case_take"), "M", () => act("take")),
      button(t("case_comment"), "C", () => act("comment")),
      one.is_open ? button(t("case_escalate"), "E", () => act("escalate")) : null,
      button(t("case_change"), "P", () => act("change")),
      settings.permissions.includes("work_orders") ? button(t("wo_new"), "W", () => act("order")) : null),
    one.description ? el("p", { class: "case-text", text: one.description }) : null,
    fax(one),
    one.is_outage ? outagePanel(one) : null,
    facts(one, now, act),
    ...related(one, now, open),
    el("h3", { text: t("case_history") }),
    el("ul", { class: "case-history" }, ...one.history.map((entry) => line(one, entry))),
  ].filter(Boolean);
}

/** The pages that it came with, where it came by fax. */
function fax(one) {
  const came = one.history.find(({ what }) => what === "fax");
  return came ? el("p", {}, el("a", { class: "btn btn-outline-secondary", id: "fax", href: `/api/v1/cases/${one.id}/fax`, download: came.details.name, text: t("case_open_fax") })) : null;
}

function glance(one, now) {
  const { words, late } = due(one, now);
  const tones = { late: "bad", soon: "warn", no: null };
  return el("div", { class: "glance" },
    tag(of("case_state", one.state), one.is_open ? null : "good"),
    one.is_open ? tag(words, tones[late]) : null,
    tag(t("case_priority_is", { priority: of("case_priority", one.priority) }), one.priority === "urgent" ? "bad" : one.priority === "high" ? "warn" : null),
    one.escalation_level ? tag(t("case_escalated", { level: one.escalation_level }), "warn") : null,
    one.reopened_count ? tag(t("case_reopened", { count: one.reopened_count }), "warn") : null,
    one.is_outage ? tag(t("case_outage"), "warn") : null);
}

function facts(one, now, act) {
  const rows = [
    [t("case_customer"), one.customer && el("span", {}, `${one.customer}${one.value_class ? ` · ${t("case_class_is", { value: one.value_class })}` : ""} `, callCustomerButton(one.customer_id, one.customer))],
    [t("case_assignee"), owners(one) || t("case_nobody")],
    [t("case_respond_by"), one.respond_by_at && day(one.respond_by_at)],
    [t("case_due"), one.due_at ? day(one.due_at) : one.is_open ? t("case_clock_stands") : null],
    [t("case_channel"), [of("case_channel", one.channel), one.origin].filter(Boolean).join(" · ")],
    ...Object.entries(one.fields).map(([key, value]) => [of("case_field", key), valueOf(value)]),
    [t("case_solution"), one.solution],
  ].filter(([, value]) => value);
  const list = el("dl", { class: "facts" }, ...rows.flatMap(([name, value]) => [el("dt", { text: name }), el("dd", {}, value)]));
  return el("div", {}, list, el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("case_details"), onclick: () => act("details") }));
}

function valueOf(value) {
  if (typeof value === "number") return new Intl.NumberFormat(document.documentElement.lang).format(value);
  return of("case_choice", value) || value;
}

function related(one, now, open) {
  const link = (id, words) => el("button", { type: "button", class: "plain", text: words, onclick: () => open(id) });
  const parts = [];
  if (one.parent_id) parts.push(el("p", {}, link(one.parent_id, t("case_part_of", { number: one.parent_id }))));
  if (one.children.length) {
    parts.push(el("h3", { text: t("case_children", { count: one.children.length }) }));
    parts.push(el("ul", { class: "case-history" }, ...one.children.map((child) => el("li", {}, link(child.id, `#${child.id} ${child.subject}`), el("span", { class: "quiet", text: of("case_state", child.state) })))));
  }
  return parts;
}

function line(one, entry) {
  return el("li", {}, el("span", { text: happened(entry) }), el("span", { class: "quiet", text: `${entry.by === "escalation" ? t("case_by_itself") : personName(entry.by)} · ${day(entry.at)}` }),
    entry.text ? el("p", { text: entry.text }) : null,
    entry.details.recording ? el("audio", { controls: true, preload: "none", src: `/api/v1/cases/${one.id}/spoken/${entry.id}`, "aria-label": happened(entry) }) : null);
}

function happened({ what, details }) {
  if (what === "step") return `${of("case_event", details.event)} → ${of("case_state", details.after)}`;
  if (what === "assigned") return t("case_did_assigned", { name: owners(details) || t("case_nobody") });
  if (what === "changed") return t("case_did_changed", { fields: Object.keys(details.after ?? {}).map((key) => of("case_changed", key)).join(", ") });
  if (what === "not_informed") return t("case_did_not_informed", { rule: of("case_rule", details.rule) });
  if (what === "announced") return t("case_did_announced", { areas: (details.areas ?? []).join(", ") });
  if (details.recording) return t(`case_did_${what}`, { seconds: Math.round(details.seconds ?? 0) });
  if (what === "fax") return t("case_did_fax", { pages: details.pages });
  if (what === "fax_failed") return t("case_did_fax_failed", { error: details.error || "?" });
  return of("case_did", what);
}
