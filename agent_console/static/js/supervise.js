// What a supervisor does with one agent or one live contact, in one dialog that opens from its row.

import { api, post } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import { onKey } from "./keys.js";
import { clock, of, settings, t } from "./words.js";

export const maySupervise = settings.permissions.includes("supervise");
const HEAD_STARTS_SECONDS = [60, 300, 900];
let open = null; // what the dialog is about: {agent, contact}

const path = (contact) => `/live/${encodeURIComponent(contact.contact)}`;

/** Ask; what is refused is said in the dialog, and what was typed stays. */
async function ask(work, stay = false) {
  try {
    await work();
    text($("supervise-problem"), "");
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
  $("supervise-reason").value = "";
  $("supervise-text").value = "";
  $("supervise-contact").hidden = !contact;
  $("supervise-waiting").hidden = !contact || !waiting;
  $("supervise-agent").hidden = !agent;
  $("supervise-talk").hidden = !contact || waiting || !settings.agent;
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
const be = (mode) => api("PUT", `${path(open.contact)}/supervision`, { mode });
const STAYS_OPEN = new Set(["listen", "whisper", "barge"]);

/** What I do now, as my own row says it. */
export function showMine(me) {
  const mine = me?.supervises && open?.contact?.contact === me.supervises.contact ? me.supervises.mode : "";
  for (const mode of STAYS_OPEN) document.querySelector(`[data-supervise="${mode}"]`).setAttribute("aria-pressed", String(mode === mine));
  for (const name of ["take_over", "leave"]) document.querySelector(`[data-supervise="${name}"]`).disabled = !mine;
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
  take_over: () => post(`${path(open.contact)}/take-over`),
  leave: () => api("DELETE", `${path(open.contact)}/supervision`),
  tell: () => post("/notices", { text: $("supervise-text").value, to: open.agent.agent }),
  lower: () => api("DELETE", `/agents/${encodeURIComponent(open.agent.agent)}/hand`),
  excuse: () => post(`/agents/${encodeURIComponent(open.agent.agent)}/wrap-up/excuse`),
};
for (const button of document.querySelectorAll("[data-supervise]")) button.addEventListener("click", () => ask(acts[button.dataset.supervise], STAYS_OPEN.has(button.dataset.supervise)));
for (const [key, name, words] of [["L", "listen", "act_listen"], ["W", "whisper", "act_whisper"], ["J", "barge", "act_barge"], ["O", "take_over", "act_taken_over"], ["X", "leave", "supervise_leave"]]) {
  if (maySupervise) onKey(key, t(words), () => press(name));
}

/** A key does what the dialog's button does, while it is there to be pressed. */
function press(name) {
  const button = document.querySelector(`[data-supervise="${name}"]`);
  if (open && button.offsetParent && !button.disabled) button.click();
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
