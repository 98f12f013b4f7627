// Flows, surveys and scripts: which version is in force, and an editor whose mistakes stand beside the lines while one types.

import { guard } from "./admin_guard.js";
import { api } from "./api.js";
import { $, el, text } from "./dom.js";
import { flowPicture } from "./flow_picture.js";
import { tellForce } from "./in_force.js";
import { scriptTrial } from "./script_trial.js";
import { day, settings, t } from "./words.js";

const DEBOUNCE_MILLISECONDS = 400;
const AGAIN_MILLISECONDS = 4000; // the checker was not there
const writes = (section) => settings.permissions.includes(KINDS[section].need ?? "change_configuration");
const picture = ({ name, goTo, lineOf }) => flowPicture({ name, goTo: (node) => goTo(lineOf("node", node)) });

/** Section: where its texts are, where drafts are checked, what stands beside them, and what a new text begins with. */
const KINDS = {
  flows: {
    side: picture,
    checks: "/configuration/flow-checks",
    blank: 'name = ""\nstart = "main"\nlanguages = ["es", "en"]\nemergency = { key = "9", node = "emergency" }\n\n[node.main]\ntype = "queue"\nqueue = ""\n\n[node.emergency]\ntype = "queue"\nqueue = ""\n',
  },
  surveys: {
    checks: "/configuration/survey-checks",
    blank: 'name = ""\ninvitation = "survey-invitation"\nthanks = "survey-thanks"\n\n[[question]]\nkey = "satisfaction"\nprompt = "survey-satisfaction"\nkeys = { 1 = 1, 2 = 2, 3 = 3, 4 = 4, 5 = 5 }\n',
  },
  scripts: {
    base: "/scripts",
    checks: "/script-checks",
    wrong: "script_wrong",
    need: "run_campaigns",
    apart: true, // from the engines: they know no scripts
    side: scriptTrial,
    blank: 'start = "greeting"\n\n[page.greeting]\nkind = "yes_no"\nes = "Buenos días, ¿hablo con {customer.name}?"\nen = "Good morning, is this {customer.name}?"\nyes = "goodbye"\nno = "goodbye"\n\n[page.goodbye]\nkind = "end"\nes = "Muchas gracias por su tiempo."\nen = "Thank you for your time."\n\n[objection.price]\nes = "Es caro"\nen = "Too expensive"\nreply_es = "Lo entiendo."\nreply_en = "I understand."\n',
  },
};
/** A mistake in the reader's language; the checker's own English where there are no words for it. */
const sentence = (section, { error_id: id, fields, message }) => (settings.words[`${KINDS[section].wrong ?? "flow_wrong"}_${id}`] ? t(`${KINDS[section].wrong ?? "flow_wrong"}_${id}`, fields) : message);
const base = (section) => KINDS[section].base ?? `/configuration/${section}`;
const at = (section, name, rest) => `${base(section)}/${encodeURIComponent(name || " ")}/${rest}`;

/** Shows all texts of a section; `id`: "main" or "main/3", one of them and one of its versions. */
export const showTexts = (section) => async ({ id, address, again }) => {
  const kept = await api("GET", base(section));
  const [name, number] = (id ?? "").split("/");
  drawList(section, kept, name, address);
  guard(() => false);
  $("admin-form").hidden = true;
  if (!id) return;
  if (name === "+") return edit({ section, flow: null, number: null, source: KINDS[section].blank, address, again });
  const flow = kept.find((one) => one.name === name);
  if (!flow) throw new Error(t("not_there", { id: name }));
  const version = Number(number) || flow.in_force || flow.versions[0].number;
  const source = await api("GET", at(section, name, `versions/${version}`));
  edit({ section, flow, number: version, source: source.text, address, again });
};

const versionWords = (flow) => (flow.in_force === null ? t("not_in_force_yet") : t("version_n", { number: flow.in_force }));

function drawList(section, kept, current, address) {
  const rows = kept.map((flow) => el("tr", { "aria-selected": flow.name === current ? "true" : null },
    el("td", {}, el("a", { href: address(section, flow.name), text: flow.name })), el("td", { text: versionWords(flow) }), el("td", { class: "n", text: String(flow.versions.length) })));
  const add = writes(section) ? el("a", { class: "btn btn-primary", href: address(section, "+"), text: t(`add_${section}`) }) : null;
  $("admin-list").replaceChildren(el("h2", {}, el("span", { text: t(`section_${section}`) }), add), el("p", { class: "quiet", text: t(`about_${section}`) }),
    el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...["name", "in_force", "versions"].map((name, at) => el("th", { class: at === 2 ? "n" : null, text: t(`column_${name}`) })))), el("tbody", {}, ...rows)));
}

