// All campaigns: which run, which wait, how many customers are left to be called.

import { get } from "./api.js";
import { $, banner, el, fill, text } from "./dom.js";
import { socket } from "./feed.js";
import { command } from "./palette.js";
import { of, settings, t, when } from "./words.js";

const EVERY_MILLISECONDS = 10000;
const whole = new Intl.NumberFormat(settings.language);
const may = (permission) => settings.permissions.includes(permission);
const TONES = { running: "good", paused: "warn", stopped: "", finished: "", draft: "" };

async function load() {
  if (document.hidden) return;
  try {
    const rows = await get("/campaigns");
    banner("campaigns", null);
    text($("count"), rows.length ? String(rows.length) : "");
    $("none").hidden = rows.length > 0;
    $("rows").hidden = !rows.length;
    fill($("rows").tBodies[0], rows, () => rows.map(line));
  } catch (problem) {
    banner("campaigns", problem.message);
  }
}

function line(one) {
  const draft = one.state === "draft" && may("run_campaigns");
  const path = draft ? `/campaigns/new#${one.key}` : `/campaigns/${one.key}`;
  const results = one.state === "draft" ? null : el("a", { href: `/campaigns/${one.key}/results`, text: t("campaign_results"), "aria-label": `${t("campaign_results")}: ${one.name}` });
  return el("tr", {},
    el("td", {}, el("a", { href: path, text: one.name }), el("span", { class: "quiet below", text: of("purpose", one.purpose) })),
    el("td", {}, el("span", { class: "tag", "data-tone": TONES[one.state], text: of("campaign_is", one.state) })),
    el("td", { class: "spare", text: of("campaign_mode", one.mode) }),
    el("td", { class: "n", text: whole.format(one.waiting) }),
    el("td", { class: "n spare", text: whole.format(one.leads) }),
    el("td", { class: "quiet spare", text: t("campaign_since_by", { time: when(one.state_at), who: one.state_by }) }),
    el("td", { class: "n spare" }, results));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "n" || event.ctrlKey || event.altKey || event.metaKey || event.target.closest("input, select, textarea, dialog")) return;
  if (may("run_campaigns")) location.assign("/campaigns/new");
});
command(t("command_theme"), window.switchTheme);
socket.on("connect", load);
setInterval(load, EVERY_MILLISECONDS);
load();
