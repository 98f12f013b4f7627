// Calling for a campaign: the next customer is looked at, then dialled or passed over; promised call-backs are at hand.

import { get, post } from "./api.js";
import { previewScript } from "./desk_script.js";
import { $, banner, el, fill, text } from "./dom.js";
import { now } from "./feed.js";
import { onKey } from "./keys.js";
import { knowCampaigns } from "./pop.js";
import { clock, day, of, settings, t } from "./words.js";

const me = `/agents/${settings.agent}`;
const REFRESH_MILLISECONDS = 20000;
const NOBODY_SECONDS = 3; // so long it may take to find somebody
const REASONS = ["not_now", "just_spoke", "wrong_data", "known_person"];
let campaigns = [];
let desk = null;
let askedAt = null; // since when somebody is looked for
let drawn = "";

const lead = () => (desk?.contact ? null : desk?.agent.lead ?? null);
const chosen = () => campaigns.find(({ id }) => String(id) === $("campaign").value) ?? null;

/** Which campaigns there are for me, and whom I promised to call. */
export async function refresh() {
  if (document.hidden) return;
  try {
    const [served, promised] = await Promise.all([get("/me/campaigns"), get("/me/lead-call-backs")]);
    campaigns = served;
    knowCampaigns(Object.fromEntries(served.map(({ id, name }) => [id, name])));
    drawChoice();
    drawPromised(promised);
    draw();
    banner("campaigns", null);
  } catch (problem) {
    if (problem.status !== 401) banner("campaigns", problem.message);
  }
}

function drawChoice() {
  const before = $("campaign").value || localStorage.getItem("campaign");
  fill($("campaign"), campaigns, () => campaigns.map((one) => el("option", { value: one.id, text: `${one.name} · ${of("campaign_mode", one.mode)}` })));
  if (campaigns.some(({ id }) => String(id) === before)) $("campaign").value = before;
}

function drawPromised(rows) {
  $("call-backs-part").hidden = !rows.length;
  text($("call-backs-count"), rows.length ? String(rows.length) : "");
  fill($("call-backs"), [rows, Math.floor(now() / 60)], () => rows.slice(0, 10).map((one) => el("div", { class: "row-of" }, el("b", { text: one.customer }),
    el("span", { class: one.at <= now() ? "tag" : "quiet number", "data-tone": "warn", text: one.at <= now() ? t("lead_due") : day(one.at) }),
    el("span", { class: "quiet", text: `${one.number} · ${one.campaign}` }))));
}

/** What the server says of my desk. */
export function take(told) {
  desk = told;
  if (lead() || desk.contact) askedAt = null;
  previewScript(lead()?.dial_id ?? null);
  draw();
}

function draw() {
  const shown = lead();
  $("outbound").hidden = !shown && (!campaigns.length || Boolean(desk?.contact));
  $("lead").hidden = !shown;
  $("lead-choose").hidden = Boolean(shown);
  if (shown) drawLead(shown);
  else drawNext();
  tick();
}

function drawLead(shown) {
  const stage = desk.agent.lead_stage;
  if (drawn !== shown.attempt) $("lead-reasons").hidden = true;
  text($("outbound-title"), t(stage === "previewed" ? "lead_to_call" : "lead_ringing"));
  text($("lead-name"), shown.customer.pii_name || shown.pii_number);
  const of_ = campaigns.find(({ id }) => id === shown.campaign)?.name;
  text($("lead-about"), [shown.pii_number, of_, t("lead_attempt", { ordinal: shown.ordinal ?? 1 })].filter(Boolean).join(" · "));
  for (const id of ["lead-dial", "lead-skip"]) $(id).hidden = stage !== "previewed";
  $("lead-hang-up").hidden = stage === "previewed";
  if (drawn !== shown.attempt) $("lead-dial").focus();
  drawn = shown.attempt;
}

function drawNext() {
  drawn = "";
  const one = chosen();
  const free = desk?.agent.status === "available" && desk.agent.activity === "idle";
  text($("outbound-title"), t("outbound"));
  $("lead-next").hidden = !one?.by_click;
  $("lead-next").disabled = !free || askedAt !== null;
  const waits = one && !one.by_click ? t("outbound_by_itself") : free ? "" : t("outbound_not_available");
  text($("outbound-told"), askedAt !== null ? t("outbound_looking") : waits || $("outbound").dataset.told || "");
}

export function tick() {
  if (askedAt !== null && now() - askedAt > NOBODY_SECONDS) {
    askedAt = null;
    $("outbound").dataset.told = t("outbound_nobody");
    draw();
  }
  const shown = lead();
  if (!shown) return;
  const left = (shown.until ?? null) === null ? null : Math.max(0, shown.until - now());
  const waiting = left === null ? t("lead_when_you_like") : t("lead_by_itself", { time: clock(left) });
  text($("lead-told"), desk.agent.lead_stage === "previewed" ? waiting : t("lead_rings", { number: shown.pii_number, time: clock(now() - desk.agent.since) }));
}

async function ask(path, body) {
  try {
    await post(me + path, body);
    banner("asked", null);
    return true;
  } catch (problem) {
    banner("asked", problem.message);
    return false;
  }
}

async function next() {
  const one = chosen();
  if ($("outbound").hidden || $("lead-next").hidden || $("lead-next").disabled || !one) return;
  askedAt = now();
  $("outbound").dataset.told = "";
  draw();
  if (await ask("/next-lead", { campaign: one.id })) return;
  askedAt = null;
  draw();
}

const dial = () => lead() && desk.agent.lead_stage === "previewed" && ask("/dial-lead", { attempt: lead().attempt });

/** Before he is dialled a reason is asked; what rings is hung up at once. */
function skip() {
  if (!lead()) return;
  if (desk.agent.lead_stage !== "previewed") return ask("/skip-lead", { attempt: lead().attempt });
  $("lead-reasons").hidden = false;
  $("lead-reasons").replaceChildren(...REASONS.map((reason, at) => el("button", { type: "button", role: "option", "aria-selected": "false", onclick: () => give(reason) }, el("kbd", { text: String(at + 1) }), el("span", { text: of("lead_skip", reason) }))));
  $("lead-reasons").firstChild.focus();
}

const give = (reason) => lead() && ask("/skip-lead", { attempt: lead().attempt, reason });

$("lead-reasons").addEventListener("keydown", (event) => {
  const place = Number(event.key);
  if (place >= 1 && place <= REASONS.length) give(REASONS[place - 1]);
  else if (event.key === "Escape") { $("lead-reasons").hidden = true; $("lead-dial").focus(); } else return;
  event.preventDefault();
});
$("campaign").addEventListener("change", () => { localStorage.setItem("campaign", $("campaign").value); $("outbound").dataset.told = ""; draw(); });
$("lead-next").addEventListener("click", next);
$("lead-dial").addEventListener("click", dial);
$("lead-skip").addEventListener("click", skip);
$("lead-hang-up").addEventListener("click", skip);
onKey("L", t("lead_next"), next);
onKey("D", t("lead_dial"), dial);
onKey("Q", `${t("lead_skip")} / ${t("hang_up")}`, skip);
setInterval(refresh, REFRESH_MILLISECONDS);
