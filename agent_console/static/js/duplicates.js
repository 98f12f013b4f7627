// Two records beside each other, decided with one key; the last decision can be taken back.

import { get, post } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import { socket } from "./feed.js";
import { command } from "./palette.js";
import "./reminders.js";
import { of, settings, t } from "./words.js";

const bitsOf = new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1, signDisplay: "always" });
let pairs = [];
let place = 0;
let decided = []; // ids of the pairs that were decided here, the last one at the end
let sending = false;

async function load(wanted = null) {
  try {
    ({ items: pairs } = await get("/duplicates"));
    banner("duplicates", null);
  } catch (problem) {
    banner("duplicates", problem.message);
  }
  const found = pairs.findIndex(({ pair_id: id }) => id === wanted);
  place = found < 0 ? Math.min(place, Math.max(0, pairs.length - 1)) : found;
  draw();
}

function draw() {
  const pair = pairs[place];
  $("none").hidden = Boolean(pair);
  $("controls").hidden = $("explained").hidden = !pair;
  $("undo").hidden = !decided.length;
  text($("place"), pair ? t("duplicates_place", { place: place + 1, count: pairs.length }) : "");
  $("pair").replaceChildren(...(pair ? [table(pair)] : []));
}

function table({ one, other, evidence }) {
  const fields = Object.keys(one.fields).filter((field) => one.fields[field].length || other.fields[field].length);
  const head = el("tr", {}, el("th", { scope: "col", text: t("duplicates_field") }), el("th", { scope: "col", text: t("duplicates_left") }), el("th", { scope: "col", text: t("duplicates_right") }));
  return el("table", {}, el("colgroup", {}, el("col"), el("col"), el("col")), el("thead", {}, head), el("tbody", {}, ...fields.map((field) => row(field, one.fields[field], other.fields[field], evidence[field]))));
}

function row(field, left, right, bits) {
  const differs = left.length > 0 && right.length > 0 && !left.some((value) => right.includes(value));
  const words = bits ? t("duplicates_bits", { bits: bitsOf.format(bits), side: t(bits > 0 ? "duplicates_for" : "duplicates_against") }) : null;
  return el("tr", { "data-differs": differs },
    el("th", { scope: "row" }, of("duplicates_field", field), words ? el("small", { "data-side": bits > 0 ? "for" : "against", text: words }) : null, differs ? el("small", { text: `≠ ${t("duplicates_differs")}` }) : null),
    values(left), values(right));
}

function values(shown) {
  return el("td", {}, ...(shown.length ? shown.map((value) => el("div", { text: value })) : [el("div", { class: "quiet", text: t("duplicates_unknown") })]));
}

async function once(work) {
  if (sending) return;
  sending = true;
  try {
    await work();
    banner("decision", null);
  } catch (problem) {
    banner("decision", problem.message);
  } finally {
    sending = false;
  }
}

const decide = (side) => once(async () => {
  const pair = pairs[place];
  if (!pair) return;
  await post(`/duplicates/${pair.pair_id}/decision`, { keep: side ? pair[side].customer_id : null });
  decided.push(pair.pair_id);
  text($("told"), side ? t("duplicates_merged", { name: pair[side].name }) : t("duplicates_kept_apart"));
  await load();
});

const undo = () => once(async () => {
  const last = decided.at(-1);
  if (last === undefined) return;
  await post(`/duplicates/${last}/undo`);
  decided.pop();
  text($("told"), "");
  await load(last);
});

function move(step) {
  if (pairs.length) place = (place + step + pairs.length) % pairs.length;
  draw();
}

const LOOK_MILLISECONDS = 1000;

/** Show how a search goes, and look again until it is over; what it found is shown as it comes. */
async function follow(search) {
  const busy = ["waiting", "reading", "comparing"].includes(search.state);
  $("search").disabled = busy;
  $("searching").hidden = !busy;
  text($("searched"), search.state === "none" ? "" : t(`duplicates_search_${search.state}`, { customers: search.customers, pairs: search.new_pairs }));
  if (!pairs.length && search.new_pairs) await load();
  if (busy) setTimeout(() => look(() => get("/duplicates/search")), LOOK_MILLISECONDS);
}

async function look(ask) {
  try {
    await follow(await ask());
    banner("search", null);
  } catch (problem) {
    banner("search", problem.message);
    $("search").disabled = false;
    $("searching").hidden = true;
  }
}

$("search").addEventListener("click", () => look(() => post("/duplicates/search")));

const KEYS = { ArrowLeft: () => decide("one"), ArrowRight: () => decide("other"), d: () => decide(null), u: undo, j: () => move(1), k: () => move(-1) };
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || document.querySelector("dialog[open]")) return;
  const run = event.target.closest("input") ? null : KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

for (const [id, run] of [["left", KEYS.ArrowLeft], ["right", KEYS.ArrowRight], ["different", KEYS.d], ["later", KEYS.j], ["undo", KEYS.u]]) {
  $(id).addEventListener("click", run);
}
command(t("command_theme"), window.switchTheme);
socket.on("connect", () => { if (!pairs.length) load(); });
load();
get("/duplicates/search").then(follow, () => null); // one that somebody began before
