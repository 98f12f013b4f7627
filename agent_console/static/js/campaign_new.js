// A campaign step by step: each step keeps the draft, so one may go away and come back; nothing typed is lost.

import { api, get, post } from "./api.js";
import { control, modeCards, sentence } from "./campaign_fields.js";
import { listStep } from "./campaign_lists.js";
import { preTestPanel } from "./campaign_pre_test.js";
import { $, banner, el } from "./dom.js";
import "./feed.js";
import { command } from "./palette.js";
import { of, settings, t } from "./words.js";

const STEPS = ["what", "list", "hours", "script", "mode", "start"];
const whole = new Intl.NumberFormat(settings.language);
const named = (rows) => rows.map(({ key, name, count }) => ({ value: key, text: count === null || count === undefined ? name : `${name} (${whole.format(count)})` }));
let kept = null; // the campaign as the server has it
let choices = null;
let form = { name: "", purpose: "sales", queue: "" };
let shown = 0;
let controls = new Map();

// What was typed and not yet kept survives a reload.

const typedKey = () => `campaign-typed-${kept?.campaign.key ?? "new"}`;
const remember = () => sessionStorage.setItem(typedKey(), JSON.stringify({ ...form, ...read() }));
const forget = () => sessionStorage.removeItem(typedKey());
const recalled = () => JSON.parse(sessionStorage.getItem(typedKey()) ?? "null");

function read() {
  return Object.fromEntries([...controls].map(([key, one]) => [key, one.read()]));
}

// The steps

const FIELDS = {
  what: () => [
    { key: "name", type: "text" },
    { key: "purpose", type: "choice", choices: choices.purposes.map((one) => ({ value: one, text: of("purpose", one) })), hint: t("campaign_purpose_hint") },
    { key: "product", type: "choice", choices: named(choices.products), none: t("campaign_no_product"), hint: t("campaign_product_hint") },
    { key: "queue", type: "choice", choices: choices.queues.map((one) => ({ value: one.key, text: t("campaign_queue_of", { name: one.name, count: one.count }) })), hint: t("campaign_queue_hint") },
  ],
  list: () => [],
  hours: () => [
    { key: "hours", type: "choice", choices: named(choices.hours), none: t("campaign_no_hours"), hint: t("campaign_hours_hint") },
    { key: "starts_at", type: "moment" }, { key: "ends_at", type: "moment" },
    { key: "attempts_at_most", type: "count", hint: t("campaign_attempts_hint") }, { key: "ring_seconds", type: "seconds" },
    { key: "caller_number", type: "text", placeholder: choices.caller_number || "+56221234567", hint: t("campaign_caller_hint") },
  ],
  script: () => [{ key: "script", type: "choice", choices: named(choices.scripts), none: t("campaign_no_script"), hint: t("campaign_script_hint") }],
  mode: () => [
    { key: "mode", type: "cards" },
    ...(form.mode === "preview" && !choices.clicks_only ? [{ key: "preview_seconds", type: "seconds", hint: t("campaign_preview_hint") }] : []),
    ...(["progressive", "predictive"].includes(form.mode) ? [
      { key: "message_flow", type: "choice", choices: choices.flows.map((one) => ({ value: one, text: one })), none: t("campaign_no_message"), hint: t("campaign_message_hint") },
      ...(form.mode === "predictive" ? [{ key: "abandon_limit", type: "percent", hint: t("campaign_limit_hint") }, { key: "window_days", type: "count" }] : []),
      { key: "tolerance_seconds", type: "seconds", hint: t("campaign_tolerance_hint") },
      { key: "lines_at_once", type: "count", placeholder: t("campaign_no_limit") },
      { key: "detect_machines", type: "check", hint: t("campaign_detect_hint") },
      { key: "machine_flow", type: "choice", choices: choices.flows.map((one) => ({ value: one, text: one })), none: t("campaign_no_machine_flow"), hint: t("campaign_machine_hint") },
    ] : []),
    { key: "weight", type: "seconds", hint: t("campaign_weight_hint") },
  ],
  start: () => [],
};
/** In which step a field stands; what the server calls `list` is no field. */
const STEP_OF = { name: "what", purpose: "what", product: "what", queue: "what", key: "what", list: "list", hours: "hours", starts_at: "hours", ends_at: "hours", attempts_at_most: "hours", ring_seconds: "hours", caller_number: "hours", script: "script" };
const stepOf = (field) => STEP_OF[field] ?? "mode";

function draw({ focus = true } = {}) {
  const step = STEPS[shown];
  controls = new Map();
  $("step-title").textContent = t(`campaign_step_${step}`);
  $("step-lead").textContent = t(`campaign_step_${step}_lead`);
  say(null);
  const parts = FIELDS[step]().map((field) => {
    const fixed = kept?.fixed.includes(field.key);
    const made = field.type === "cards" ? modeCards(choices.modes, form.mode ?? "preview", fixed, () => { keepTyped(); draw({ focus: false }); $("fields").querySelector(`[name="field-mode"][value="${form.mode}"]`)?.focus(); }) : control({ ...field, fixed }, form[field.key]);
    controls.set(field.key, made);
    return made.element;
  });
  if (step === "list") parts.push(listStep(kept, again));
  if (step === "start") parts.push(...summary(), preTest());
  $("fields").replaceChildren(...parts);
  $("next").textContent = t(step === "start" ? (kept?.campaign.state === "draft" ? "campaign_start" : "campaign_to_live") : "campaign_next");
  $("next").disabled = step === "start" && kept?.campaign.state === "draft" && kept.missing.length > 0;
  $("back").hidden = shown === 0;
  drawSteps();
  if (focus) (parts[0]?.querySelector?.("input:checked:not([disabled]), input:not([type=radio]):not([disabled]), select:not([disabled])") ?? $("step-title")).focus();
}

