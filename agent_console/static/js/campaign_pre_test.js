// The pre-test: 200 are called first, and say what the whole list will bring and cost.

import { post } from "./api.js";
import { banner, el } from "./dom.js";
import { money, percent } from "./figures.js";
import { figure, panel, whole } from "./report_parts.js";
import { settings, t } from "./words.js";

const may = settings.permissions.includes("run_campaigns");

/** How it stands, with what can be done about it. `changed()` after that. */
export function preTestPanel(key, test, currency, changed) {
  const act = (words, path) => (may ? el("div", { class: "controls" }, el("button", { type: "button", class: "btn btn-outline-secondary", text: t(words), onclick: async () => {
    try {
      await post(`/campaigns/${key}${path}`, {});
      banner("pre-test", null);
      await changed();
    } catch (problem) {
      banner("pre-test", problem.message);
    }
  } })) : null);
  const inside = [];
  if (!test) inside.push(el("p", { text: t("campaign_pre_test_none") }), act("campaign_pre_test_begin", "/pre-test"));
  else if (test.forecast) inside.push(el("div", { class: "figures three" }, ...forecast(test, currency)));
  else if (test.ended_at !== null) inside.push(el("p", { text: t("campaign_pre_test_ended") }), act("campaign_pre_test_begin", "/pre-test"));
  else inside.push(el("progress", { max: String(test.sample), value: String(test.over), "aria-label": t("campaign_pre_test") }), el("p", { text: t("campaign_pre_test_runs", { over: whole(test.over), sample: whole(test.sample), leads: whole(test.leads) }) }), act("campaign_pre_test_end", "/pre-test/end"));
  const formula = test?.forecast ? t("campaign_pre_test_is", { sample: whole(test.sample), leads: whole(test.leads) }) : t("campaign_pre_test_lead");
  return panel(t("campaign_pre_test"), { wide: true, formula }, ...inside.filter(Boolean));
}

function forecast({ forecast: told }, currency) {
  const between = ({ low, high }, write) => t("campaign_between", { low: write(low), high: write(high) });
  const share = (value) => percent(value, 1);
  const round = (value) => whole(Math.round(value));
  const cost = (value) => money(Math.round(value), currency);
  return [
    figure(t("campaign_rate_contact"), share(told.contact_rate.value), between(told.contact_rate, share)),
    figure(t("campaign_forecast_contacts"), round(told.contacts.value), between(told.contacts, round)),
    figure(t("campaign_forecast_cost"), cost(told.cost_minor.value), between(told.cost_minor, cost)),
  ];
}
