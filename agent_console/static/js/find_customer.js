// The search box at the top of every page, and customers in the command bar: `/` goes there, arrows and Enter choose.

import { get } from "./api.js";
import { $, el, text } from "./dom.js";
import { findWith } from "./palette.js";
import { of, settings, t } from "./words.js";

const PAUSE_MILLISECONDS = 180; // after the last letter, before the search
const ROWS = 8;
const telephone = location.pathname === "/desk"; // the page that holds the call is never left
const box = $("find");
let asked = 0;
let later = null;

export const customerPath = (id) => `/customers/${id}`;

/** Who a row is, and by what he was found. */
const details = ({ found_by: by, customer }) => [customer.rut, of("customer_kind", customer.kind), customer.value_class && `${t("value_class")} ${customer.value_class}`, of("found_by", by)].filter(Boolean).join(" · ");

const search = (words, limit = ROWS) => get(`/search?${new URLSearchParams({ q: words, limit })}`);

export function goToCustomer(id) {
  if (telephone) window.open(customerPath(id), "_blank", "noopener");
  else location.assign(customerPath(id));
}

function row(hit, place) {
  return el("a", { id: `find-${place}`, role: "option", "aria-selected": place === 0 ? "true" : "false", tabindex: "-1", href: customerPath(hit.customer.customer_id), target: telephone ? "_blank" : null },
    el("b", { text: hit.customer.name }), el("span", { class: "quiet", text: details(hit) }));
}

function open(shows) {
  $("find-part").hidden = !shows;
  box.setAttribute("aria-expanded", String(shows));
  if (!shows) box.removeAttribute("aria-activedescendant");
}

function show(hits, words) {
  $("find-list").replaceChildren(...hits.map(row));
  $("find-list").hidden = !hits.length;
  if (hits.length) box.setAttribute("aria-activedescendant", "find-0");
  told(hits.length ? "" : t("find_none", { words }));
  open(true);
}

function told(words) {
  text($("find-told"), words);
  $("find-told").hidden = !words;
}

async function ask() {
  const words = box.value.trim();
  const mine = ++asked;
  if (!words) return open(false);
  try {
    const hits = await search(words);
    if (mine === asked) show(hits, words);
  } catch (problem) {
    if (mine !== asked) return;
    $("find-list").replaceChildren();
    $("find-list").hidden = true;
    told(problem.message);
    open(true);
  }
}

function move(step) {
  const all = [...$("find-list").children];
  if (!all.length) return;
  const from = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const to = all[Math.max(0, Math.min(all.length - 1, from + step))];
  for (const one of all) one.setAttribute("aria-selected", String(one === to));
  box.setAttribute("aria-activedescendant", to.id);
  to.scrollIntoView({ block: "nearest" });
}

async function enter() {
  clearTimeout(later);
  if ($("find-part").hidden || later) await ask();
  later = null;
  $("find-list").querySelector('[aria-selected="true"]')?.click();
}

function begin() {
  box.addEventListener("input", () => {
    clearTimeout(later);
    later = setTimeout(() => { later = null; ask(); }, PAUSE_MILLISECONDS);
  });
  box.addEventListener("keydown", (event) => {
    const keys = { ArrowDown: () => move(1), ArrowUp: () => move(-1), Enter: enter, Escape: () => { open(false); box.select(); } };
    if (!keys[event.key] || event.isComposing) return;
    event.preventDefault();
    keys[event.key]();
  });
  box.addEventListener("focus", () => box.value.trim() && ask());
  document.addEventListener("pointerdown", (event) => event.target.closest(".find-customer") || open(false));
  box.addEventListener("blur", (event) => event.relatedTarget?.closest(".find-customer") || open(false));
  // On the window, so that a page that has a use of its own for the key comes first.
  window.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");
    if (event.key !== "/" || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || typing) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
}

if (box) begin();
findWith(async (words) => (await search(words, 5)).map((hit) => ({ key: "", name: `${hit.customer.name} · ${details(hit)}`, run: () => goToCustomer(hit.customer.customer_id) })));
