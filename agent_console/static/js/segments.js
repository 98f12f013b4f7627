// Segments: built of conditions, counted while one types, saved, looked through, exported.

import { api, get, post } from "./api.js";
import { conditionTree } from "./condition_tree.js";
import { $, banner, el, fill, text } from "./dom.js";
import "./feed.js";
import { onKey } from "./keys.js";
import { command } from "./palette.js";
import { t } from "./words.js";

const COUNT_AFTER_MILLISECONDS = 250;
const AGAIN_MILLISECONDS = 10000; // customers come and go while one looks
let saved = [];
let current = null;
let cursor = null;
let waiting = 0;
let asked = 0;

const fields = await get("/segments/fields").catch((problem) => { banner("segments", problem.message); return []; });
const builder = conditionTree($("segment-tree"), fields, () => {
  clearTimeout(waiting);
  waiting = setTimeout(count, COUNT_AFTER_MILLISECONDS);
});

async function count() {
  const own = ++asked;
  try {
    const { customers } = await post("/segments/count", { conditions: builder.tree });
    if (own !== asked) return;
    text($("segment-count"), t("segment_customers", { count: customers.toLocaleString(document.documentElement.lang) }));
    mistakes([]);
  } catch (problem) {
    if (own !== asked) return;
    text($("segment-count"), "");
    mistakes(problem.told?.mistakes?.length ? problem.told.mistakes : [problem.message]);
  }
}

function mistakes(told) {
  $("segment-mistakes").hidden = !told.length;
  $("segment-mistakes").replaceChildren(...told.map((words) => el("li", { text: words })));
}

async function list() {
  try {
    ({ items: saved } = await get("/segments?limit=200"));
    fill($("segment-list"), [saved, current?.segment_id], () => (saved.length ? saved.map((row) => el("button", { type: "button", "aria-pressed": row.segment_id === current?.segment_id ? "true" : "false", onclick: () => open(row) },
      el("span", { text: row.name }), el("span", { class: "count", text: row.customers.toLocaleString(document.documentElement.lang) }))) : [el("p", { class: "quiet", text: t("segments_none") })]));
    banner("segments", null);
  } catch (problem) {
    banner("segments", problem.message);
  }
}

function open(row) {
  current = row;
  $("segment-name").value = row?.name ?? "";
  builder.show(row?.conditions);
  $("segment-members").tBodies[0].replaceChildren();
  cursor = null;
  for (const id of ["segment-remove", "segment-export"]) if ($(id)) $(id).hidden = !row;
  $("segment-more").hidden = true;
  $("segment-members-title").hidden = !row;
  if (row) $("segment-export").href = `/api/v1/segments/${row.segment_id}/export`;
  count();
  list();
  if (row) members();
  else $("segment-name").focus();
}

async function members() {
  const query = cursor ? `&cursor=${encodeURIComponent(cursor)}` : "";
  try {
    const page = await get(`/segments/${current.segment_id}/members?limit=50${query}`);
    $("segment-members").tBodies[0].append(...page.members.map((row) => el("tr", {}, el("td", { text: row.name }), el("td", {}, el("span", { class: "class", text: row.value_class ?? "—" })))));
    cursor = page.next;
    $("segment-more").hidden = !cursor;
  } catch (problem) {
    banner("segments", problem.message);
  }
}

async function save() {
  const body = { name: $("segment-name").value, conditions: builder.tree };
  try {
    const done = current ? await api("PUT", `/segments/${current.segment_id}`, body, current.version) : await post("/segments", body);
    banner("segments", null);
    open(done);
  } catch (problem) {
    mistakes(problem.told?.mistakes?.length ? problem.told.mistakes : [problem.message]);
  }
}

async function remove() {
  try {
    await api("DELETE", `/segments/${current.segment_id}`);
    open(null);
  } catch (problem) {
    mistakes([problem.message]);
  }
}

$("segment-new").addEventListener("click", () => open(null));
$("segment-save")?.addEventListener("click", save);
$("segment-remove")?.addEventListener("click", remove);
$("segment-more").addEventListener("click", members);
onKey("N", t("segment_new"), () => open(null));
onKey("C", t("segment_add"), () => builder.add());
if ($("segment-save")) onKey("G", t("segment_save"), save);
command(t("command_theme"), window.switchTheme);
setInterval(() => { if (!document.hidden) { count(); list(); } }, AGAIN_MILLISECONDS);
open(null);
const wanted = Number(location.hash.slice(1));
if (wanted) list().then(() => { const row = saved.find(({ segment_id: id }) => id === wanted); if (row) open(row); });
