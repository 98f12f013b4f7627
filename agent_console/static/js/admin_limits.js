// Today's limits of calls outside, below the rules: administrators read no reports, and lift one that has tripped here.

import { colleagues } from "./admin_fields.js";
import { api } from "./api.js";
import { el } from "./dom.js";
import { limitsOfToday } from "./outside_limits.js";
import { t } from "./words.js";

export async function limitsToday() {
  const [found, people] = await Promise.all([api("GET", "/outside-calls/limits"), colleagues()]);
  const names = new Map(people);
  return el("section", { class: "today" }, el("h2", { text: t("outside_today") }), limitsOfToday(found, (login) => names.get(login) ?? login),
    el("p", { class: "quiet formula", text: t("outside_today_formula") }));
}
