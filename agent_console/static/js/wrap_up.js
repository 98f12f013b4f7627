// Note and result of the contact in hand. The note is kept on this computer as it is written, by contact.

import { post } from "./api.js";
import { $, banner, el, fill, text } from "./dom.js";
import { forget } from "./pop.js";
import { settings, t } from "./words.js";

let choices = [];
let contact = null;
let marked = 0;
let sending = false;

const noteKey = (id) => `note-${id}`;
const guessKey = () => `result-for-${contact?.queue}-${contact?.values?.reason ?? ""}`;
const label = (choice) => choice[`label_${settings.language}`] || choice.code;

export const knowChoices = (all) => { choices = all; };

/** The results for the contact's queue; what was last chosen for its reason comes first marked. */
function offered() {
  return choices.filter((choice) => choice.queue === null || choice.queue === contact?.queue);
}

/** Another contact is in hand, or none. */
export function take(next) {
  if (next?.contact === contact?.contact) { contact = next; return; }
  contact = next;
  $("note").value = next ? localStorage.getItem(noteKey(next.contact)) ?? "" : "";
  text($("note-state"), t("note_hint"));
  if (next) marked = guess();
}

/** What was last chosen for this reason, else the first result that asks for no note. */
function guess() {
  const before = offered().findIndex(({ code }) => code === localStorage.getItem(guessKey()));
  return before >= 0 ? before : Math.max(0, offered().findIndex((choice) => !choice.needs_note));
}

export function showResults(focusNow) {
  const reason = contact?.values?.reason;
  text($("reason"), reason ? `${t("contact_reason")}: ${String(reason).replaceAll("_", " ")}` : "");
  const list = offered();
  fill($("dispositions"), [list, marked], () => (list.length ? list.map(button) : [el("p", { class: "quiet", text: t("disposition_none") })]));
  if (focusNow && document.activeElement !== $("note")) $("dispositions").focus();
}

function button(choice, place) {
  const demands = choice.needs_note ? el("span", { class: "quiet", text: t("needs_note") }) : null;
  return el("button", { type: "button", role: "option", tabindex: "-1", "aria-selected": place === marked ? "true" : "false", "data-code": choice.code, onclick: () => send(place) },
    place < 9 ? el("kbd", { text: String(place + 1) }) : null, el("span", { text: label(choice) }), demands);
}

/** The list's keys: 1 to 9 choose and send, Enter sends the marked one. */
$("dispositions").addEventListener("keydown", (event) => {
  const list = offered();
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (/^[1-9]$/.test(event.key) && Number(event.key) <= list.length) send(Number(event.key) - 1);
  else if (event.key === "Enter" && list.length) send(marked);
  else if (step) { marked = Math.max(0, Math.min(list.length - 1, marked + step)); showResults(false); }
  else return;
  event.preventDefault();
});

$("note").addEventListener("input", () => {
  if (!contact) return;
  localStorage.setItem(noteKey(contact.contact), $("note").value);
  text($("note-state"), t("note_saved"));
});
$("note").addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !$("wrap-up").hidden) $("dispositions").focus();
});

async function send(place) {
  const choice = offered()[place];
  if (!choice || !contact || sending) return;
  if (choice.needs_note && !$("note").value.trim()) {
    banner("result", t("problem_no_note"));
    $("note").focus();
    return;
  }
  sending = true;
  const done = contact;
  try {
    await post(`/agents/${settings.agent}/disposition`, { contact: done.contact, code: choice.code, note: $("note").value });
    localStorage.setItem(guessKey(), choice.code);
    localStorage.removeItem(noteKey(done.contact));
    banner("result", null);
    forget();
  } catch (problem) {
    banner("result", problem.message, "bad");
  } finally {
    sending = false;
  }
}
