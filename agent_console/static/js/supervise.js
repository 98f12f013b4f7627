// What a supervisor does with one agent or one live contact, in one dialog that opens from its row.

import { api, post } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import { onKey } from "./keys.js";
import { clock, of, settings, t } from "./words.js";

export const maySupervise = settings.permissions.includes("supervise");
const HEAD_STARTS_SECONDS = [60, 300, 900];
let open = null; // what the dialog is about: {agent, contact}
let waitsFor = null; // my telephone rings for {contact}; `before`: what had become of my last part in a talk

const path = (contact) => `/live/${encodeURIComponent(contact.contact)}`;

/** Ask; what is refused is said in the dialog, and what was typed stays. */
async function ask(work, stay = false) {
  text($("supervise-problem"), "");
  try {
    await work();
    if (!stay) close();
  } catch (problem) {
    text($("supervise-problem"), problem.message);
  }
}

export function close() {
  if ($("supervise").open) $("supervise").close();
  open = null;
}

/** Open the dialog for an agent's row, a contact's, or both. `queues`: where a waiting caller may be moved, by key. */
export function openFor({ agent = null, contact = null, title, queues = {}, waiting = false, classes = [] }) {
  open = { agent, contact };
  text($("supervise-title"), title);
  text($("supervise-problem"), "");
  showRinging(null);
  $("supervise-reason").value = "";
  $("supervise-text").value = "";
  $("supervise-contact").hidden = !contact;
  $("supervise-waiting").hidden = !contact || !waiting;
  $("supervise-agent").hidden = !agent;
  $("supervise-talk").hidden = !contact || waiting || !settings.agent;
  $("supervise-no-phone").hidden = !contact || waiting || Boolean(settings.agent);
  $("supervise-hand").hidden = !agent?.hand_raised_at;
  $("supervise-excuse").hidden = !agent?.owes && agent?.activity !== "wrapping_up";
  $("supervise-page").hidden = !contact || !settings.permissions.includes("read_interactions");
  if (contact) $("supervise-page").href = `/contacts/${encodeURIComponent(contact.contact)}`;
  const others = Object.entries(queues).filter(([key]) => key !== contact?.queue);
  $("supervise-queue").replaceChildren(...others.map(([key, name]) => el("option", { value: key, text: name })));
  const better = [...HEAD_STARTS_SECONDS.map((seconds) => [String(seconds), t("head_start", { time: clock(seconds) })]),
    ...classes.filter((one) => one !== contact?.value_class).map((one) => [`class ${one}`, t("as_of_class", { class: one })])];
  $("supervise-priority").replaceChildren(...better.map(([value, words]) => el("option", { value, text: words })));
  if (!$("supervise").open) $("supervise").showModal();
}

/** At once, or when what he has in hand is over. */
const force = (status) => api("PUT", `/agents/${encodeURIComponent(open.agent.agent)}/status`, { status, reason: status === "pause" ? "supervisor" : "" });

/** Be in the talk in one way or another; the dialog stays open, for the next one. */
async function be(mode) {
  const { contact } = open.contact;
  const before = row?.supervision_over?.at;
  await api("PUT", `${path(open.contact)}/supervision`, { mode });
  if (row?.supervises?.contact !== contact && row?.supervision_over?.at === before) showRinging({ contact, before });
  else tellOver(before);
}
const STAYS_OPEN = new Set(["listen", "whisper", "barge"]);
const NO_NEWS = new Set(["stopped", "taken_over"]); // how a part of mine ends when I wanted it to
let handed = ""; // the call that I took over here: under way to me, then in my hand
let row = null; // my own, as it was heard last

/** What I do now, and why I do it no more, as my own row says it; `there`: whether the dialog's contact goes on. */
export function showMine(me, there = () => true) {
  const before = (row ?? me)?.supervision_over?.at; // what was so before this page came is no news
  row = me ?? null;
  const mine = me?.supervises && open?.contact?.contact === me.supervises.contact ? me.supervises.mode : "";
  for (const mode of STAYS_OPEN) document.querySelector(`[data-supervise="${mode}"]`).setAttribute("aria-pressed", String(mode === mine));
  for (const button of document.querySelectorAll('[data-supervise="take_over"], [data-supervise="leave"]')) button.disabled = !mine;
  if (mine) showRinging(null);
  if (me?.supervises) banner("supervision", null);
  if (handed && me?.contact) handed = "here";
  else if (handed === "here") {
    handed = "";
    banner("taken-over", null);
  }
  tellOver(waitsFor ? waitsFor.before : before);
  if (open?.contact && !$("supervise-contact").hidden && !there(open.contact.contact)) {
    $("supervise-contact").hidden = true;
    if (!$("supervise-problem").textContent) text($("supervise-problem"), t("problem_no_such_contact"));
  }
}

