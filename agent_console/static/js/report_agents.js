// The report of agents: beside each other from five on, of fewer the sum; up to the last midnight; each can read that it was looked at.

import { get } from "./api.js";
import { agentFigures } from "./agent_figures.js";
import { el } from "./dom.js";
import { percent } from "./figures.js";
import { nothing, panel, seconds, table, whole } from "./report_parts.js";
import { t } from "./words.js";

const COLUMNS = [["agent_login"], ["handled", "n"], ["aht_seconds", "n"], ["acw_seconds", "n spare"], ["occupancy", "n"], ["idle_seconds", "n spare"], ["paused_seconds", "n spare"], ["logged_in_seconds", "n spare"], ["adherence", "n spare"], ["non_response", "n"], ["transfer_rate", "n spare"]];

export async function agentsTab(place, span) {
  const query = new URLSearchParams(span);
  const found = await get(`/reports/agents?${query}`);
  const note = el("p", { class: "panel quiet wide", text: `${t("report_agents_looked")} ${t("report_technicians_until")}` });
  if (!found.people) return place.replaceChildren(note, nothing());
  const team = el("section", { class: "figures wide", "aria-label": t("report_agents_team") }, ...agentFigures(found.team));
  if (!found.agents) return place.replaceChildren(note, el("p", { class: "panel wide", text: t("report_agents_few", { count: whole(found.people) }) }), team);
  place.replaceChildren(note, team,
    panel(t("report_tab_agents"), { path: `/reports/agents/export?${query}`, wide: true, formula: t("report_agents_formula") },
      table(COLUMNS, found.agents.map(({ name, figures: one }) => [name, whole(one.handled), seconds(one.aht_seconds), seconds(one.acw_seconds), percent(one.occupancy, 1), seconds(one.idle_seconds), seconds(one.paused_seconds), seconds(one.logged_in_seconds), percent(one.adherence, 1), percent(one.non_response, 1), percent(one.transfer_rate, 1)]), t("report_tab_agents"))));
  return undefined;
}
