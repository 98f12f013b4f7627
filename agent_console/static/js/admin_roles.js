// What each role may: a matrix to read. Roles are part of the program.

import { guard } from "./admin_guard.js";
import { api } from "./api.js";
import { $, el } from "./dom.js";
import { of, t } from "./words.js";

export async function showRoles() {
  guard(() => false);
  $("admin-form").hidden = true;
  const roles = await api("GET", "/roles");
  const permissions = [...new Set(roles.flatMap((role) => role.permissions))];
  const head = el("tr", {}, el("th", { text: t("column_permission") }), ...roles.map(({ role }) => el("th", { class: "turned" }, el("span", { text: of("role", role) }))));
  const rows = permissions.map((permission) => el("tr", {}, el("th", { scope: "row", text: of("permission", permission) }),
    ...roles.map((role) => {
      const has = role.permissions.includes(permission);
      return el("td", { class: "tick", "data-has": String(has), "aria-label": `${of("role", role.role)}: ${has ? t("yes") : t("no")}`, text: has ? "✓" : "·" });
    })));
  $("admin-list").replaceChildren(el("h2", { text: t("section_roles") }), el("p", { class: "quiet", text: t("about_roles") }),
    el("div", { class: "scroll", tabindex: "0" }, el("table", { class: "grid roles" }, el("thead", {}, head), el("tbody", {}, ...rows))));
}
