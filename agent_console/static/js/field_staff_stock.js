// Stock: how much of each part is where, what came, went or was counted, and the ledger of all movements.

import { get, post } from "./api.js";
import { el } from "./dom.js";
import { act, tableOf } from "./field_staff_table.js";
import { ask } from "./form.js";
import { formKey } from "./order_forms.js";
import { day, of, t } from "./words.js";

const STORE = "store";
const PAGE = 50;
let place = ""; // which one is shown; "": all

export async function stockTab(again) {
  const [levels, parts, people] = await Promise.all([get("/stock"), get("/parts"), get("/technicians")]);
  const names = new Map([[STORE, t("fs_store")], ...people.map((one) => [one.login, one.name])]);
  const called = (where) => names.get(where) ?? where;
  const shown = levels.filter((one) => !place || one.place === place);
  const known = { parts: parts.filter((one) => !one.retired), names, again };
  const choice = el("label", {}, `${t("fs_place")} `, el("select", { id: "stock-place", class: "form-select", onchange: ({ target }) => { place = target.value; again(); } },
    el("option", { value: "", text: t("fs_all_places") }), ...[...names].map(([value, name]) => el("option", { value, text: name, selected: value === place }))));
  const line = (one) => [called(one.place), one.name,
    [String(one.quantity), one.quantity < 0 ? el("span", { class: "tag", "data-tone": "bad", text: t("fs_below_zero") }) : ""],
    [act(t("fs_count"), () => count(one, called, again), `${one.name}, ${called(one.place)}`), act(t("fs_move"), () => move(known, one), `${one.name}, ${called(one.place)}`)]];
  return [
    tableOf({ title: t("fs_stock"), about: t("fs_about_stock"), before: [choice], columns: [["place"], ["part"], ["quantity", "n"], ["", "actions"]], rows: shown.map(line), add: known.parts.length ? [t("fs_receive"), () => receive(known)] : null }),
    await ledger(called),
  ];
}

async function ledger(called) {
  const query = new URLSearchParams({ limit: PAGE, ...(place ? { place } : {}) });
  const page = await get(`/stock-movements?${query}`);
  const line = (one) => [day(one.at), called(one.place), one.name, `${one.quantity > 0 ? "+" : "−"}${Math.abs(one.quantity)}`, of("fs_why", one.why), one.order_id === null ? "" : el("a", { href: `/work-orders/${one.order_id}`, text: String(one.order_id) }), one.by];
  const table = tableOf({ title: t("fs_ledger"), about: t("fs_about_ledger"), columns: [["when"], ["place"], ["part"], ["quantity", "n"], ["why"], ["order"], ["by"]], rows: page.items.map(line) });
  let { next } = page;
  const more = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("older"), hidden: !next, onclick: async () => {
    const older = await get(`/stock-movements?${query}&cursor=${encodeURIComponent(next)}`);
    table.querySelector("tbody").append(...older.items.map((one) => el("tr", {}, ...line(one).map((cell, at) => el(at ? "td" : "th", { class: at === 3 ? "n" : null, scope: at ? null : "row" }, cell)))));
    ({ next } = older);
    more.hidden = !next;
  } });
  table.append(more);
  return table;
}

const amount = (value) => ({ key: "quantity", label: t("fs_quantity"), type: "money", required: true, value });
const places = (names) => [...names].map(([value, text]) => ({ value, text }));
const part = (parts, value) => ({ key: "part", label: t("fs_part"), type: "choice", required: true, value, choices: parts.map(({ key, name }) => ({ value: key, text: name })) });

/** Each form has one key: sent again it is booked once. */
function book({ title, fields, fixed, again }) {
  const key = formKey();
  ask({ title, button: t("fs_book"), fields, send: async (given) => { await post("/stock-movements", { ...fixed, ...given, key }); again(); } });
}

function receive({ parts, names, again }) {
  const why = { key: "what", label: t("fs_why"), type: "choice", required: true, value: "received", choices: ["received", "given_back"].map((value) => ({ value, text: of("fs_why", value) })) };
  book({ title: t("fs_receive"), fixed: {}, again, fields: [part(parts, parts[0].key), { key: "place", label: t("fs_place"), type: "choice", required: true, value: place || STORE, choices: places(names) }, why, amount()] });
}

function move({ names, again }, one) {
  const others = places(names).filter(({ value }) => value !== one.place);
  book({ title: t("fs_move_of", { part: one.name, place: names.get(one.place) ?? one.place }), fixed: { what: "moved", part: one.part, place: one.place }, again,
    fields: [{ key: "to", label: t("fs_to"), type: "choice", required: true, value: others[0].value, choices: others }, amount()] });
}

function count(one, called, again) {
  book({ title: t("fs_count_of", { part: one.name, place: called(one.place) }), fixed: { what: "counted", part: one.part, place: one.place }, again,
    fields: [{ key: "quantity", label: t("fs_found"), type: "count", required: true, value: Math.max(0, one.quantity) }] });
}
