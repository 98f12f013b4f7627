// A script, one step at a time: big text, answers by keys, objections beside it, the way back. Where it is the server
// says after each step; this only shows it.

import { choices } from "./choices.js";
import { el, text } from "./dom.js";
import { of, t } from "./words.js";

const filled = (words, values) => words.replace(/\{([^{}]*)\}/g, (whole, name) => values[name] || "…");

/** Walks in `place`. `take(step)` gives the view after it; `ended(page, answers)` is told of an end that was reached. */
export function scriptWalk(place, { take, ended = () => {}, resultName = (code) => code }) {
  let view = null;
  let objecting = null; // null: not; "": choosing one; a name: its reply is shown
  let busy = false;
  const problem = el("p", { class: "problem", role: "alert", hidden: true });

  const words = (one) => filled(one[view.language] ?? "", view.values);
  const page = () => view.script.page[view.place.page];
  const below = (parent) => Object.entries(view.script.objection ?? {}).filter(([, one]) => (one.parent ?? null) === parent);

  async function go(step) {
    if (busy) return;
    busy = true;
    try {
      const answers = view.answers ?? {};
      view = { ...view, ...await take({ page: view.place.page, ...step }, view.place) };
      view.answers ??= answers;
      problem.hidden = true;
      if (!step.objection) objecting = null;
      draw();
      if (page()?.kind === "end") ended(page(), view.answers ?? {});
    } catch (wrong) {
      text(problem, wrong.message);
      problem.hidden = false;
    } finally {
      busy = false;
    }
  }

  function draw() {
    const at = page();
    const shown = objecting ? view.script.objection[objecting] : at;
    const said = objecting ? filled(shown[`reply_${view.language}`] ?? "", view.values) : words(shown);
    const done = view.place.trail.length;
    place.replaceChildren(...[
      el("div", { class: "script-head" },
        el("progress", { max: String(done + view.left || 1), value: String(done), "aria-label": t("script_progress") }),
        el("span", { class: "quiet number", text: view.left ? t("script_left", { step: done + 1, left: view.left }) : t("script_end") })),
      objecting ? el("p", { class: "objected", text: t("script_objected", { words: words(shown) }) }) : null,
      objecting === "" ? el("h3", { text: t("script_objection_which") }) : el("p", { class: "script-text", "aria-live": "polite", text: said }),
      problem,
      objecting === null ? answerPart(at) : objectionPart(),
      el("div", { class: "controls script-keys" },
        el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", disabled: !done && objecting === null, onclick: back }, el("kbd", { text: "←" }), ` ${t("script_back")}`),
        objecting === null && below(null).length ? el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", onclick: object }, el("kbd", { text: "O" }), ` ${t("script_objection")}`) : null),
    ].filter(Boolean));
  }

  const back = () => {
    if (objecting === null) return go({ back: true }).then(focus);
    objecting = null;
    draw();
    focus();
    return null;
  };

  function object() {
    if (!below(null).length) return;
    objecting = "";
    draw();
    focus();
  }

  function objectionPart() {
    const rows = below(objecting || null).map(([key, one]) => ({ key, label: words(one) }));
    const list = el("div", { class: "list", role: "listbox", tabindex: "0", "aria-label": t("script_objection") });
    const on = { key: "", label: t("script_go_on") };
    choices(list, { rows: () => (objecting ? [...rows, on] : rows), choose: ({ key }) => (key ? raise(key) : back()), none: "" }).draw();
    return list;
  }

  async function raise(name) {
    await go({ objection: name });
    objecting = name;
    draw();
    focus();
  }

  function answerPart(at) {
    const given = view.answers?.[at.question || view.place.page] ?? "";
    if (at.kind === "end") return el("p", { class: "script-result" }, at.disposition ? t("script_result", { result: resultName(at.disposition) }) : "");
    if (at.kind === "say" || !at.kind) return el("button", { type: "button", class: "btn btn-primary", "data-next": true, onclick: () => go({}).then(focus) }, el("kbd", { text: "↵" }), ` ${t("script_go_on")}`);
    if (at.kind === "yes_no" || at.kind === "choice") {
      const rows = at.kind === "choice" ? at.choice.map((one) => ({ key: one.value, label: words(one) })) : ["yes", "no"].map((key) => ({ key, label: of("script_answer", key) }));
      const list = el("div", { class: "list", role: "listbox", tabindex: "0", "aria-label": words(at) });
      const shown = choices(list, { rows: () => rows, choose: ({ key }) => go({ answer: key }).then(focus), none: "" });
      shown.draw();
      if (given) shown.mark(given);
      return list;
    }
    const kinds = { text: { type: "text", maxlength: "2000" }, number: { type: "text", inputmode: "decimal" }, date: { type: "date" } };
    const input = el("input", { class: "form-control", autocomplete: "off", "aria-label": words(at), required: true, ...kinds[at.kind] });
    input.value = given;
    return el("form", { class: "script-answer", onsubmit: (event) => { event.preventDefault(); go({ answer: input.value }).then(focus); } }, input,
      el("button", { type: "submit", class: "btn btn-primary" }, el("kbd", { text: "↵" }), ` ${t("script_go_on")}`));
  }

  /** Where the next key belongs. */
  function focus() {
    (place.querySelector("[role=listbox], .script-answer input, [data-next]") ?? place).focus();
  }

  place.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey || !view) return;
    const typing = event.target.matches("input");
    if (!typing && event.key.toLowerCase() === "o" && objecting === null) object();
    else if (event.key === "Escape" && objecting !== null) back();
    else if (!typing && event.key === "ArrowLeft") back();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);

  return {
    /** Shows a script from where it stands. */
    show(next) {
      [view, objecting, problem.hidden] = [next, null, true];
      draw();
      if (page()?.kind === "end") ended(page(), view.answers ?? {});
    },
    object,
    focus,
  };
}
