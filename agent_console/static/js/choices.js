// A short list of which one is taken by a key: 1 to 9, the first letter, or arrows and Enter.

import { el, fill } from "./dom.js";

/** `rows()` gives {key, label, details}; `choose(row)` takes one; `none` is said of an empty list. */
export function choices(element, { rows, choose, none }) {
  let marked = "";

  function draw() {
    const shown = rows();
    if (!shown.some(({ key }) => key === marked)) marked = shown[0]?.key ?? "";
    fill(element, [shown, marked], () => (shown.length ? shown.map(button) : [el("p", { class: "quiet", text: none })]));
  }

  function button(row, place) {
    const chosen = row.key === marked ? "true" : "false";
    return el("button", { type: "button", role: "option", tabindex: "-1", "aria-selected": chosen, "data-code": row.key, onclick: () => choose(row) },
      place < 9 ? el("kbd", { text: String(place + 1) }) : null, el("span", { text: row.label }), row.details ? el("span", { class: "quiet", text: row.details }) : null);
  }

  function mark(key) {
    marked = key;
    draw();
    element.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }

  function byLetter(letter) {
    const shown = rows();
    const after = shown.findIndex(({ key }) => key === marked) + 1;
    return [...shown.slice(after), ...shown.slice(0, after)].find(({ label }) => label.toLowerCase().startsWith(letter));
  }

  element.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const shown = rows();
    const place = shown.findIndex(({ key }) => key === marked);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (/^[1-9]$/.test(event.key) && shown[event.key - 1]) choose(shown[event.key - 1]);
    else if (event.key === "Enter" && shown[place]) choose(shown[place]);
    else if (step) mark(shown[Math.max(0, Math.min(shown.length - 1, place + step))]?.key);
    else if (/^\p{L}$/u.test(event.key) && byLetter(event.key.toLowerCase())) mark(byLetter(event.key.toLowerCase()).key);
    else return;
    event.preventDefault();
  });
  return { draw, mark };
}
