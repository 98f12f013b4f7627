// The list of a campaign: chosen, looked through for who may not be called and why, loaded.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { of, settings, t, when } from "./words.js";

const LOADING_MILLISECONDS = 1000;
const whole = new Intl.NumberFormat(settings.language);

/** The element of the step; `changed()` after leads were loaded. */
export function listStep(kept, changed) {
  const path = `/campaigns/${kept.campaign.key}`;
  const source = el("select", { id: "source", class: "form-select" });
  const looked = el("div", { class: "looked", "aria-live": "polite" });
  const wrong = el("p", { class: "wrong", role: "alert" });
  const load = el("button", { type: "button", class: "btn btn-primary", id: "load", text: t("campaign_load"), disabled: true });
  const loads = el("ul", { class: "loads", "aria-live": "polite" });
  let asked = 0;

  async function choose() {
    const mine = ++asked;
    load.disabled = true;
    wrong.textContent = "";
    looked.replaceChildren();
    if (!source.value) return;
    looked.replaceChildren(el("p", { class: "quiet", text: t("campaign_looking") }));
    try {
      const seen = await post(`${path}/list-preview`, chosen());
      if (mine !== asked) return;
      looked.replaceChildren(...preview(seen));
      load.disabled = !seen.customers;
    } catch (problem) {
      if (mine !== asked) return;
      looked.replaceChildren();
      wrong.textContent = problem.message;
    }
  }

  const chosen = () => { const [kind, id] = source.value.split("/"); return { kind, id: Number(id) }; };

  async function take() {
    load.disabled = true;
    try {
      await post(`${path}/loads`, chosen());
      wrong.textContent = "";
      await show();
    } catch (problem) {
      wrong.textContent = problem.message;
      load.disabled = false;
    }
  }

  async function show() {
    const rows = await get(`${path}/loads`);
    loads.replaceChildren(...rows.map(loadLine));
    if (rows.some(({ ended_at: ended }) => ended === null)) return setTimeout(() => loads.isConnected && show().catch(() => {}), LOADING_MILLISECONDS);
    return changed();
  }

  async function begin() {
    try {
      const sources = await get("/campaign-sources");
      const group = (kind) => el("optgroup", { label: t(`campaign_source_${kind}`) }, ...sources.filter((one) => one.kind === kind).map((one) => el("option", { value: `${kind}/${one.id}`, text: `${one.name} (${whole.format(one.customers)})` })));
      source.replaceChildren(el("option", { value: "", text: t("campaign_source_choose") }), group("segment"), group("import"));
      await show();
    } catch (problem) {
      wrong.textContent = problem.message;
    }
  }

  source.addEventListener("change", choose);
  load.addEventListener("click", take);
  begin();
  return el("div", { class: "list-step" }, el("label", { for: "source" }, el("span", { class: "label", text: t("campaign_source") }), source), looked, wrong,
    el("div", { class: "controls" }, load), el("h2", { text: t("campaign_loaded") }), loads);
}

const about = (estimate) => whole.format(Math.round(estimate.value));

/** A sample's figure with the bounds between which it lies. */
function bounds(seen, { low, high }) {
  return seen.looked_at < seen.customers ? t("campaign_between", { low: whole.format(Math.round(low)), high: whole.format(Math.round(high)) }) : "";
}

/** How many may be called, how many not and by which rule, with what would mend it. */
function preview(seen) {
  const line = (key, tone) => el("tr", { "data-tone": tone }, el("td", { text: t(`campaign_call_${key}`) }), el("td", { class: "n", text: about(seen[key]) }), el("td", { class: "n quiet spare", text: bounds(seen, seen[key]) }));
  const rows = seen.refused.map((one) => el("tr", {}, el("td", {}, el("span", { text: of("campaign_left_out", one.rule) }), el("span", { class: "quiet below", text: t(`campaign_mend_${one.rule}`) })),
    el("td", { class: "n", text: about(one.customers) }), el("td", { class: "n quiet spare", text: bounds(seen, one.customers) })));
  const how = seen.looked_at < seen.customers ? t("campaign_sampled", { looked: whole.format(seen.looked_at), customers: whole.format(seen.customers) }) : t("campaign_all_looked_at", { customers: whole.format(seen.customers) });
  return [el("p", { class: "quiet", text: how }),
    el("table", { class: "grid sums" }, el("tbody", {}, line("now", "good"), line("later", "warn"), line("never", ""))),
    rows.length ? el("h2", { text: t("campaign_why_not") }) : null, rows.length ? el("table", { class: "grid" }, el("tbody", {}, ...rows)) : null,
    el("p", { class: "quiet", text: t("campaign_rules_again") })].filter(Boolean);
}

function loadLine(one) {
  const left = one.refused.map(({ rule, count }) => `${of("campaign_left_out", rule)}: ${whole.format(count)}`);
  const came = one.error ? settings.words[`problem_${one.error.split(":")[0]}`] ?? one.error : one.ended_at === null ? t("campaign_load_going", { added: whole.format(one.added) }) : t("campaign_load_done", { added: whole.format(one.added), there: whole.format(one.there) });
  return el("li", {}, el("b", { text: one.source }), el("span", { class: "quiet", text: ` ${when(one.loaded_at)} · ${one.by}` }), el("p", { class: one.error ? "wrong" : "", text: came }), left.length ? el("p", { class: "quiet", text: left.join(" · ") }) : null);
}
