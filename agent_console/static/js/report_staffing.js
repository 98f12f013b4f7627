// Staffing: how many agents a queue needs on a day, by a forecast whose error is told; forecasts and shifts come as CSV.

import { get, post } from "./api.js";
import { banner, el } from "./dom.js";
import { percent } from "./figures.js";
import { graph } from "./graph.js";
import { figure, panel, seconds, table, whole } from "./report_parts.js";
import { shiftsPanel } from "./report_shifts.js";
import { mistakesOf } from "./shift_words.js";
import { settings, t } from "./words.js";

const chosen = { queue: "", day: "", minutes: "30", service_level: "80", within_seconds: "20" }; // stays while the period changes
const decimal = (value) => new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 }).format(value);

export async function staffingTab(place) {
  const queues = await get("/queues");
  chosen.queue ||= queues[0]?.key ?? "";
  chosen.day ||= tomorrow();
  const found = el("div", { class: "wide staffing" });
  const again = () => show(found);
  const plans = el("div", { class: "wide" });
  if (settings.permissions.includes("command_agents")) plans.replaceChildren(shiftsPanel(chosen.day, again));
  place.replaceChildren(choices(queues, again), found, plans, imports(again));
  await again();
}

function tomorrow() {
  const day = new Date(Date.now() + 86400000);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}

function choices(queues, again) {
  const changed = (name) => ({ target }) => { if (target.value) { chosen[name] = target.value; again(); } };
  const select = (name, label, options) => el("label", {}, `${label} `, el("select", { id: `staffing-${name}`, class: "form-select", onchange: changed(name) }, ...options.map(([value, words]) => el("option", { value, selected: value === chosen[name], text: words }))));
  const input = (name, label, more) => el("label", {}, `${label} `, el("input", { id: `staffing-${name}`, class: "form-control", value: chosen[name], onchange: changed(name), ...more }));
  return el("p", { class: "wide flow choices" },
    select("queue", t("queue"), queues.map(({ key, name }) => [key, name])),
    input("day", t("report_column_day"), { type: "date" }),
    select("minutes", t("report_step"), ["15", "30", "60"].map((step) => [step, t(`report_step_${step}`)])),
    input("service_level", t("staffing_share"), { type: "number", min: "1", max: "99" }),
    input("within_seconds", t("staffing_within"), { type: "number", min: "0", max: "3600" }));
}

const asked = () => new URLSearchParams({ ...chosen, service_level: String(Number(chosen.service_level) / 100) });

async function show(found) {
  if (!chosen.queue) return;
  try {
    const told = await get(`/reports/staffing?${asked()}`);
    found.replaceChildren(...answer(told));
    banner("staffing", null);
  } catch (problem) {
    found.replaceChildren(el("p", { class: "panel quiet", text: problem.message }));
  }
}

function answer(told) {
  const hours = new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit", timeZone: told.time_zone });
  const rows = told.needed.filter(({ calls, planned }) => calls > 0 || planned > 0);
  const most = Math.max(0, ...rows.map(({ agents }) => agents ?? 0));
  const error = told.error ? figure(t("staffing_error"), `± ${decimal(told.error.mean_absolute)}`, t("staffing_error_formula"), { detail: percent(told.error.share, 1) }) : null;
  const count = (agents) => (agents === null ? "—" : whole(agents));
  const heads = [["from"], ["staffing_calls", "n"], ["aht_seconds", "n"], ["staffing_agents", "n"], ["staffing_patient", "n"], ["staffing_planned", "n"]];
  return [
    el("section", { class: "figures" },
      figure(t("staffing_most"), whole(most), t("staffing_most_formula"), { tone: "main" }),
      figure(t("staffing_calls"), decimal(rows.reduce((sum, { calls }) => sum + calls, 0)), told.source === "imported" ? t("staffing_imported") : t("staffing_history", { weeks: told.weeks })),
      ...(error ? [error] : []),
      figure(t("staffing_patience"), seconds(told.patience_seconds), t("staffing_patience_formula"))),
    panel(t("staffing_needed"), { path: `/reports/staffing/export?${asked()}`, wide: true, formula: t("staffing_formula") }, chart(told.needed, hours),
      table(heads, rows.map((one) => [hours.format(one.from_at * 1000), decimal(one.calls), seconds(one.handle_seconds), count(one.agents), count(one.agents_patient), decimal(one.planned)]), t("staffing_needed")))];
}

/** A column for each interval, as tall as agents are needed. */
const chart = (needed, hours) => graph({
  title: t("staffing_needed"),
  labels: needed.map((one) => hours.format(one.from_at * 1000)),
  columns: [{ name: t("report_column_staffing_agents"), color: "--end-served", values: needed.map(({ agents }) => agents) }],
  lines: needed.some(({ planned }) => planned) ? [{ name: t("report_column_staffing_planned"), color: "--text", values: needed.map(({ planned }) => planned) }] : [],
});

function imports(again) {
  if (!settings.permissions.includes("command_agents")) return "";
  const file = (id, label, columns, send) => {
    const told = el("span", { class: "quiet", role: "status" });
    const choose = el("input", { id, type: "file", accept: ".csv,text/csv", class: "form-control", onchange: async () => {
      if (!choose.files.length) return;
      try {
        const { rows } = await send(await choose.files[0].text());
        told.textContent = t("staffing_taken", { rows: whole(rows) });
        await again();
      } catch (problem) {
        told.textContent = mistakesOf(problem).join(" ");
      }
      choose.value = "";
    } });
    return el("div", { class: "import" }, el("label", { for: id }, el("b", { text: label }), el("span", { class: "quiet", text: ` ${columns}` })), choose, told);
  };
  return panel(t("staffing_import"), { wide: true, formula: t("staffing_import_hint") },
    file("staffing-forecast", t("staffing_forecast"), "day, from, calls, handle_seconds", (text) => post(`/queues/${encodeURIComponent(chosen.queue)}/forecast`, { text, minutes: chosen.minutes })),
    file("staffing-shifts", t("staffing_shifts"), "agent, day, from, until, kind", (text) => post("/shifts", { text })));
}
