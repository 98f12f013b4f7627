// One campaign as it goes: pushed by the calls process, healed by a snapshot; pause and stop act at once.

import { get, post } from "./api.js";
import { sentence } from "./campaign_fields.js";
import { $, banner, el, fill, text } from "./dom.js";
import { percent } from "./figures.js";
import { setClock, socket } from "./feed.js";
import { tellForce } from "./in_force.js";
import { onKey } from "./keys.js";
import { command } from "./palette.js";
import { svg } from "./svg.js";
import { clock, of, settings, t, when } from "./words.js";

const key = document.querySelector("main").dataset.campaign;
const AGAIN_MILLISECONDS = 2000; // the list of last calls at most so often, while calls end
const HEAL_MILLISECONDS = 15000;
const FORESEE_MILLISECONDS = 60000;
const NEAR = 0.8; // of the limit: the lamp warns
const whole = new Intl.NumberFormat(settings.language);
const figure = (value) => (value === null || value === undefined ? "—" : whole.format(value));
const may = (permission) => settings.permissions.includes(permission);
const NOTHING = { held: "", idle: 0, talking: 0, wrapping_up: 0, ringing: 0, waiting: 0, dialled: 0, answers: 0, abandons: 0, abandons_by_leaving: 0, limit: 0.03, guarded: 0, risk: null, beta: 0, waiting_leads: null, due_leads: null };
const paced = (told) => (told ? { ...NOTHING, ...told } : null); // what is as it usually is, is not sent
const TONES = { running: "good", paused: "warn" };
let campaign = null; // as the API tells it
let pace = null;
let later = 0;

async function load() {
  clearTimeout(later);
  later = 0;
  if (document.hidden) return;
  try {
    const live = await get(`/campaigns/${key}/live`);
    setClock(live.now);
    ({ campaign } = live);
    pace = paced(live.pace) ?? pace;
    banner("campaign", null);
    draw();
    drawLast(live.last);
  } catch (problem) {
    banner("campaign", problem.message, "bad");
  }
}

socket.on("patch", (patch) => {
  if (!campaign) return;
  const sent = patch.campaigns?.[campaign.campaign.id];
  const told = paced(sent);
  if (patch.whole) { pace = told; load(); }
  if (sent === undefined) return;
  const moved = told?.dialled !== pace?.dialled || told?.answers !== pace?.answers || told?.ringing !== pace?.ringing;
  if (told) pace = told; else load();
  drawPace();
  if (moved && !later) later = setTimeout(load, AGAIN_MILLISECONDS);
});

function draw() {
  const { campaign: one, value, may_become: next, missing } = campaign;
  text($("name"), one.name);
  document.title = `${one.name} · ${document.title.split(" · ").at(-1)}`;
  text($("state"), of("campaign_is", one.state));
  $("state").dataset.tone = TONES[one.state] ?? "";
  text($("facts"), [of("purpose", one.purpose), of("campaign_mode", one.mode), value.queue, t("campaign_since_by", { time: when(one.state_at), who: one.state_by })].join(" · "));
  for (const state of ["running", "paused", "stopped"]) if ($(`do-${state}`)) $(`do-${state}`).hidden = !next.includes(state);
  if ($("change")) { $("change").hidden = one.state === "stopped"; $("change").href = `/campaigns/new#${one.key}`; }
  $("missing").hidden = !missing.length || one.state === "running";
  fill($("missing"), missing, () => missing.map((each) => el("li", {}, el("span", { text: sentence(each) }))));
  text($("over"), figure(one.leads - one.waiting));
  drawPace();
}

function drawPace() {
  const { campaign: one } = campaign;
  const live = one.state === "running" || one.state === "paused" ? pace : null;
  for (const name of ["idle", "talking", "wrapping_up", "ringing", "waiting", "dialled"]) text($(name), figure(live?.[name]));
  text($("held"), live?.held ? of("campaign_held", live.held) : "");
  text($("left"), figure(live?.waiting_leads ?? one.waiting));
  text($("due"), figure(live?.due_leads));
  drawAbandons(live);
  const predicts = live && live.mode === "predictive";
  text($("risk"), live && live.risk !== null ? percent(live.risk, 2) : "—");
  text($("risk-of"), predicts ? t("campaign_risk_of", { beta: percent(live.beta, 2) }) : t("campaign_risk_none"));
  text($("guarded"), predicts ? t("campaign_guarded", { count: figure(live.guarded) }) : "");
}

