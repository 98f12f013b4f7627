// An agent's own figures, up to now, with the formula of each; and who looked at them.

import { get } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import "./feed.js";
import { percent } from "./figures.js";
import { figure, seconds, table, whole } from "./report_parts.js";
import { command } from "./palette.js";
import "./reminders.js";
import { day, of, settings, t } from "./words.js";

const COLUMNS = [["from"], ["handled", "n"], ["aht_seconds", "n"], ["occupancy", "n"], ["on_contacts_seconds", "n spare"], ["idle_seconds", "n spare"], ["paused_seconds", "n spare"], ["adherence", "n spare"], ["non_response", "n"]];

async function show() {
  const query = new URLSearchParams({ step: $("step").value, ...($("from").value ? { from_day: $("from").value, until_day: $("until").value || $("from").value } : {}) });
  try {
    const [found, looks] = await Promise.all([get(`/me/figures?${query}`), get("/me/figures/looks")]);
    [$("from").value, $("until").value] = [found.from_day, found.until_day];
    text($("zone"), t("report_zone", { zone: found.time_zone.replaceAll("_", " ") }));
    $("total").replaceChildren(...figures(found.total));
    $("intervals").replaceChildren(table(COLUMNS, found.intervals.filter(worth).map((one) => row(one, found.time_zone)), t("my_figures_intervals")));
    $("looks").replaceChildren(looks.length ? el("ul", { class: "looks" }, ...looks.map(look)) : el("p", { class: "quiet", text: t("my_figures_no_looks") }));
    banner("figures", null);
  } catch (problem) {
    banner("figures", problem.message);
  }
}

const worth = ({ figures: one }) => one.handled || one.offers || one.logged_in_seconds;

function figures(total) {
  const share = (name, options) => figure(t(`report_column_${name}`), percent(total[name], 1), t(`report_${name}_formula`), options);
  const time = (name, options) => figure(t(`report_column_${name}`), seconds(total[name]), t(`report_${name}_formula`), options);
  const part = (some, all) => ({ detail: t("report_guess_of", { part: whole(some), whole: whole(all) }) });
  const pauses = Object.entries(total.pauses).map(([reason, spent]) => `${reason ? of("reason", reason) : t("my_figures_pause")} ${seconds(spent)}`).join(" · ");
  return [
    share("occupancy", { tone: "main" }),
    figure(t("report_column_handled"), whole(total.handled), t("report_handled_formula")),
    time("aht_seconds", { detail: t("report_acw_detail", { acw: seconds(total.acw_seconds) }) }),
    time("on_contacts_seconds"), time("idle_seconds"), time("paused_seconds", { detail: pauses }),
    ...(total.planned_seconds ? [share("adherence", { detail: seconds(total.planned_seconds) })] : []),
    share("non_response", part(total.not_answered, total.offers)),
    share("transfer_rate", part(total.transferred, total.handled)),
  ];
}

function row({ from_at: at, figures: one }, zone) {
  const hours = $("step").value === "60" ? { hour: "2-digit", minute: "2-digit" } : {};
  const begins = new Intl.DateTimeFormat(settings.language, { weekday: "short", day: "2-digit", month: "short", ...hours, timeZone: zone }).format(at * 1000);
  return [begins, whole(one.handled), seconds(one.aht_seconds), percent(one.occupancy, 1), seconds(one.on_contacts_seconds), seconds(one.idle_seconds), seconds(one.paused_seconds), percent(one.adherence, 1), percent(one.non_response, 1)];
}

const look = (one) => el("li", {}, el("b", { text: one.by }), ` ${t("my_figures_looked", { at: day(one.at), from: day(one.from_at), until: day(one.until_at) })}`);

for (const id of ["from", "until", "step"]) $(id).addEventListener("change", show);
command(t("command_theme"), window.switchTheme);
show();
