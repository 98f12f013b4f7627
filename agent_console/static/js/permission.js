// May we contact him, and who must not be contacted.

import { api, get, post } from "./api.js";
import { $, el, text } from "./dom.js";
import "./feed.js";
import { fileButton } from "./file_button.js";
import { permissionTab } from "./permission_tab.js";
import { day, settings, t } from "./words.js";

const may = (permission) => settings.permissions.includes(permission);

// One customer

function show(customer) {
  for (const button of $("people").children) button.setAttribute("aria-pressed", String(button.dataset.customer === String(customer)));
  permissionTab($("permission-tab"), customer);
}

$("who").addEventListener("submit", async (event) => {
  event.preventDefault();
  await told("who-problem", async () => {
    const people = await get(`/permission/customers?number=${encodeURIComponent($("who-number").value)}`);
    $("permission-tab").replaceChildren();
    $("people").replaceChildren(...people.map((one) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "data-customer": one.customer_id,
      text: one.name, onclick: () => show(one.customer_id) })));
    if (!people.length) $("people").replaceChildren(el("p", { class: "quiet", text: t("permission_nobody") }));
    if (people.length) show(people[0].customer_id);
  });
});

// The lists

async function refresh() {
  await told("entry-problem", async () => {
    const { entries, counts } = await get(`/do-not-call?limit=200&contains=${encodeURIComponent($("entry-search").value)}`);
    text($("list-counts"), Object.entries(counts).map(([list, count]) => `${listName(list)}: ${count}`).join(" · "));
    $("entries").replaceChildren(...(entries.length ? entries.map(entryRow) : [el("p", { class: "quiet", text: t("do_not_call_none") })]));
  });
}

const listName = (list) => (list === "own" ? t("do_not_call_own") : list);

function entryRow(entry) {
  const details = [listName(entry.on_list), entry.on_list === "own" && entry.source, entry.by, day(entry.since)].filter(Boolean).join(" · ");
  const end = may("contact_law") && entry.on_list === "own"
    ? el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("do_not_call_end"), onclick: () => told("entry-problem", async () => {
      await api("DELETE", `/do-not-call/${entry.id}`);
      await refresh();
    }) }) : el("span");
  return el("div", { class: "row-of" }, el("b", { class: "number", text: entry.address.startsWith("scrypt:") ? t("do_not_call_erased") : entry.address }), end, el("span", { class: "quiet", text: details }));
}

$("add-entry").addEventListener("submit", async (event) => {
  event.preventDefault();
  const done = await told("entry-problem", () => post("/do-not-call", { address: $("entry-address").value, source: $("entry-source").value }));
  if (!done) return;
  event.target.reset();
  refresh();
});

let typing;
$("entry-search").addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(refresh, 250);
});

// Registers

$("register-file").parentNode.append(fileButton($("register-file")));

async function offerRegisters() {
  if (!may("contact_law")) return;
  const rows = await get("/legal-profiles").catch(() => []);
  const names = [...new Set(rows.flatMap((row) => row.profile.registers ?? []))].sort();
  $("register-name").replaceChildren(...names.map((name) => el("option", { value: name, text: name })));
  $("register").hidden = !names.length;
}

$("register").addEventListener("submit", async (event) => {
  event.preventDefault();
  await told("register-told", async () => {
    const lines = (await $("register-file").files[0].text()).split(/\r?\n/);
    const addresses = lines.map((line) => line.split(/[;,\t]/)[0].replaceAll('"', "").trim()).filter(Boolean);
    const name = $("register-name").value;
    const { came, gone, wrong } = await api("PUT", `/do-not-call/registers/${encodeURIComponent(name)}`, { addresses });
    refresh();
    $("register-told").hidden = false;
    text($("register-told"), t("register_told", { came, gone, wrong: wrong.length ? wrong.join(", ") : "0" }));
  });
});

async function told(place, work) {
  const said = $(place);
  said.hidden = true;
  try {
    await work();
    return true;
  } catch (problem) {
    said.hidden = false;
    text(said, problem.message);
    return false;
  }
}

refresh();
offerRegisters();
