// Today's limits of calls outside: what was spent of each, and the one act that lifts one that has tripped.

import { post } from "./api.js";
import { el } from "./dom.js";
import { money } from "./figures.js";
import { ask } from "./form.js";
import { table } from "./report_parts.js";
import { settings, t, when } from "./words.js";

/** A table of `today`, the whole account's limit first; `named` tells what a person is called. */
export function limitsOfToday({ today, currency }, named) {
  const row = (one) => {
    const whose = one.agent ? named(one.agent) : t("outside_account");
    return [whose, money(one.spent_minor, currency), money(one.limit_minor, currency), state(one, whose, currency)];
  };
  return table([["by"], ["cost", "n"], ["limit", "n"], ["state"]], today.map(row), t("outside_today"));
}

/** Whether it has tripped, when it was lifted, and the button that does so. What calls under way cost only the server knows: a number that it refused says so, and when; the limit may have been raised since. */
function state(one, whose, currency) {
  const tripped = one.tripped || one.refused_at !== null;
  const refused = tripped && !one.tripped;
  const words = refused ? t("outside_refused_last", { time: when(one.refused_at) }) : t(tripped ? "outside_tripped" : "outside_within");
  const tag = el("span", { class: "tag", "data-tone": refused ? "warn" : tripped ? "bad" : "good", text: words });
  const lifted = one.lifted_at === null ? null : el("span", { class: "quiet", text: ` ${t("outside_lifted", { time: when(one.lifted_at), spent: money(one.lifted_minor, currency) })}` });
  const box = el("span", {}, tag, lifted);
  if (tripped && settings.permissions.includes("lift_limits")) box.append(" ", one.agent && one.agent === settings.agent ? el("span", { class: "quiet", text: t("outside_lift_own") }) : liftButton(one, whose, () => box.replaceWith(state(asLifted(one), whose, currency))));
  return box;
}

/** As the report will tell it, once the lift has been written down. */
const asLifted = (one) => ({ ...one, tripped: false, refused_at: null, lifted_minor: one.spent_minor, lifted_at: Date.now() / 1000 });

function liftButton(one, whose, done) {
  const title = t("outside_lift_of", { who: whose });
  const send = async ({ reason }) => {
    await post("/outside-calls/lift", { agent: one.agent || null, reason });
    done();
  };
  const fields = [{ key: "reason", label: t("supervise_reason"), required: true }];
  return el("button", { type: "button", class: "btn btn-outline-secondary small", "aria-haspopup": "dialog", "aria-label": title, text: t("outside_lift"), onclick: () => ask({ title, button: t("outside_lift"), more: t("outside_lift_more"), fields, send }) });
}