function drawSteps() {
  const lacking = new Set((kept?.missing ?? []).map(({ field }) => stepOf(field)));
  $("steps").replaceChildren(...STEPS.map((step, at) => {
    const state = at === shown ? "here" : kept && lacking.has(step) ? "lacks" : kept ? "done" : "ahead";
    return el("li", { "data-state": state }, el("button", { type: "button", class: "plain", disabled: !kept && at > 0, "aria-current": at === shown ? "step" : null, onclick: () => go(at) },
      el("span", { text: t(`campaign_step_${step}`) }), state === "lacks" ? el("span", { class: "quiet", text: t("campaign_lacks") }) : null));
  }));
}

/** The last step: what was chosen, in words; what is missing, each with the way to mend it. */
function summary() {
  const queue = choices.queues.find(({ key }) => key === form.queue);
  const facts = [["name", form.name], ["purpose", of("purpose", form.purpose)], ["queue", queue ? t("campaign_queue_of", { name: queue.name, count: queue.count }) : "—"],
    ["waiting", whole.format(kept?.campaign.waiting ?? 0)], ["hours", choices.hours.find(({ key }) => key === form.hours)?.name ?? t("campaign_no_hours")],
    ["script", form.script ?? t("campaign_no_script")], ["mode", of("campaign_mode", form.mode)]];
  const list = el("dl", { class: "summary" }, ...facts.flatMap(([key, words]) => [el("dt", { text: t(`campaign_${key}`) }), el("dd", { text: words })]));
  const lacks = (kept?.missing ?? []).map((one) => el("li", {}, el("span", { text: sentence(one) }), el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("campaign_mend"), onclick: () => go(STEPS.indexOf(stepOf(one.field))) })));
  return lacks.length ? [list, el("h2", { text: t("campaign_missing") }), el("ul", { class: "missing" }, ...lacks)] : [list, el("p", { class: "ready", text: t("campaign_ready") })];
}

/** 200 first, if one wants: the campaign then waits until somebody has seen the forecast. */
function preTest() {
  const place = el("div", { class: "pre-test" });
  const show = async () => {
    const { pre_test: test, currency } = await get(`/campaigns/${kept.campaign.key}/pre-test`);
    place.replaceChildren(preTestPanel(kept.campaign.key, test, currency, show));
  };
  show().catch((problem) => say(problem.message));
  return place;
}

// Keeping

const keepTyped = () => { form = { ...form, ...read() }; };

async function keep() {
  keepTyped();
  const body = { ...form, message_flow: form.message_flow ?? "" };
  kept = kept ? await api("PUT", `/campaigns/${kept.campaign.key}`, body, kept.version) : await post("/campaigns", body);
  sessionStorage.removeItem("campaign-typed-new");
  taken(kept);
  history.replaceState(null, "", `#${kept.campaign.key}`);
  $("kept").textContent = t("campaign_kept");
}

function taken(whole_) {
  kept = whole_;
  form = { ...kept.value };
  forget();
}

/** Look anew at what the server has, such as after a list was loaded. */
async function again() {
  if (!kept) return;
  const typed = { ...form, ...read() };
  kept = await get(`/campaigns/${kept.campaign.key}`);
  form = { ...kept.value, ...typed };
  drawSteps();
}

function say(problem) {
  $("problem").hidden = !problem;
  $("problem").textContent = problem ?? "";
}

/** What was refused, beside its field; a field of another step is said below. */
function refused(problem) {
  for (const one of controls.values()) one.wrong("");
  const elsewhere = [];
  let first = null;
  for (const field of problem.told?.fields ?? []) {
    const there = controls.get(field.field);
    if (there) { there.wrong(sentence(field)); first ??= there.box; } else elsewhere.push(sentence(field));
  }
  if (first) first.focus();
  say(first && !elsewhere.length ? null : elsewhere.join(" ") || problem.message);
}

async function go(to) {
  try {
    if (kept?.campaign.state !== "stopped") await keep();
    shown = Math.max(0, Math.min(STEPS.length - 1, to));
    draw();
  } catch (problem) {
    refused(problem);
  }
}

async function next(event) {
  event.preventDefault();
  if ($("next").disabled) return;
  $("next").disabled = true;
  try {
    if (STEPS[shown] !== "start") return await go(shown + 1);
    if (kept.campaign.state === "draft") await post(`/campaigns/${kept.campaign.key}/start`, {});
    location.assign(`/campaigns/${kept.campaign.key}`);
  } catch (problem) {
    await again();
    draw();
    refused(problem);
  } finally {
    if (STEPS[shown] !== "start") $("next").disabled = false;
  }
}

$("step").addEventListener("submit", next);
$("step").addEventListener("input", remember);
$("back").addEventListener("click", () => go(shown - 1));
command(t("command_theme"), window.switchTheme);

async function begin() {
  try {
    choices = await get("/campaign-choices");
    form.queue = choices.queues[0]?.key ?? "";
    const key = location.hash.slice(1);
    if (key) {
      taken(await get(`/campaigns/${encodeURIComponent(key)}`));
      shown = kept.missing.length ? STEPS.indexOf(stepOf(kept.missing[0].field)) : STEPS.length - 1;
    }
    form = { mode: "preview", ...form, ...recalled() };
    draw();
  } catch (problem) {
    banner("campaign", problem.message, "bad");
  }
}
begin();