/** The lamp: within the limit, near it, at it; with what it was counted of. */
function drawAbandons(live) {
  const share = live?.answers ? live.abandons / live.answers : null;
  const state = share === null ? "" : share > live.limit ? "off" : share > NEAR * live.limit ? "fair" : "on";
  $("lamp").hidden = share === null;
  $("lamp").dataset.state = state;
  text($("lamp").lastElementChild, state ? t(`campaign_lamp_${state}`) : "");
  text($("abandons"), share === null ? "—" : percent(share, 2));
  text($("abandons-of"), live ? t("campaign_abandons_of", { abandons: figure(live.abandons), answers: figure(live.answers), limit: percent(live.limit, 1), days: campaign.value.window_days, leaving: figure(live.abandons_by_leaving) }) : "");
  const width = share === null ? 0 : Math.min(100, (100 * share) / (2 * live.limit));
  $("abandons-bar").replaceChildren(svg("rect", { class: "bar-back", x: 0, y: 0, width: 100, height: 6 }), svg("rect", { class: `bar-${state}`, x: 0, y: 0, width, height: 6 }), svg("rect", { class: "bar-limit", x: 49.6, y: 0, width: 0.8, height: 6 }));
}

/** When the list ends at the pace so far: counted anew once in a while, for it costs a look at every attempt. */
async function foresee() {
  if (document.hidden || !["running", "paused"].includes(campaign?.campaign.state)) return text($("forecast"), "");
  try {
    const { results } = await get(`/campaigns/${key}/results`);
    const hours = new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 }).format(results.hours_left ?? 0);
    text($("forecast"), results.hours_left === null ? t("campaign_no_forecast") : t("campaign_forecast", { hours }));
  } catch { /* the page says elsewhere what is wrong; the forecast stays as it was */ }
}

function drawLast(rows) {
  $("none").hidden = rows.length > 0;
  $("last").hidden = !rows.length;
  fill($("last").tBodies[0], rows, () => rows.map((one) => {
    const cell = (label, child, kind = null) => el("td", { class: kind, "data-label": t(label) }, child);
    const who = may("read_customers") ? el("a", { href: `/customers/${one.customer_id}`, text: one.customer }) : el("b", { text: one.customer });
    const came = one.decided_by ? t("dial_result_by", { result: of("dial_result", one.result), who: of("dial_by", one.decided_by) }) : of("dial_result", one.result);
    return el("tr", {}, cell("campaign_when", when(one.ended_at)), cell("campaign_customer", el("span", {}, who, el("span", { class: "quiet number", text: ` ${one.number}` }))),
      cell("campaign_came", came), cell("campaign_agent", one.agent ?? "—"), cell("campaign_talked", one.talked_seconds === null ? "—" : clock(one.talked_seconds), "n"));
  }));
}

// What one does with it

async function move(to) {
  const verb = { running: "start", paused: "pause", stopped: "stop" }[to];
  const button = $(`do-${to}`);
  button.disabled = true;
  try {
    campaign = await post(`/campaigns/${key}/${verb}`, {});
    banner("moved", null);
    tellForce(campaign);
    draw();
  } catch (problem) {
    const lacks = (problem.told?.fields ?? []).map(sentence);
    banner("moved", lacks.length ? lacks.join(" ") : problem.message);
    await load();
  } finally {
    button.disabled = false;
  }
}

function askStop() {
  text($("confirm-title"), t("campaign_stop_ask", { name: campaign.campaign.name }));
  $("confirm").returnValue = "no";
  $("confirm").showModal();
}

if (may("run_campaigns")) {
  for (const to of ["running", "paused"]) $(`do-${to}`).addEventListener("click", () => move(to));
  $("do-stopped").addEventListener("click", askStop);
  $("confirm").addEventListener("close", () => { if ($("confirm").returnValue === "yes") move("stopped"); });
  onKey("P", t("campaign_pause"), () => $("do-paused").hidden || move("paused"));
  onKey("G", t("campaign_go_on"), () => $("do-running").hidden || move("running"));
}
command(t("command_theme"), window.switchTheme);
socket.on("connect", load);
setInterval(load, HEAL_MILLISECONDS);
setInterval(foresee, FORESEE_MILLISECONDS);
load().then(foresee);
