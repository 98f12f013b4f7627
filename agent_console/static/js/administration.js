// The administrator's page: sections, a list of each thing, and its form. The address names what is shown.

import { showAudit } from "./admin_audit.js";
import { showForm } from "./admin_form.js";
import { guard, mayLeave } from "./admin_guard.js";
import { limitsToday } from "./admin_limits.js";
import { showRoles } from "./admin_roles.js";
import { showTexts } from "./admin_texts.js";
import { called, THINGS } from "./admin_things.js";
import { showWebhooks } from "./admin_webhooks.js";
import { api } from "./api.js";
import { $, banner, el } from "./dom.js";
import "./feed.js";
import { command } from "./palette.js";
import { settings, t } from "./words.js";

const may = (permission) => settings.permissions.includes(permission);
const PAGES = { flows: showTexts("flows"), surveys: showTexts("surveys"), roles: showRoles, audit: showAudit, webhooks: showWebhooks };
const NEEDS = { users: "manage_users", audit: "read_audit", webhooks: "manage_webhooks" };
const SECTIONS = ["queues", "hours", "offices", "flows", "surveys", "dispositions", "contact-reasons", "wrap-up-fields", "pause-reasons", "custom-fields", "skills", "outside-rules", "saved-numbers", "users", "teams", "roles", "accounts", "webhooks", "audit"]
  .filter((section) => may(NEEDS[section] ?? "read_configuration"));
const mayChange = (section) => may(THINGS[section].need ?? "change_configuration");
const mayAdd = (section) => may(THINGS[section].add ?? THINGS[section].need ?? "change_configuration");
let shown = "";

function place() {
  const [section, ...rest] = location.hash.slice(1).split("/").map(decodeURIComponent);
  return { section: SECTIONS.includes(section) ? section : SECTIONS[0], id: rest.join("/") || null };
}

export const address = (section, id = null) => `#${section}${id === null ? "" : `/${encodeURIComponent(id)}`}`;

function drawSections(current) {
  $("sections").replaceChildren(...SECTIONS.map((section) =>
    el("a", { href: address(section), "aria-current": section === current ? "page" : null, text: t(`section_${section.replaceAll("-", "_")}`) })));
}

/** Show what the address names. */
async function show() {
  const { section, id } = place();
  shown = location.hash;
  drawSections(section);
  $("administration").dataset.open = id === null ? "list" : "form";
  $("administration").dataset.section = section;
  try {
    if (PAGES[section]) return await PAGES[section]({ id, address, again: show });
    const rows = await api("GET", `/configuration/${section}`);
    drawList(section, rows, id);
    if (section === "outside-rules" && may("lift_limits")) $("admin-list").append(await limitsToday());
    await drawForm(section, rows, id);
  } catch (problem) {
    $("admin-form").hidden = true;
    $("admin-list").replaceChildren(el("p", { class: "problem", role: "alert", text: `⚠ ${problem.message}` }),
      el("button", { type: "button", class: "btn btn-outline-secondary", text: t("again"), onclick: show }));
  }
}

const stateOf = (thing, value) => thing.state?.(value) ?? (value.retired ? t("retired") : "");

function drawList(section, rows, id) {
  const thing = THINGS[section];
  const heads = thing.columns.map(([name, , kind]) => el("th", { class: kind, text: t(`column_${name}`) }));
  const body = rows.map(({ id: own, value }) => {
    const state = stateOf(thing, value);
    const cells = thing.columns.map(([, read, kind], at) => {
      const words = read(value);
      return el("td", { class: kind }, at === 0 ? el("a", { href: address(section, own), text: words || own }) : words,
        at === 0 && state ? el("span", { class: "tag", text: state }) : null);
    });
    return el("tr", { "aria-selected": own === id ? "true" : null, class: state ? "quiet" : null, "data-id": own }, ...cells);
  });
  const add = mayAdd(section) ? el("a", { class: "btn btn-primary", href: address(section, "+"), id: "add-one", text: t(`add_${section.replaceAll("-", "_")}`) }) : null;
  $("admin-list").replaceChildren(
    el("h2", {}, el("span", { text: t(`section_${section.replaceAll("-", "_")}`) }), el("span", { class: "count", text: String(rows.length || "") }), add),
    el("p", { class: "quiet", text: t(`about_${section.replaceAll("-", "_")}`) }), el("div", { id: "list-told" }),
    rows.length ? el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...body)) : el("p", { class: "quiet", text: t("nothing_yet") }));
}

async function drawForm(section, rows, id) {
  guard(() => false);
  $("admin-form").hidden = true;
  if (id === null) return;
  const kept = id === "+" ? null : rows.find((row) => row.id === id);
  if (kept === undefined) throw new Error(t("not_there", { id }));
  const thing = THINGS[section];
  await showForm({
    section, thing, kept, mayChange: kept ? mayChange(section) : mayAdd(section),
    title: kept ? called(kept.value) || id : t(`add_${section.replaceAll("-", "_")}`),
    close: () => { location.hash = address(section); },
    async done(newId) {
      guard(() => false);
      const next = address(section, newId);
      if (location.hash !== next) { history.replaceState(null, "", next); }
      await show();
    },
  });
  if (!kept) $("admin-form").querySelector("input:not(:disabled)")?.focus();
}

addEventListener("hashchange", async () => {
  if (location.hash === shown) return;
  const wanted = location.hash;
  if (!(await mayLeave())) return history.replaceState(null, "", shown || location.pathname);
  if (location.hash === wanted) { banner("not-in-force", null); show(); }
});

for (const section of SECTIONS) command(`${t("page_administration")}: ${t(`section_${section.replaceAll("-", "_")}`)}`, () => { location.hash = address(section); });
command(t("command_theme"), window.switchTheme);
show();
