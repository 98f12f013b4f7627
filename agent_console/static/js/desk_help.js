// How an agent asks for help: a raised hand, a minute, an end to insults; and what supervisors write to him.

import { api, post } from "./api.js";
import { $, banner, el, fill, text } from "./dom.js";
import { now } from "./feed.js";
import { onKey } from "./keys.js";
import { clock, of, settings, t } from "./words.js";

const me = `/agents/${settings.agent}`;
let shown = null; // the agent's row

async function ask(work) {
  try {
    await work();
    banner("help", null);
  } catch (problem) {
    banner("help", problem.message);
  }
}

/** Shows the buttons for an agent's row and what is written to him; `talking`: he has a caller on the line. */
export function showHelp(agent, talking) {
  shown = agent;
  const up = agent.hand_raised_at !== null;
  $("help").hidden = agent.status === "logged_out" && agent.activity === "idle";
  $("hand").setAttribute("aria-pressed", String(up));
  text($("hand"), up ? t("hand_lower") : t("hand_raise"));
  $("minute").hidden = (agent.next_status ?? agent.status) !== "available";
  $("abuse").hidden = !talking;
  if (!talking && $("abuse-sure").open) $("abuse-sure").close();
  $("listened").hidden = !agent.listened_by.length;
  text($("listened"), agent.listened_by.length ? t("listened_by", { names: agent.listened_by.join(", ") }) : "");
  showSupervision(agent.supervises);
  $("notices").hidden = !agent.notices.length;
  fill($("notices"), agent.notices, () => agent.notices.map(notice));
}

/** He is a supervisor in somebody's talk: his telephone is busy with it. */
function showSupervision(mine) {
  if (!mine) return banner("supervises", null);
  const leave = () => ask(() => api("DELETE", `/live/${encodeURIComponent(mine.contact)}/supervision`));
  banner("supervises", t("supervises", { agent: mine.agent, mode: of("act", mine.mode).toLowerCase() }), "warn", el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("supervise_leave"), onclick: leave }));
}

function notice({ notice: key, text: words, by }) {
  const read = () => ask(() => api("DELETE", `${me}/notices/${encodeURIComponent(key)}`));
  return el("div", { class: "notice" }, el("p", { text: words }), el("span", { class: "quiet", text: by }),
    el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("notice_read"), onclick: read }));
}

/** How long the minute lasts still; "" for any other status. */
export const minuteLeft = ({ status_until: until }) => (until ? clock(Math.max(0, until - now())) : "");

const SOUND_MILLISECONDS = 5000;
let sound = null; // how the call sounds now; null while there is none

/** What the telephone measured: the supervisor's page knows of bad sound while it lasts. */
export const heardSound = (quality) => { sound = quality?.word ?? null; };
setInterval(() => { if (sound) api("PUT", "/me/sound", { word: sound }).catch(() => {}); }, SOUND_MILLISECONDS);

const hand = () => ask(() => api(shown?.hand_raised_at ? "DELETE" : "PUT", `${me}/hand`));
const minute = () => ask(() => post(`${me}/minute`));
const abuse = () => { if (!$("abuse").hidden) $("abuse-sure").showModal(); };

$("hand").addEventListener("click", hand);
$("minute").addEventListener("click", minute);
$("abuse").addEventListener("click", abuse);
$("abuse-yes").addEventListener("click", () => ask(() => post(`${me}/abuse`)));
$("abuse-no").addEventListener("click", () => $("abuse-sure").close());
onKey("Y", `${t("hand_raise")} / ${t("hand_lower")}`, hand);
onKey("V", t("minute"), minute);
onKey("U", t("abuse"), abuse);
