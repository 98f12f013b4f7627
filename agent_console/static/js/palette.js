// The command bar on Ctrl+K: every command by its name.

import { $, el } from "./dom.js";
import { keys } from "./keys.js";
import { t } from "./words.js";

const more = [];
const PAUSE_MILLISECONDS = 180; // after the last letter, before what is not a command is looked for
let shown = [];
let chosen = 0;
let finder = null;
let found = [];
let later = null;
let asked = 0;

/** A command without a key of its own. */
export function command(name, run) {
  more.push({ key: "", name, run });
}

/** `search(words)` finds more rows than there are commands: {key, name, run}, such as customers. */
export const findWith = (search) => { finder = search; };

function look() {
  const words = $("palette-text").value.trim();
  const mine = ++asked;
  found = [];
  clearTimeout(later);
  if (!finder || words.length < 2) return;
  later = setTimeout(async () => {
    const rows = await finder(words).catch(() => []); // the commands stay of use without
    if (mine !== asked) return;
    found = rows;
    draw();
  }, PAUSE_MILLISECONDS);
}

function draw() {
  const wanted = $("palette-text").value.trim().toLowerCase();
  shown = [...keys(), ...more].filter(({ name }) => name.toLowerCase().includes(wanted)).concat(found);
  chosen = Math.min(chosen, Math.max(0, shown.length - 1));
  const rows = shown.map(({ key, name }, place) =>
    el("li", { "aria-selected": place === chosen ? "true" : "false", onclick: () => run(place) },
      el("span", { text: name }), key ? el("kbd", { text: `Alt+Shift+${key}` }) : null));
  $("palette-list").replaceChildren(...(rows.length ? rows : [el("li", { class: "quiet", text: t("commands_none") })]));
}

function run(place) {
  $("palette").close();
  shown[place]?.run();
}

document.addEventListener("keydown", (event) => {
  if (!event.ctrlKey || event.altKey || event.key.toLowerCase() !== "k") return;
  event.preventDefault();
  $("palette-text").value = "";
  chosen = 0;
  look();
  draw();
  $("palette").showModal();
});
$("palette-text").addEventListener("input", () => { chosen = 0; look(); draw(); });
$("palette-text").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step) { chosen = Math.max(0, Math.min(shown.length - 1, chosen + step)); draw(); }
  else if (event.key === "Enter") run(chosen);
  else return;
  event.preventDefault();
});
