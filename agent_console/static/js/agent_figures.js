// The figures of an agent, or of a team as one, each with its formula.

import { percent } from "./figures.js";
import { figure, seconds, whole } from "./report_parts.js";
import { of, t } from "./words.js";

export function agentFigures(total) {
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
