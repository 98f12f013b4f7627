// An agent's own figures, up to now, with the formula of each; and who looked at them.

import { get } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import "./feed.js";
import { percent } from "./figures.js";
import { agentFigures } from "./agent_figures.js";
import { shown } from "./shift_words.js";
import { saves, seconds, table, whole } from "./report_parts.js";
import { command } from "./palette.js";
import "./reminders.js";
import { day, settings, t } from "./words.js";

const COLUMNS = [["from"], ["handled", "n"], ["aht_seconds", "n"], ["occupancy", "n"], ["on_contacts_seconds", "n spare"], ["idle_seconds", "n spare"], ["paused_seconds", "n spare"], ["adherence", "n spare"], ["non_response", "n"]];

async function show() {
  const query = new URLSearchParams({ step: $("step").value, ...($("from").value ? { from_day: $("from").value, until_day: $("until").value || $("from").value } : {}) });
  try {
    const [found, looks] = await Promise.all([get(`/me/figures?${query}`), get("/me/figures/looks")]);
    [$("from").value, $("until").value] = [found.from_day, found.until_day];
    text($("zone"), t("report_zone", { zone: found.time_zone.replaceAll("_", " ") }));
    $("total").replaceChildren(...agentFigures(found.total));
    $("saves").replaceChildren(saves(t("my_figures_intervals"), `/me/figures/export?${query}`));
    $("intervals").replaceChildren(table(COLUMNS, found.intervals.filter(worth).map((one) => row(one, found.time_zone)), t("my_figures_intervals")));
    $("looks").replaceChildren(looks.length ? el("ul", { class: "looks" }, ...looks.map(look)) : el("p", { class: "quiet", text: t("my_figures_no_looks") }));
    await shifts(found.until_day);
    banner("figures", null);
  } catch (problem) {
    banner("figures", problem.message);
  }
}

const worth = ({ figures: one }) => one.handled || one.offers || one.logged_in_seconds;

function row({ from_at: at, figures: one }, zone) {
  const hours = $("step").value === "60" ? { hour: "2-digit", minute: "2-digit" } : {};
  const begins = new Intl.DateTimeFormat(settings.language, { weekday: "short", day: "2-digit", month: "short", ...hours, timeZone: zone }).format(at * 1000);
  return [begins, whole(one.handled), seconds(one.aht_seconds), percent(one.occupancy, 1), seconds(one.on_contacts_seconds), seconds(one.idle_seconds), seconds(one.paused_seconds), percent(one.adherence, 1), percent(one.non_response, 1)];
}

/** My shifts of the week that holds the last day shown, and of the next. */
async function shifts(last) {
  const week = (iso) => get(`/me/shifts?${new URLSearchParams({ day: iso })}`);
  const next = new Date(Date.parse(last) + 7 * 86400000).toISOString().slice(0, 10);
  const days = (await Promise.all([week(last), week(next)])).flatMap((one) => one.days.map((of_, at) => [of_.day, one.agents[0]?.days[at] ?? []]));
  const rows = days.filter(([, has]) => has.length).map(([iso, has]) => [new Intl.DateTimeFormat(settings.language, { weekday: "long", day: "2-digit", month: "short", timeZone: "UTC" }).format(new Date(iso)), shown(has.filter(({ kind }) => kind === "work")), shown(has.filter(({ kind }) => kind === "break")).replace("/ ", "")]);
  $("shifts").replaceChildren(rows.length ? table([["day"], ["shift_work", null], ["shift_breaks", null]], rows, t("my_shifts")) : el("p", { class: "quiet", text: t("my_shifts_none") }));
}

const look = (one) => el("li", {}, el("b", { text: one.by }), ` ${t("my_figures_looked", { at: day(one.at), from: day(one.from_at), until: day(one.until_at) })}`);

for (const id of ["from", "until", "step"]) $(id).addEventListener("change", show);
command(t("command_theme"), window.switchTheme);
show();