function edit({ section, flow, number, source, address, again }) {
  const panel = $("admin-form");
  const lines = el("div", { class: "lines", "aria-hidden": "true" });
  const area = el("textarea", { id: "draft-text", class: "code", spellcheck: "false", wrap: "off", "aria-label": t("draft_text"), "aria-describedby": "draft-state", readonly: writes(section) ? null : true });
  area.value = source;
  const state = el("p", { id: "draft-state", role: "status", "data-state": "checking", text: t("checking") });
  const mistakes = el("ol", { id: "draft-mistakes", class: "mistakes" });
  const told = el("div", { id: "form-told", role: "status" });
  const name = el("input", { id: "draft-name", class: "form-control code", type: "text", autocomplete: "off" });
  const note = el("input", { id: "draft-note", class: "form-control", type: "text", autocomplete: "off", maxlength: "200" });
  const keep = el("button", { type: "submit", class: "btn btn-primary", text: t("keep_version") });
  const activate = el("button", { type: "button", class: "btn btn-success", text: t("put_in_force", { number: number ?? 2 }), hidden: !flow || flow.in_force === number, onclick: putInForce });
  const side = KINDS[section].side?.({ name: flow?.name ?? null, goTo, lineOf });
  const form = el("form", { class: "draft", onsubmit: (event) => { event.preventDefault(); save(); } },
    el("h2", {}, el("span", { text: flow ? flow.name : t(`add_${section}`) }), flow ? el("span", { class: "count", text: t("version_n", { number }) + (flow.in_force === number ? ` · ${t("in_force")}` : "") }) : null,
      el("button", { type: "button", class: "plain close", text: "✕", "aria-label": t("close"), onclick: () => { location.hash = address(section); } })),
    told,
    el("div", { class: "text-side" },
      flow ? null : el("div", { class: "field" }, el("label", { for: "draft-name", text: t("field_key") }), name),
      el("div", { class: "editor" }, lines, area), state, mistakes,
      writes(section) ? el("div", { class: "field" }, el("label", { for: "draft-note", text: t("draft_note") }), note) : null,
      writes(section) ? el("div", { class: "controls" }, keep, activate) : null,
      flow ? versions(section, flow, number, address) : null),
    side?.element);
  panel.replaceChildren(form);
  panel.hidden = false;
  let clean = area.value;
  guard(() => panel.contains(form) && area.value !== clean);

  let asked = 0;
  let timer = null;
  area.addEventListener("input", () => { numberLines([]); clearTimeout(timer); timer = setTimeout(look, DEBOUNCE_MILLISECONDS); setState("checking", t("checking")); activate.disabled = area.value !== clean; });
  area.addEventListener("scroll", () => { lines.scrollTop = area.scrollTop; });

  function setState(kind, words) {
    state.dataset.state = kind;
    text(state, words);
  }

  function numberLines(wrong) {
    const bad = new Set(wrong.map(({ line }) => line));
    lines.replaceChildren(...area.value.split("\n").map((_, at) => el("span", { class: bad.has(at + 1) ? "wrong" : null, text: String(at + 1) })));
    lines.scrollTop = area.scrollTop;
  }

  function look() {
    check();
    side?.draw(area.value);
  }

  async function check() {
    const turn = ++asked;
    try {
      const told = await api("POST", KINDS[section].checks, { name: flow?.name ?? (name.value.trim() || "new"), text: area.value });
      if (turn !== asked) return;
      const found = told.mistakes ?? told;
      side?.checked?.(told, area.value);
      numberLines(found);
      setState(found.length ? "wrong" : "right", found.length ? t("draft_mistakes", { count: found.length }) : t("draft_right"));
      mistakes.replaceChildren(...found.map((mistake) => el("li", {}, el("button", { type: "button", class: "plain", onclick: () => goTo(mistake.line) }, el("b", { class: "n", text: t("line_n", { line: mistake.line }) }), ` ${sentence(section, mistake)}`))));
    } catch (problem) {
      if (turn !== asked || !panel.contains(form)) return;
      setState("unknown", t("draft_unchecked", { problem: problem.message }));
      timer = setTimeout(look, AGAIN_MILLISECONDS);
    }
  }

  function lineOf(table, key) {
    const heads = [`[${table}.${key}]`, `[${table}."${key}"]`];
    return area.value.split("\n").findIndex((line) => heads.includes(line.trim())) + 1;
  }

  function goTo(line) {
    const before = area.value.split("\n").slice(0, line - 1).join("\n").length + (line > 1 ? 1 : 0);
    area.focus();
    area.setSelectionRange(before, before + (area.value.split("\n")[line - 1]?.length ?? 0));
    area.scrollTop = Math.max(0, (line - 4) * (area.scrollHeight / Math.max(1, area.value.split("\n").length)));
  }

  async function save() {
    const own = flow?.name ?? name.value.trim();
    try {
      const kept = await api("POST", at(section, own, "versions"), { text: area.value, note: note.value.trim(), expected_newest: flow?.versions[0].number ?? null });
      clean = area.value;
      history.replaceState(null, "", address(section, `${own}/${kept.versions[0].number}`));
      await again();
      say("good", `✓ ${t("version_kept", { number: kept.versions[0].number })}`);
    } catch (problem) {
      say("problem", `⚠ ${problem.message}`);
    }
  }

  async function putInForce() {
    try {
      const answer = await api("PUT", at(section, flow.name, "in-force"), { number });
      if (!KINDS[section].apart) tellForce(answer);
      await again();
      if (answer.in_force) say("good", `✓ ${t("now_in_force", { number })}`);
    } catch (problem) {
      const said = problem.told?.mistakes?.length ? t("draft_not_in_force") : problem.message;
      say("problem", `⚠ ${said}`);
      check();
    }
  }

  numberLines([]);
  side?.draw(area.value);
  if (writes(section)) check();
  else setState("right", t("read_only"));
}

const say = (kind, words) => $("form-told").replaceChildren(el("p", { class: kind, role: kind === "problem" ? "alert" : null, text: words }));

function versions(section, flow, current, address) {
  return el("details", { open: true }, el("summary", { text: t("column_versions") }), el("ul", { class: "versions" }, ...flow.versions.map((version) => {
    const who = version.made_at === null ? t("version_file") : [version.made_by, day(version.made_at), version.note].filter(Boolean).join(" · ");
    return el("li", {}, el("a", { href: address(section, `${flow.name}/${version.number}`), "aria-current": version.number === current ? "true" : null, text: t("version_n", { number: version.number }) }),
      version.number === flow.in_force ? el("span", { class: "tag", text: t("in_force") }) : null, el("span", { class: "quiet", text: ` ${who}` }));
  })));
}
