// Beside a script's text: its draft walked as an agent would, and how long each of its texts takes to read.

import { post } from "./api.js";
import { el } from "./dom.js";
import { scriptWalk } from "./script_walk.js";
import { settings, t } from "./words.js";

/** The panel of one script; `goTo(line)` shows a line of its text. */
export function scriptTrial({ goTo }) {
  const place = el("div", { id: "script-walk", tabindex: "-1", role: "region", "aria-label": t("script_trial") }, el("p", { class: "quiet", text: t("script_trial_none") }));
  const language = el("select", { class: "form-select", "aria-label": t("script_language") }, ...["es", "en"].map((one) => el("option", { value: one, text: t(`script_language_${one}`) })));
  language.value = settings.language;
  const rows = el("tbody");
  const element = el("section", { class: "script-side", "aria-labelledby": "trial-title" },
    el("h3", { id: "trial-title" }, el("span", { text: t("script_trial") }), language, el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("script_trial_again"), onclick: () => begin() })),
    place,
    el("h3", { text: t("script_reading") }), el("p", { class: "quiet", text: t("script_reading_lead") }),
    el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": t("script_reading") },
      el("table", { class: "reading" }, el("thead", {}, el("tr", {}, ...["script_line", "script_step", "script_language", "script_seconds", "script_over"].map((key, at) => el("th", { scope: "col", class: at === 1 || at === 2 ? null : "n", text: t(key) })))), rows)));
  const walk = scriptWalk(place, { take: (step, from) => post("/script-steps", { text: draft, place: from, step }) });
  let draft = "";
  let script = null;

  language.addEventListener("change", () => begin());

  /** What the variables are called stands in their place: there is no customer. */
  const names = () => new Proxy({}, { get: (_, name) => `[${String(name)}]` });

  async function begin() {
    if (!script) return;
    try {
      const first = await post("/script-steps", { text: draft });
      walk.show({ script, language: language.value, values: names(), answers: {}, ...first });
    } catch (problem) {
      place.replaceChildren(el("p", { class: "quiet", text: problem.message }));
    }
  }

  return {
    element,
    draw() {},
    /** What the checker said of this text. */
    checked(told, text) {
      [draft, script] = [text, told.script];
      rows.replaceChildren(...told.reading.map((one) => el("tr", { "data-over": String(one.words_over > 0) },
        el("td", { class: "n" }, el("button", { type: "button", class: "plain", text: String(one.line), onclick: () => goTo(one.line) })),
        el("td", { text: one.what }), el("td", { text: one.language }), el("td", { class: "n", text: one.seconds.toLocaleString(settings.language, { minimumFractionDigits: 1 }) }), el("td", { class: "n", text: one.words_over ? `⚠ ${one.words_over}` : "" }))));
      if (script) begin();
      else place.replaceChildren(el("p", { class: "quiet", text: t("script_trial_none") }));
    },
  };
}
