// Announcements: what callers are told before anything else; one press switches one on or off for the very next caller.

import { recordings, showRecordings } from "./announcement_sounds.js";
import { api, get, post } from "./api.js";
import { $, banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { ask } from "./form.js";
import { tellForce } from "./in_force.js";
import { command } from "./palette.js";
import { day, of, t } from "./words.js";

const PROMPTS = ["announcement-closed", "announcement-holiday", "announcement-outage", "announcement-long-wait", "announcement-systems"];
let queues = [];
let rows = [];

async function load() {
  try {
    rows = await get("/announcements");
    await showRecordings((key) => form(null, key));
    banner("announcements-list", null);
    draw();
  } catch (problem) {
    banner("announcements-list", problem.message);
  }
}

function draw() {
  $("rows").replaceChildren(...[...rows].sort((a, b) => b.switched_on - a.switched_on || a.name.localeCompare(b.name)).map(row));
  $("none").hidden = rows.length > 0;
}

/** On, off, or on and not (or no longer) within its time. */
function state(one) {
  const now = Date.now() / 1000;
  if (!one.switched_on) return ["", t("announcement_off")];
  if (one.until_at !== null && one.until_at <= now) return ["warn", t("announcement_over")];
  if (one.from_at !== null && one.from_at > now) return ["warn", t("announcement_later")];
  return one.has_sound ? ["good", t("announcement_on")] : ["warn", t("announcement_no_sound")];
}

function row(one) {
  const [tone, said] = state(one);
  return el("li", { "data-announcement": one.id },
    el("span", { class: "tag", "data-tone": tone || null, text: said }),
    el("div", { class: "what" }, el("b", { text: one.name }), el("p", { text: words(one) }), el("p", { class: "quiet", text: notes(one) })),
    el("span", { class: "acts" },
      button(one.switched_on ? "announcement_switch_off" : "announcement_switch_on", one, () => change(api("PUT", `/announcements/${one.id}/switch`, { on: !one.switched_on })), one.switched_on ? "btn-outline-danger" : "btn-primary"),
      button("announcement_change", one, () => form(one)),
      one.switched_on ? null : button("announcement_remove", one, () => remove(one))));
}

const button = (key, one, onclick, kind = "btn-outline-secondary") => el("button", { type: "button", class: `btn btn-sm ${kind}`, text: t(key), "aria-label": `${t(key)}: ${one.name}`, onclick });
const recorded = (one) => (one.sound ? recordings().find(({ key }) => key === one.sound)?.name ?? t("recording_gone") : of("announcement_prompt", one.prompt.replaceAll("-", "_")));
const words = (one) => `«${one.text ?? recorded(one)}»`;

function notes(one) {
  const to = [one.queues.length ? one.queues.map((key) => queues.find((queue) => queue.key === key)?.name ?? key).join(", ") : null, one.areas.length ? one.areas.join(", ") : null].filter(Boolean);
  const from = one.from_at === null ? null : t("announcement_from", { time: day(one.from_at) });
  const until = one.until_at === null ? null : t("announcement_until", { time: day(one.until_at) });
  const by = one.switched_by ? t(one.switched_on ? "announcement_on_by" : "announcement_off_by", { name: one.switched_by, time: day(one.switched_at) }) : null;
  const heard = one.told ? t("announcement_heard", { told: one.told, queued: one.queued }) : null;
  return [to.length ? to.join(" · ") : t("announcement_everybody"), from, until, by, heard].filter(Boolean).join(" · ");
}

async function change(answer) {
  try {
    tellForce(await answer);
    banner("announcements", null);
  } catch (problem) {
    banner("announcements", problem.message);
  }
  return load();
}

function remove(one) {
  ask({ title: t("announcement_remove_title", { name: one.name }), button: t("announcement_remove"), fields: [],
    send: async () => {
      await api("DELETE", `/announcements/${one.id}`);
      load();
    } });
}

const lines = (text) => text.split("\n").map((line) => line.trim()).filter(Boolean);

/** A recording of one's own is chosen beside the prompts; its value begins with this. */
const OWN = "own:";

/** `sound`: the recording to begin with. */
function form(one = null, sound = one?.sound) {
  const prompts = [...recordings().map(({ key, name }) => ({ value: OWN + key, text: t("recording_own", { name }) })),
    ...PROMPTS.map((key) => ({ value: key, text: of("announcement_prompt", key.replaceAll("-", "_")) }))];
  const fields = [
    { key: "name", label: t("announcement_name"), required: true, value: one?.name },
    { key: "prompt", label: t("announcement_prompt"), type: "choice", choices: prompts, value: sound ? OWN + sound : one?.prompt },
    { key: "text", label: t("announcement_text"), type: "lines", value: one?.text },
    { key: "queues", label: t("announcement_queues"), type: "several", choices: queues.map(({ key, name }) => ({ value: key, text: name })), value: one?.queues },
    { key: "areas", label: t("announcement_areas"), type: "lines", value: one?.areas.join("\n") },
    { key: "from_at", label: t("announcement_from_at"), type: "moment", value: one?.from_at },
    { key: "until_at", label: t("announcement_until_at"), type: "moment", value: one?.until_at },
  ];
  ask({ title: t(one ? "announcement_change_title" : "announcement_new"), button: t("save"), more: t("announcement_hint"), fields,
    send: async (given) => {
      const own = given.prompt.startsWith(OWN);
      const body = { ...given, prompt: own ? null : given.prompt || null, sound: own ? given.prompt.slice(OWN.length) : null, text: given.text || null, areas: lines(given.areas) };
      tellForce(await (one ? api("PUT", `/announcements/${one.id}`, body) : post("/announcements", body)));
      load();
    } });
}

$("new").addEventListener("click", () => form());
command(t("announcement_new"), () => form());
command(t("command_theme"), window.switchTheme);
socket.on("connect", load);
get("/queues").then((known) => { queues = known; draw(); }, () => {});
load();
