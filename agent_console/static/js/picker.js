// A list under a text field: type to narrow it, arrows to move, Enter or a click to choose.

import { el } from "./dom.js";
import { t } from "./words.js";

const plain = (words) => words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();

/**
 * `rows()` gives what there is to choose: {key, text, details, disabled, value}; `choose(row)` takes one.
 * With `narrow` false the rows are narrowed elsewhere, and `typed` is told what stands in the field.
 */
export function picker(field, list, { rows, choose, typed = () => {}, narrow = true }) {
  let shown = [];
  let marked = "";

  function draw() {
    const wanted = narrow ? plain(field.value.trim()) : "";
    shown = rows().filter(({ text }) => plain(text).includes(wanted));
    if (!shown.some(({ key }) => key === marked)) marked = shown[0]?.key ?? "";
    const empty = el("li", { class: "quiet", text: t("picker_none") });
    list.replaceChildren(...(shown.length ? shown.map(row) : [empty]));
    const now = list.querySelector('[aria-selected="true"]');
    field.setAttribute("aria-activedescendant", now?.id ?? "");
    now?.scrollIntoView({ block: "nearest" });
  }

  function row(one) {
    const chosen = one.key === marked ? "true" : "false";
    return el("li", { id: `${list.id}-${one.key}`, role: "option", "aria-selected": chosen, "aria-disabled": one.disabled ? "true" : null, "data-key": one.key, onclick: () => take(one) },
      el("span", { text: one.text }), el("span", { class: "quiet", text: one.details ?? "" }));
  }

  function take(one) {
    if (one && !one.disabled) choose(one);
  }

  function move(step) {
    const place = shown.findIndex(({ key }) => key === marked) + step;
    marked = shown[Math.max(0, Math.min(shown.length - 1, place))]?.key ?? "";
    draw();
  }

  field.addEventListener("input", () => { marked = ""; typed(field.value.trim()); draw(); });
  field.addEventListener("keydown", (event) => {
    if (list.hidden) return; // its keys are the field's own again
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Enter") take(shown.find(({ key }) => key === marked));
    else return;
    event.preventDefault();
  });
  /** Begin anew: nothing typed, the first one marked. */
  function reset() {
    field.value = "";
    marked = "";
    draw();
  }

  return { draw, reset };
}
