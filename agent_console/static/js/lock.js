// Covers a page that nobody has touched for a while, and asks for the password; also when the log-in has ended.
// The telephone and the call in hand go on underneath: nothing is closed, nothing that was typed is lost.

import { $, banner, text } from "./dom.js";
import { settings, t } from "./words.js";

const LOOK_MILLISECONDS = 1000;
const limit = settings.idle_lock_minutes * 60000;
let touched = Date.now();

const inCall = () => document.body.dataset.contact === "yes";
const remember = () => { touched = Date.now(); };
for (const sign of ["keydown", "pointerdown", "pointermove", "wheel"]) document.addEventListener(sign, remember, { passive: true, capture: true });

/** Covered stays covered: a reload does not uncover it, a new log-in does. */
function cover() {
  localStorage.setItem("covered", settings.csrf);
  ask("lock_text", true);
}

function ask(words, covers) {
  if ($("lock").open) return;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  text($("lock-text"), t(words));
  $("lock").dataset.covers = String(covers);
  $("lock-later").hidden = covers;
  $("lock-problem").hidden = true;
  $("lock-password").value = "";
  $("lock").showModal();
}

function look() {
  if (inCall()) remember();
  else if (limit && Date.now() - touched > limit) cover();
}

async function enter() {
  const answer = await fetch("/log-in/again", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ login: settings.login, password: $("lock-password").value, socket: settings.socket ?? "" }) }).catch(() => null);
  const told = await answer?.json().catch(() => ({}));
  if (!answer?.ok) return told?.error_id ? settings.words[`problem_${told.error_id}`] ?? t("problem_other") : t("problem_offline");
  const renewed = told.csrf !== settings.csrf;
  settings.csrf = told.csrf;
  remember();
  localStorage.removeItem("covered");
  $("lock").close();
  banner("ended", null);
  if (renewed) document.dispatchEvent(new Event("log-in-renewed"));
  return null;
}

$("lock-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const problem = await enter();
  if (!problem) return;
  text($("lock-problem"), problem);
  $("lock-problem").hidden = false;
  $("lock-password").select();
});
$("lock").addEventListener("cancel", (event) => { if ($("lock").dataset.covers === "true") event.preventDefault(); });
$("lock").addEventListener("close", () => { if (localStorage.getItem("covered") === settings.csrf) setTimeout(cover); });
$("lock-later").addEventListener("click", () => $("lock").close());
document.addEventListener("ask-password", () => ask("lock_ended", false));

if (localStorage.getItem("covered") === settings.csrf) cover();
setInterval(look, LOOK_MILLISECONDS);
