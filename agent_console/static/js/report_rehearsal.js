// A rehearsal: a day that was, run again with another priority or flow in a child of the server; what would differ.

import { byClass, presets } from "./admin_priority.js";
import { api, get, post } from "./api.js";
import { el } from "./dom.js";
import { percent } from "./figures.js";
import { panel, seconds, table, whole } from "./report_parts.js";
import { settings, t, written } from "./words.js";

const LOOK_MILLISECONDS = 700;
const SIDES = ["recorded", "before", "after"];
let names = {}; // of queues, by key
const chosen = { day: "", queue: "", profile: {}, flow: "" }; // stays while one looks elsewhere

class Unreadable extends Error {
  constructor(word) {
    super(t(word));
  }
}

export async function rehearsalTab(place) {
  const [queues, flows, told, { until_day: today }] = await Promise.all([get("/configuration/queues"), get("/configuration/flows"), get("/rehearsal"), get("/reports/period")]);
  chosen.day ||= before(today);
  names = Object.fromEntries(queues.map(({ id, value }) => [id, value.name]));
  const found = el("div", { class: "wide rehearsal", "aria-live": "polite" });
  place.replaceChildren(...(settings.permissions.includes("command_agents") ? [form(queues, flows, found)] : []), found);
  follow(found, told);
}

const before = (iso) => new Date(Date.parse(iso) - 86400000).toISOString().slice(0, 10);
const named = (choices, value) => choices.map(([key, words]) => el("option", { value: key, selected: key === value, text: words }));

/** "" is none. */
function numberOrNone(typed) {
  const found = typed.trim() ? Number(typed.replace(",", ".")) : null;
  if (Number.isNaN(found)) throw new Unreadable("mistake_no_number");
  return found;
}

function form(queues, flows, found) {
  const wrong = el("p", { class: "wrong", role: "alert", hidden: true });
  const profile = el("div", { class: "profile" });
  const day = el("input", { id: "rehearsal-day", class: "form-control", type: "date", required: true, value: chosen.day, onchange: ({ target }) => { chosen.day = target.value; } });
  const queue = el("select", { id: "rehearsal-queue", class: "form-select", onchange: ({ target }) => { chosen.queue = target.value; chosen.profile = {}; fields(); } },
    ...named([["", t("rehearsal_unchanged")], ...queues.filter(({ value }) => !value.retired).map(({ id, value }) => [id, value.name])], chosen.queue));
  const versions = flows.flatMap(({ name, in_force: now, versions: all }) => all.map(({ number, note }) => [`${name} ${number}`, [t("rehearsal_version", { name, number }), number === now ? t("rehearsal_in_force") : note].filter(Boolean).join(" · ")]));
  const flow = el("select", { id: "rehearsal-flow", class: "form-select", onchange: ({ target }) => { chosen.flow = target.value; } }, ...named([["", t("rehearsal_unchanged")], ...versions], chosen.flow));
  let read = () => ({});

  function fields() {
    const its = { ...queues.find(({ id }) => id === chosen.queue)?.value, ...chosen.profile };
    if (!chosen.queue) { read = () => ({}); return profile.replaceChildren(); }
    const heads = byClass({ said: "counts_as_waited" }, "field-head_start_seconds", its.head_start_seconds, Unreadable);
    const slopes = byClass({ said: "grows_faster" }, "field-slope", its.slope, Unreadable);
    const ceiling = el("input", { id: "rehearsal-ceiling", class: "form-control level", inputmode: "decimal", value: its.ceiling_seconds ?? "" });
    const [buttons] = presets(null, "rehearsal-presets");
    read = () => ({ [chosen.queue]: { head_start_seconds: heads[1](), slope: slopes[1](), ceiling_seconds: numberOrNone(ceiling.value) } });
    return profile.replaceChildren(
      el("div", {}, el("span", { class: "quiet", text: t("field_head_start_seconds") }), heads[0]),
      el("div", {}, el("span", { class: "quiet", text: t("field_slope") }), slopes[0]),
      el("div", {}, el("label", { class: "quiet", for: "rehearsal-ceiling", text: t("field_ceiling_seconds") }), ceiling), buttons);
  }

  fields();
  const submit = async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    try {
      const queuesAsked = read();
      chosen.profile = Object.values(queuesAsked)[0] ?? {};
      const [name, number] = chosen.flow.split(" ");
      follow(found, await post("/rehearsal", { day: day.value, queues: queuesAsked, flow: chosen.flow ? { name, number: Number(number) } : null }));
    } catch (problem) {
      wrong.textContent = [problem.message, ...(problem.told?.mistakes ?? [])].join(" ");
      wrong.hidden = false;
    }
  };
  return el("form", { class: "panel wide rehearse", onsubmit: submit },
    el("h2", { text: t("rehearsal_title") }), el("p", { class: "quiet", text: t("rehearsal_hint") }),
    el("div", { class: "choices" },
      el("label", {}, `${t("report_column_day")} `, day), el("label", {}, `${t("rehearsal_queue")} `, queue), el("label", {}, `${t("rehearsal_flow")} `, flow),
      el("button", { type: "submit", class: "btn btn-primary", text: t("rehearsal_begin") })),
    profile, wrong, el("p", { class: "quiet formula", text: t("rehearsal_limit") }));
}