/** Why I am in the talk no more, or never came into it, if that is news since the part that ended `before`. */
function tellOver(before) {
  const over = row?.supervision_over;
  if (!over || over.at === before) return;
  showRinging(null);
  if (NO_NEWS.has(over.reason)) return;
  const words = of("supervision_over", over.reason);
  if (open?.contact?.contact === over.contact) text($("supervise-problem"), words);
  else if (over.reason !== "talk_ended") banner("supervision", words, "warn", el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("understood"), onclick: () => banner("supervision", null) }));
}

/** My telephone rings, or rings no more. */
function showRinging(call) {
  waitsFor = call;
  text($("supervise-rings"), call ? t("supervise_rings") : "");
}

/** The caller is mine; what is needed for him is on my desk. */
async function takeOver() {
  await post(`${path(open.contact)}/take-over`);
  banner("taken-over", t("wallboard_taken_over"), "warn", el("a", { class: "btn btn-sm btn-primary", href: "/desk", text: t("page_desk") }));
  handed = "under way";
}

const reason = () => $("supervise-reason").value;

function prefer() {
  const chosen = $("supervise-priority").value;
  const terms = chosen.startsWith("class ") ? { value_class: chosen.slice(6) } : { head_start_seconds: Number(chosen) };
  return api("PUT", `${path(open.contact)}/priority`, { reason: reason(), ...terms });
}

const acts = {
  move: () => api("PUT", `${path(open.contact)}/queue`, { queue: $("supervise-queue").value }),
  prefer,
  end: () => post(`${path(open.contact)}/end`, { reason: reason() }),
  available: () => force("available"),
  pause: () => force("pause"),
  logged_out: () => force("logged_out"),
  listen: () => be("listen"),
  whisper: () => be("whisper"),
  barge: () => be("barge"),
  take_over: takeOver,
  leave: () => api("DELETE", `${path(open.contact)}/supervision`),
  tell: () => post("/notices", { text: $("supervise-text").value, to: open.agent.agent }),
  lower: () => api("DELETE", `/agents/${encodeURIComponent(open.agent.agent)}/hand`),
  excuse: () => post(`/agents/${encodeURIComponent(open.agent.agent)}/wrap-up/excuse`),
};
for (const button of document.querySelectorAll("[data-supervise]")) button.addEventListener("click", () => ask(acts[button.dataset.supervise], STAYS_OPEN.has(button.dataset.supervise)));
for (const [key, name, words] of [["L", "listen", "act_listen"], ["W", "whisper", "act_whisper"], ["J", "barge", "act_barge"], ["O", "take_over", "act_taken_over"], ["X", "leave", "supervise_leave"]]) {
  if (maySupervise) onKey(key, t(words), () => press(name));
}

/** A key does what the dialog's button does; where that cannot be, the dialog says why. */
function press(name) {
  if (!open) return;
  const button = document.querySelector(`[data-supervise="${name}"]`);
  if (button?.offsetParent && !button.disabled) return button.click();
  text($("supervise-problem"), t(whyNot(button)));
}

function whyNot(button) {
  if (!settings.agent) return "problem_no_phone";
  if (!button) return "supervise_needs_desk";
  return button.offsetParent ? "problem_not_supervising" : "problem_no_talk";
}
$("supervise-close").addEventListener("click", close);

/** The button of a row that opens the dialog. */
export const opener = (name, run) => (maySupervise ? el("button", { type: "button", class: "btn btn-outline-secondary small", "aria-haspopup": "dialog", text: "⋯", title: t("supervise"), "aria-label": `${t("supervise")}: ${name}`, onclick: run }) : null);

// Writing to many

$("write-all")?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const queue = $("write-queue").value || null;
  try {
    await post("/notices", { text: $("write-text").value, queue });
    $("write-text").value = "";
    banner("written", null);
  } catch (problem) {
    banner("written", problem.message);
  }
});

export const showQueues = (names) => $("write-queue")?.replaceChildren(el("option", { value: "", text: t("all_agents") }), ...Object.entries(names).map(([key, name]) => el("option", { value: key, text: name })));
export const handWord = (agent) => (agent.hand_raised_at ? of("hand", agent.hand_why) : "");
