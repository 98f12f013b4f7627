// Scheduled calls: what waits, what came of the others and who decided it; one that waits can be called off.

import { get, post } from "./api.js";
import { $, banner, el, text } from "./dom.js";
import { socket } from "./feed.js";
import { ask } from "./form.js";
import { command } from "./palette.js";
import { day, of, settings, t, when } from "./words.js";

const EACH = 50;
const TONES = { done: "good", no_answer: "warn", busy: "warn", failed: "bad", refused: "bad", unknown: "bad" };
const may = (permission) => settings.permissions.includes(permission);
let rows = [];
let next = null;
let asked = 0;

async function load(cursor = null) {
  const mine = ++asked;
  const query = new URLSearchParams({ state: $("state").value, about_kind: $("about").value, limit: EACH, ...(cursor ? { cursor } : {}) });
  try {
    const page = await get(`/dials?${query}`);
    if (mine !== asked) return;
    rows = cursor ? [...rows, ...page.items] : page.items;
    next = page.next;
    banner("dials", null);
    draw();
  } catch (problem) {
    if (mine === asked) banner("dials", problem.message);
  }
}

function draw() {
  $("rows").replaceChildren(...rows.map(row));
  text($("count"), rows.length ? `${rows.length}${next ? "+" : ""}` : "");
  $("none").hidden = rows.length > 0;
  $("more").hidden = !next;
}

function row(one) {
  const who = may("read_customers") && one.customer ? el("a", { href: `/customers/${one.customer_id}`, text: one.customer }) : el("b", { text: one.customer || t("dials_erased") });
  const over = one.ended_at !== null;
  return el("li", {},
    el("span", { class: "tag", "data-tone": TONES[one.state], text: of("dial_state", one.state) }),
    el("span", { class: "who" }, who, el("span", { class: "quiet number", text: ` ${one.number}` })),
    el("span", { class: "quiet", text: about(one) }),
    el("span", { class: "came quiet", text: came(one) }),
    el("span", { class: "acts" },
      el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", "aria-expanded": "false", text: t("dials_tries"), "aria-label": `${t("dials_tries")}: ${one.customer}`, onclick: (event) => tries(event.currentTarget, one) }),
      over || !may("change_customers") ? null : el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("dials_cancel"), "aria-label": `${t("dials_cancel")}: ${one.customer}`, onclick: () => cancel(one) })));
}

const about = (one) => `${of("dial_about", one.about_kind)} ${one.about_key.split(".")[0]} · ${of("purpose", one.purpose)}`;

/** How it stands, in one line: the next try, the last result and who decided it, why it may not be. */
function came(one) {
  const result = one.result ? t("dial_result_by", { result: of("dial_result", one.result), who: of("dial_by", one.decided_by ?? "system") }) : null;
  const rule = one.refused_rule ? of("case_rule", one.refused_rule) : null;
  const attempts = t("dials_attempts", { attempts: one.attempts, most: one.attempts_at_most });
  const moment = one.ended_at !== null ? when(one.ended_at) : one.state === "planned" ? t("dials_next", { time: day(one.next_at) }) : null;
  return [moment, attempts, result, rule, one.cancelled_because, one.letter ? t("dials_letter") : null].filter(Boolean).join(" · ");
}

async function tries(button, one) {
  const shown = button.closest("li").querySelector(".tries");
  button.setAttribute("aria-expanded", String(!shown));
  if (shown) return shown.remove();
  let lines;
  try {
    const whole = await get(`/dials/${one.id}`);
    lines = whole.tries.length ? whole.tries.map((each) => el("li", { text: told(each) })) : [el("li", { class: "quiet", text: t("dials_no_tries") })];
  } catch (problem) {
    lines = [el("li", { class: "problem", role: "alert", text: problem.message })];
  }
  return button.closest("li").append(el("ul", { class: "tries" }, ...lines));
}

function told(each) {
  const result = each.result ? t("dial_result_by", { result: of("dial_result", each.result), who: of("dial_by", each.decided_by ?? "system") }) : of("dial_state", each.answered_at ? "answered" : each.ringing_at ? "ringing" : "claimed");
  return [`${each.ordinal}. ${day(each.claimed_at)}`, result, each.sip_code ? `SIP ${each.sip_code}` : null].filter(Boolean).join(" · ");
}

function cancel(one) {
  ask({ title: t("dials_cancel_title", { name: one.customer || one.number }), button: t("dials_cancel"), more: one.state === "planned" ? "" : t("dials_cancel_under_way"),
    fields: [{ key: "because", label: t("dials_because"), type: "text", required: true }],
    send: async (given) => {
      await post(`/dials/${one.id}/cancel`, given);
      load();
    } });
}

for (const id of ["state", "about"]) $(id).addEventListener("change", () => load());
$("more").addEventListener("click", () => load(next));
command(t("command_theme"), window.switchTheme);
socket.on("connect", () => load());
load();