/** Shows how it goes until it is over; gives up when one looks elsewhere. */
async function follow(found, told) {
  let now = told;
  let shown = null;
  try {
    while (now.rehearsal.state === "running") {
      shown ??= running(found);
      shown(now.rehearsal);
      await new Promise((later) => { setTimeout(later, LOOK_MILLISECONDS); });
      if (!found.isConnected) return;
      now = await get("/rehearsal");
    }
    await over(found, now);
  } catch (problem) {
    found.replaceChildren(el("p", { class: "panel wrong", role: "alert", text: problem.message }));
  }
}

function running(found) {
  const bar = el("progress", { max: "1", value: "0" });
  const words = el("span", {});
  const stop = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("rehearsal_cancel"), onclick: () => api("DELETE", "/rehearsal").catch(() => {}) });
  found.replaceChildren(el("p", { class: "panel running" }, words, bar, settings.permissions.includes("command_agents") ? stop : null));
  return ({ day, part }) => {
    bar.value = part;
    words.textContent = t("rehearsal_running", { day: written(day), part: percent(part) });
    bar.setAttribute("aria-label", words.textContent);
  };
}

async function over(found, { rehearsal: its, differing }) {
  if (its.state === "none") return found.replaceChildren();
  if (its.state === "cancelled") return found.replaceChildren(el("p", { class: "panel quiet", text: t("rehearsal_cancelled") }));
  if (its.state === "failed") return found.replaceChildren(el("p", { class: "panel wrong", role: "alert", text: t(`problem_${its.problem}`) }));
  const changes = [...Object.keys(its.queues).map((queue) => t("rehearsal_changed_queue", { queue: queueName(queue) })), ...(its.flow ? [t("rehearsal_changed_flow", { flow: its.flow_version ? t("rehearsal_version", { name: its.flow, number: its.flow_version }) : its.flow })] : [])];
  const late = its.found.journal_from_at;
  const hour = (at) => new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit" }).format(at * 1000);
  const contacts = panel(`${t("rehearsal_contacts")} (${whole(differing)})`, { path: "/rehearsal/export?table=contacts" });
  found.replaceChildren(...[
    el("h2", { text: [t("rehearsal_of", { day: written(its.day) }), changes.join(", ") || t("rehearsal_changed_nothing")].join(": ") }),
    late ? el("p", { class: "panel", text: t("rehearsal_part_of_day", { at: hour(late) }) }) : null,
    figures(its.found), ends(its.found.flows), contacts].filter(Boolean));
  await list(contacts, []);
  return undefined;
}

function figures(its) {
  const classes = [...new Set(SIDES.flatMap((side) => Object.keys(its[side])))].sort();
  const columns = ["value_class", "run", "calls", "answered", "abandoned", "service_level", "asa_seconds", "longest_wait_seconds"].map((name) => [name, ["value_class", "run"].includes(name) ? null : "n", t(`rehearsal_column_${name}`)]);
  const row = (name, side) => {
    const one = its[side][name];
    return [side === "recorded" ? (name || t("report_all_classes")) : "", t(`rehearsal_${side}`), ...(one ? [whole(one.calls), whole(one.answered), whole(one.abandoned), percent(one.service_level, 1), seconds(one.asa_seconds), seconds(one.longest_wait_seconds)] : Array(6).fill("—"))];
  };
  return panel(t("rehearsal_figures"), { path: "/rehearsal/export?table=figures", formula: t("rehearsal_figures_formula") },
    table(columns, classes.flatMap((name) => SIDES.map((side) => row(name, side))), t("rehearsal_figures")));
}

function ends(flows) {
  if (!flows) return null;
  const columns = [["end", null], ["before", "n"], ["after", "n"]].map(([name, kind]) => [name, kind, t(`rehearsal_column_${name}`)]);
  return panel(t("rehearsal_ends"), { path: "/rehearsal/export?table=ends", formula: t("rehearsal_ends_note", { calls: whole(flows.calls), unlike: whole(flows.unlike), asked: whole(flows.asked_anew) }) },
    table(columns, flows.ends.map((one) => [end(one), whole(one.before), whole(one.after)]), t("rehearsal_ends")));
}

const queueName = (key) => names[key] ?? key;
const end = (one) => (one.queue ? t("rehearsal_end_queue_named", { queue: queueName(one.queue) }) : t(`rehearsal_end_${one.end}`));

async function list(place, before_, cursor = null) {
  const { items, next } = await get(`/rehearsal/contacts?${new URLSearchParams(cursor ? { cursor } : {})}`);
  const all = [...before_, ...items];
  const columns = [["contact"], ["value_class", "spare"], ["before"], ["after"]].map(([name, kind]) => [name, kind, t(`rehearsal_column_${name}`)]);
  const more = next ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), onclick: () => list(place, all, next) }) : null;
  const body = all.length ? table(columns, all.map(contact), t("rehearsal_contacts")) : el("p", { class: "quiet", text: t("rehearsal_none_differ") });
  place.replaceChildren(...[place.querySelector("h2"), body, more].filter(Boolean));
}

function contact(one) {
  const [key] = one.contact.split(" ");
  return [el("a", { href: `/contacts/${encodeURIComponent(key)}`, text: key }), one.value_class || "—", went(one.before, one.way_before), went(one.after, one.way_after)];
}

function went(its, way) {
  if (!its) return way ? end(way) : "—";
  const by = its.agent ?? t(its.waits ? "rehearsal_waits" : "rehearsal_gave_up");
  return [queueName(its.queue), seconds(its.wait_seconds), by, way?.asked_anew ? t("rehearsal_asked_anew") : ""].filter(Boolean).join(" · ");
}
