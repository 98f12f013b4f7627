// Who calls: choose among those who share the number, search, or write a new customer down; by keyboard.

import { get, post } from "./api.js";
import { $, text } from "./dom.js";
import { picker } from "./picker.js";
import { settings, t } from "./words.js";

const PAUSE_MILLISECONDS = 200; // after the last letter, before the search
const NEW = "new";
let contact = null;
let found = [];
let later = null;
let asked = 0;

function row(one) {
  const value = one.value_class ? `${t("value_class")} ${one.value_class}` : t("value_class_none");
  return { key: String(one.customer_id), text: one.name || t("unknown_caller"), details: [one.rut, value].filter(Boolean).join(" · ") };
}

function rows() {
  const people = $("who-text").value.trim() ? found : (contact?.candidates ?? []).map(({ customer_id, pii_name, value_class }) => ({ customer_id, name: pii_name, value_class }));
  return [...people.map(row), { key: NEW, text: t("who_new"), details: contact?.pii_number ?? "" }];
}

const list = picker($("who-text"), $("who-list"), { rows, choose: ({ key }) => (key === NEW ? write() : attach(Number(key))), typed, narrow: false });

function typed(words) {
  found = [];
  clearTimeout(later);
  later = setTimeout(() => search(words), PAUSE_MILLISECONDS);
}

async function search(words) {
  const mine = ++asked;
  try {
    const answer = words ? await get(`/callers?text=${encodeURIComponent(words)}`) : [];
    if (mine !== asked) return;
    found = answer;
    problem("");
    list.draw();
  } catch (trouble) {
    if (mine === asked) problem(trouble.message);
  }
}

/** What a request gives; what goes wrong is said in the dialog, and what was typed stays. */
async function told(ask) {
  try {
    const answer = await ask();
    problem("");
    return answer;
  } catch (trouble) {
    problem(trouble.message);
    return null;
  }
}

function problem(words) {
  text($("who-problem"), words);
  $("who-problem").hidden = !words;
}

async function attach(customerId) {
  const body = { contact: contact.contact, customer_id: customerId, keep_number: $("who-keep").checked };
  if (await told(() => post(`/agents/${settings.agent}/customer`, body))) $("who").close();
}

function write() {
  clearTimeout(later);
  asked += 1; // an answer that is still on its way is of no use any more
  $("who-new").hidden = false;
  $("who-find").hidden = true;
  const typed = $("who-text").value.trim().split(/\s+/).filter(Boolean);
  const names = typed.some((word) => /\d/.test(word)) ? [] : typed;
  if (!$("who-name").value) [$("who-name").value, $("who-surname").value, $("who-second").value] = [names[0] ?? "", names[1] ?? "", names.slice(2).join(" ")];
  $("who-name").focus();
}

function find() {
  $("who-new").hidden = true;
  $("who-find").hidden = false;
  $("who-text").focus();
}

$("who-new").addEventListener("submit", async (event) => {
  event.preventDefault();
  const fields = { name: $("who-name").value, surname: $("who-surname").value, second_surname: $("who-second").value, rut: $("who-rut").value };
  const made = await told(() => post("/callers", { contact: contact.contact, ...fields }));
  if (!made) return;
  $("who-new").reset();
  contact = { ...contact, candidates: [{ customer_id: made.customer_id, pii_name: made.name, value_class: made.value_class }] };
  find(); // should attaching fail, he stands in the list and is not written down twice
  list.reset();
  attach(made.customer_id);
});
$("who-back").addEventListener("click", find);
$("close-who").addEventListener("click", () => $("who").close());

/** Ask who the contact in hand is. */
export function openWho(next) {
  if (!next || $("who").open) return;
  if (contact?.contact !== next.contact) $("who-new").reset();
  contact = next;
  found = [];
  problem("");
  text($("who-number"), next.pii_number || t("number_withheld"));
  $("who-keep-part").hidden = !next.pii_number;
  list.reset();
  $("who").showModal();
  find();
}

/** The contact is no longer in hand. */
export function closeWho(now) {
  if ($("who").open && now?.contact !== contact?.contact) $("who").close();
}

