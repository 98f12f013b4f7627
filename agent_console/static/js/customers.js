// The list of customers: filter, more, and a new one written down; by keyboard.

import { get } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import "./feed.js";
import { newCustomer } from "./new_customer.js";
import { command } from "./palette.js";
import { day, of, settings, t } from "./words.js";

const FOUND_AT_MOST = 100;
const PAUSE_MILLISECONDS = 200;
const FILTERS = { kind: "kind", stage: "stage", value: "value_class" }; // id of the field, and the API's word
const may = (permission) => settings.permissions.includes(permission);
let rows = [];
let next = null;
let asked = 0;
let later = null;

const wanted = () => Object.fromEntries(Object.entries(FILTERS).map(([id, word]) => [word, $(id).value]).filter(([, value]) => value));

/** Those found by the text, of whom the other filters hold; the list of all comes in pages. */
async function read(cursor) {
  const words = $("text").value.trim();
  const filters = wanted();
  if (!words) return get(`/customers?${new URLSearchParams({ ...filters, limit: 50, ...(cursor ? { cursor } : {}) })}`);
  const hits = await get(`/search?${new URLSearchParams({ q: words, limit: FOUND_AT_MOST })}`);
  const fits = ({ customer }) => Object.entries(filters).every(([word, value]) => customer[word] === value);
  return { items: hits.filter(fits).map(({ customer, found_by: by }) => ({ ...customer, found_by: by })), next: null };
}

async function load(cursor = null) {
  const mine = ++asked;
  try {
    const page = await read(cursor);
    if (mine !== asked) return;
    const from = cursor ? rows.length : 0;
    rows = cursor ? [...rows, ...page.items] : page.items;
    next = page.next;
    banner("customers", null);
    draw();
    if (cursor) $("rows").children[from]?.querySelector("a").focus();
  } catch (problem) {
    if (mine === asked) banner("customers", problem.message);
  }
}

function draw() {
  $("rows").replaceChildren(...rows.map(row));
  text($("count"), rows.length ? `${rows.length}${next ? "+" : ""}` : "");
  $("none").hidden = rows.length > 0;
  $("more").hidden = !next;
}

function row(one) {
  const roles = [of("customer_kind", one.kind), one.is_supplier && t("supplier"), of("life", one.stage)].filter(Boolean).join(" · ");
  return el("li", {}, el("a", { href: `/customers/${one.customer_id}` },
    el("b", { text: one.name }),
    el("span", { class: "class", text: one.value_class ? `${t("value_class")} ${one.value_class}` : t("value_class_none") }),
    el("span", { class: "quiet", text: roles }),
    el("span", { class: "number quiet", text: one.rut ?? one.external_id ?? "" }),
    el("span", { class: "quiet number", text: one.found_by ? of("found_by", one.found_by) : day(one.updated_at) })));
}

function move(step) {
  const links = [...$("rows").querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  links[at < 0 ? 0 : Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
}

const KEYS = { j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1), f: () => $("text").focus(), n: add };

function add() {
  if (may("change_customers")) newCustomer((made) => location.assign(`/customers/${made.customer_id}`));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input, select, textarea")) {
    if (event.target === $("text") && event.key === "ArrowDown") move(1);
    return;
  }
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

$("filters").addEventListener("submit", (event) => event.preventDefault());
for (const id of Object.keys(FILTERS)) $(id).addEventListener("change", () => load());
$("text").addEventListener("input", () => {
  clearTimeout(later);
  later = setTimeout(() => load(), PAUSE_MILLISECONDS);
});
$("more").addEventListener("click", () => load(next));
$("new")?.addEventListener("click", add);
if (may("change_customers")) command(t("customer_new"), add);
command(t("command_theme"), window.switchTheme);
load();
