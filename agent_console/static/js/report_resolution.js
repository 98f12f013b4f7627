// How well problems are solved: contacts until one is, solved at the first, asked although known; by value class with n.

import { get } from "./api.js";
import { banner, el } from "./dom.js";
import { percent } from "./figures.js";
import { figure, nothing, panel, table, whole } from "./report_parts.js";
import { settings, t } from "./words.js";

const WINDOWS = ["3", "7", "14", "30"];
let days = "7"; // stays while the period changes

const decimal = (value) => (value === null ? "—" : new Intl.NumberFormat(settings.language, { maximumFractionDigits: 2 }).format(value));

export async function resolutionTab(place, span) {
  const [found, twice] = await Promise.all([get(`/reports/resolution?${new URLSearchParams({ ...span, window_days: days })}`), get(`/reports/asked-twice?${new URLSearchParams(span)}`)]);
  const again = ({ target }) => { days = target.value; resolutionTab(place, span).catch((problem) => banner("report", problem.message)); };
  const choice = el("p", { class: "wide flow choices" }, el("label", {}, `${t("resolution_window")} `, el("select", { id: "window", class: "form-select", onchange: again }, ...WINDOWS.map((one) => el("option", { value: one, selected: one === days, text: t("resolution_days", { days: one }) })))));
  if (!found.closed && !found.censored && !twice.asked) return place.replaceChildren(choice, nothing());
  const n = t("resolution_n", { closed: whole(found.closed), open: whole(found.censored) });
  const rows = Object.entries(found.by_class).map(([name, one]) => [name || t("value_class_none"), whole(one.closed), decimal(one.calls_to_resolve), one.calls_to_resolve_p90 === null ? "—" : whole(one.calls_to_resolve_p90), percent(one.first_contact_resolution, 1)]);
  place.replaceChildren(
    choice,
    el("section", { class: "figures wide" },
      figure(t("report_column_fcr"), percent(found.first_contact_resolution, 1), t("resolution_fcr_formula"), { tone: "main", detail: n }),
      figure(t("report_column_calls_to_resolve"), decimal(found.calls_to_resolve), t("resolution_calls_formula", { days }), { detail: found.calls_to_resolve_p90 === null ? "" : t("resolution_p90", { p90: whole(found.calls_to_resolve_p90) }) }),
      figure(t("resolution_twice"), percent(twice.index, 1), t("resolution_twice_formula"), { detail: t("report_guess_of", { part: whole(twice.known_by_contact + twice.known_by_store), whole: whole(twice.asked) }) })),
    panel(t("report_queues_classes"), { path: `/reports/resolution/export?${new URLSearchParams({ ...span, window_days: days })}`, wide: true, formula: t("resolution_class_formula") },
      table([["value_class"], ["episodes", "n"], ["calls_to_resolve", "n"], ["p90", "n"], ["fcr", "n"]], rows, t("report_queues_classes"))));
  return undefined;
}
