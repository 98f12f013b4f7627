// Tables of customers: upload, say which column is what, watch it being taken in, take it back.

import { get, post, upload } from "./api.js";
import { $, banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { mappingView } from "./import_mapping.js";
import { command } from "./palette.js";
import "./reminders.js";
import { day, of, settings, t } from "./words.js";

const BUSY_MILLISECONDS = 700;
const QUIET_MILLISECONDS = 15000;
const main = document.querySelector("main");
const whole = new Intl.NumberFormat(settings.language);
const busy = ({ state }) => state === "running" || state === "undoing";
let jobs = [];
let marked = null;
let opened = null; // id of the one that is shown
let shown = ""; // what is shown of it, so that nothing is drawn twice
let timer = 0;
let begin = null;

async function load() {
  clearTimeout(timer);
  try {
    ({ items: jobs } = await get("/imports?limit=200"));
    banner("imports", null);
  } catch (problem) {
    banner("imports", problem.message);
  }
  draw();
  timer = setTimeout(load, jobs.some(busy) ? BUSY_MILLISECONDS : QUIET_MILLISECONDS);
}

function draw() {
  marked ??= jobs[0]?.id ?? null;
  $("none").hidden = jobs.length > 0;
  $("rows").hidden = !jobs.length;
  $("rows").replaceChildren(...jobs.map((job) =>
    el("li", { id: `import-${job.id}`, role: "option", "aria-selected": job.id === marked ? "true" : "false", onclick: () => open(job.id) },
      el("b", { text: job.file_name }), el("span", { text: of("import_state", job.state) }),
      el("span", { class: "quiet", text: day(job.made_at) }), el("span", { class: "quiet n", text: t("import_rows", { count: whole.format(job.lines) }) }))));
  $("rows").setAttribute("aria-activedescendant", marked ? `import-${marked}` : "");
  const job = jobs.find(({ id }) => id === opened);
  if (job) show(job);
}

function open(id) {
  marked = opened = id;
  shown = "";
  main.dataset.shows = "one";
  draw();
}

function back() {
  opened = null;
  begin = null;
  main.dataset.shows = "list";
  $("import").replaceChildren(el("p", { class: "quiet", text: t("imports_choose") }));
  $("rows").focus();
}

// The one that is open

async function show(job) {
  const key = JSON.stringify([job.id, job.state, job.done, job.kept]);
  if (key === shown) return;
  shown = key;
  const details = t("import_of", { name: of("import_state", job.state), time: day(job.made_at), who: job.made_by });
  const parts = [el("button", { type: "button", class: "btn btn-outline-secondary", id: "back", text: t("imports_back"), onclick: back }),
    el("h2", { text: job.file_name }), el("p", { class: "quiet", text: `${details} · ${t("import_rows", { count: whole.format(job.lines) })}` })];
  begin = null;
  if (job.state === "uploaded") {
    const into = el("div");
    try {
      begin = await mappingView(job, into, (mapping) => act(job, "start", { mapping }));
      banner("import", null);
    } catch (problem) {
      banner("import", problem.message);
    }
    if (opened !== job.id) return;
    return $("import").replaceChildren(...parts, into);
  }
  $("import").replaceChildren(...parts, ...(busy(job) ? progress(job) : ended(job)));
}

/** Forwards while it is taken in; undoing shows that it goes on, for its rows are being forgotten. */
function progress(job) {
  if (job.state === "undoing") return [el("progress", { "aria-label": of("import_state", job.state) })];
  const words = t("import_progress", { done: whole.format(job.done), lines: whole.format(job.lines) });
  return [el("progress", { max: String(job.lines), value: String(job.done), "aria-label": words }), el("p", { class: "n", text: words })];
}

function ended(job) {
  if (job.state === "undone") {
    return [el("p", { text: job.kept ? t("import_undone_kept", { count: whole.format(job.kept) }) : t("import_undone_all") })];
  }
  const figures = ["created", "changed", "same", "rejected"].map((name) =>
    el("div", {}, el("dt", { text: t(`import_${name}`) }), el("dd", { text: whole.format(job[name]) })));
  const rejects = job.rejected ? el("a", { class: "btn btn-outline-secondary", id: "rejects", href: `/api/v1/imports/${job.id}/rejects`, download: true }, t("import_download_rejects"), " ", el("kbd", { text: "D" })) : null;
  const undo = el("button", { type: "button", class: "btn btn-outline-secondary", id: "undo", onclick: () => askUndo(job) }, t("import_undo"), " ", el("kbd", { text: "X" }));
  const failed = job.state === "failed" ? [el("p", { class: "wrong", text: settings.words[`problem_${job.error_id}`] ?? job.error }), el("p", { text: t("import_failed_at", { line: whole.format(job.done + 1) }) })] : [];
  return [...failed, el("dl", { class: "import-figures" }, ...figures), el("div", { class: "import-controls" }, rejects ?? "", undo)];
}

async function act(job, what, body) {
  try {
    await post(`/imports/${job.id}/${what}`, body);
    banner("import", null);
  } catch (problem) {
    banner("import", problem.message);
  }
  await load();
}

async function askUndo(job) {
  let staying;
  try {
    staying = (await get(`/imports/${job.id}/staying`)).customers;
  } catch (problem) {
    return banner("import", problem.message);
  }
  const dialog = $("confirm");
  const go = async () => { dialog.close(); await act(job, "undo"); };
  dialog.replaceChildren(el("h2", { id: "confirm-title", text: t("import_undo_title") }),
    el("p", { text: t("import_undo_created", { count: whole.format(job.created) }) }),
    job.changed ? el("p", { text: t("import_undo_changed", { count: whole.format(job.changed) }) }) : null,
    el("p", { class: staying ? "wrong" : "quiet", text: staying ? t("import_undo_stay", { count: whole.format(staying) }) : t("import_undo_none_stay") }),
    el("div", { class: "import-controls" },
      el("button", { type: "button", class: "btn btn-outline-secondary", text: t("import_cancel"), onclick: () => dialog.close() }),
      el("button", { type: "button", class: "btn btn-primary", id: "confirm-undo", text: t("import_undo"), onclick: go })));
  dialog.showModal();
}

// Upload

async function send(file) {
  if (!file) return;
  $("file").disabled = true;
  $("uploading").hidden = false;
  $("drop-words").textContent = t("imports_uploading", { name: file.name });
  try {
    const job = await upload(`/imports?${new URLSearchParams({ file_name: file.name })}`, file, (part) => { $("uploading").value = part; });
    banner("upload", null);
    await load();
    open(job.id);
  } catch (problem) {
    banner("upload", `${file.name}: ${problem.message}`);
  } finally {
    $("file").disabled = false;
    $("file").value = "";
    $("uploading").hidden = true;
    $("drop-words").textContent = t("imports_upload");
  }
}

$("file").addEventListener("change", () => send($("file").files[0]));
for (const name of ["dragover", "dragleave", "drop"]) {
  $("drop").addEventListener(name, (event) => {
    event.preventDefault();
    $("drop").dataset.over = name === "dragover" ? "true" : "false";
    if (name === "drop") send(event.dataTransfer.files[0]);
  });
}

// Keys: single letters, as long as nothing is typed anywhere.

function move(step) {
  const place = jobs.findIndex(({ id }) => id === marked) + step;
  const to = jobs[Math.max(0, Math.min(jobs.length - 1, place))];
  if (!to) return;
  if (opened) return open(to.id);
  marked = to.id;
  draw();
}

const KEYS = {
  j: () => move(1), ArrowDown: () => move(1), k: () => move(-1), ArrowUp: () => move(-1),
  Enter: () => marked && open(marked), Escape: back, n: () => $("file").click(), s: () => begin?.(),
  d: () => $("rejects")?.click(), x: () => $("undo")?.click(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("select, input")) return;
  if (["Enter", "ArrowDown", "ArrowUp"].includes(event.key) && event.target.closest("button, a, .frame")) return;
  const run = KEYS[event.key];
  if (!run) return;
  event.preventDefault();
  run();
});

command(t("command_theme"), window.switchTheme);
socket.on("connect", load);
load();
