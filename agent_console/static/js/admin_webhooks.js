// Webhooks: which programs are told what, what became of the messages, and a secret that is shown once.

import { guard } from "./admin_guard.js";
import { api, get, post } from "./api.js";
import { $, el } from "./dom.js";
import { day, of, t } from "./words.js";

const EACH = 30;
const AGAIN_MILLISECONDS = 3000;

export async function showWebhooks({ id, address, again }) {
  guard(() => false);
  const rows = await get("/webhooks?limit=200");
  drawList(rows.items, id, address);
  $("admin-form").hidden = id === null;
  if (id === null) return;
  const kinds = await get("/webhook-kinds");
  const hook = id === "+" ? null : rows.items.find((one) => String(one.id) === id);
  if (hook === undefined) throw new Error(t("not_there", { id }));
  draw({ hook, kinds, address, again });
}

/** off, resting (it failed too often), failing, well or new. */
function stateOf(hook) {
  if (!hook.active) return "off";
  if (hook.open_until && hook.open_until * 1000 > Date.now()) return "resting";
  if (hook.failures) return "failing";
  return hook.last_at ? "well" : "new";
}

const TONES = { off: null, resting: "bad", failing: "warn", well: "good", new: null };
const tag = (hook) => el("span", { class: "tag", "data-tone": TONES[stateOf(hook)], text: of("webhook_state", stateOf(hook)) });

function drawList(rows, id, address) {
  const body = rows.map((hook) => el("tr", { "aria-selected": String(hook.id) === id ? "true" : null },
    el("td", {}, el("a", { href: address("webhooks", hook.id), text: hook.name }), tag(hook)), el("td", { class: "address", text: hook.url }), el("td", { class: "n", text: hook.last_at ? day(hook.last_at) : "—" })));
  $("admin-list").replaceChildren(
    el("h2", {}, el("span", { text: t("section_webhooks") }), el("span", { class: "count", text: String(rows.length || "") }), el("a", { class: "btn btn-primary", href: address("webhooks", "+"), id: "add-one", text: t("add_webhooks") })),
    el("p", { class: "quiet", text: t("about_webhooks") }), el("div", { id: "list-told" }),
    rows.length ? el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...["name", "address", "last"].map((name, at) => el("th", { class: at === 2 ? "n" : null, text: t(`column_${name}`) })))), el("tbody", {}, ...body)) : el("p", { class: "quiet", text: t("nothing_yet") }));
}

function draw({ hook, kinds, address, again }) {
  const told = el("div", { id: "form-told", role: "status" });
  const name = el("input", { id: "webhook-name", class: "form-control", value: hook?.name ?? "", autocomplete: "off", maxlength: "80" });
  const url = el("input", { id: "webhook-url", class: "form-control code", type: "url", value: hook?.url ?? "https://", autocomplete: "off", maxlength: "400" });
  const active = el("input", { id: "webhook-active", type: "checkbox", checked: hook?.active ?? true });
  const boxes = kinds.map((kind) => [kind, el("input", { type: "checkbox", id: `kind-${kind}`, checked: hook ? hook.kinds.includes(kind) : false })]);
  const field = (box, words, ...more) => el("div", { class: "field" }, el("label", { for: box.id, text: words }), box, ...more);
  const read = () => ({ name: name.value.trim(), url: url.value.trim(), kinds: boxes.filter(([, box]) => box.checked).map(([kind]) => kind), active: active.checked });
  const say = (kind, words) => told.replaceChildren(el("p", { class: kind, role: kind === "problem" ? "alert" : null, text: words }));
  const tried = (work) => async () => {
    try {
      await work();
    } catch (problem) {
      const wrong = (problem.told?.mistakes ?? []).map((one) => t("form_mend", { field: { name: t("field_name"), url: t("field_url"), kinds: t("field_kinds") }[one.split(":")[0]] ?? "" }));
      say("problem", `⚠ ${wrong.join(" ") || problem.message}`);
    }
  };
  const save = tried(async () => {
    const kept = hook ? await api("PUT", `/webhooks/${hook.id}`, read(), hook.version) : await post("/webhooks", read());
    guard(() => false);
    history.replaceState(null, "", address("webhooks", kept.id));
    await again();
    if (kept.secret) showSecret(kept.secret);
    else $("form-told").replaceChildren(el("p", { class: "good", text: `✓ ${t("saved")}` }));
  });
  const test = tried(async () => { await post(`/webhooks/${hook.id}/test`); await again(); $("form-told").replaceChildren(el("p", { class: "good", text: `✓ ${t("webhook_test_sent")}` })); });
  const secret = tried(async () => { const kept = await post(`/webhooks/${hook.id}/secret`); await again(); showSecret(kept.secret); });
  const remove = tried(async () => { await api("DELETE", `/webhooks/${hook.id}`); location.hash = address("webhooks"); });
  const button = (words, run, kind = "outline-secondary") => el("button", { type: "button", class: `btn btn-${kind}`, text: t(words), onclick: run });
  const label = ([kind, box]) => el("label", { class: "check" }, box, ` ${of("webhook_kind", kind === "*" ? "all" : kind.replace(".", "_"))}`);
  const ofContacts = boxes.filter(([kind]) => /^[A-Z]/.test(kind)); // by their names among the messages
  const chosen = el("div", { role: "group", "aria-label": t("field_kinds") },
    el("div", { class: "choices" }, ...boxes.filter((one) => !ofContacts.includes(one)).map(label)),
    el("details", { open: ofContacts.some(([, box]) => box.checked) ? true : null }, el("summary", { text: t("webhook_contacts", { count: ofContacts.length }) }), el("div", { class: "choices" }, ...ofContacts.map(label))));
  const form = el("form", { novalidate: true, onsubmit: (event) => { event.preventDefault(); save(); } },
    el("h2", {}, el("span", { text: hook?.name ?? t("add_webhooks") }), hook ? tag(hook) : null, el("button", { type: "button", class: "plain close", text: "✕", "aria-label": t("close"), onclick: () => { location.hash = address("webhooks"); } })),
    told, hook?.last_error ? el("p", { class: "quiet", text: t("webhook_last_error", { error: hook.last_error }) }) : null,
    el("div", { class: "fields" }, field(name, t("field_name")), field(url, t("field_url")), el("div", { class: "field", "data-kind": "set" }, el("span", { class: "label", text: t("field_kinds") }), chosen), el("div", { class: "field" }, el("div", { class: "check" }, active, el("label", { for: active.id, text: t("field_active") })))),
    el("div", { class: "controls save-bar" }, el("button", { type: "submit", class: "btn btn-primary", text: t(hook ? "save" : "add_it") }),
      ...(hook ? [button("webhook_test", test), button("webhook_new_secret", secret), button("remove_it", remove, "outline-danger")] : [])),
    hook ? messages(hook, tried) : null);
  const clean = JSON.stringify(read());
  $("admin-form").replaceChildren(form);
  guard(() => $("admin-form").contains(form) && !$("admin-form").hidden && JSON.stringify(read()) !== clean);
  if (!hook) name.focus();
}

const showSecret = (secret) => $("form-told").replaceChildren(el("div", { class: "password" }, el("p", { text: t("webhook_secret_once") }), el("output", { class: "code", text: secret })));

const MESSAGE_TONES = { waiting: "warn", done: "good", dead: "bad" };

function messages(hook, tried) {
  const state = el("select", { id: "message-state", class: "form-select", "aria-label": t("webhook_messages_which") }, ...["", "waiting", "done", "dead"].map((value) => el("option", { value, text: of("message", value || "all") })));
  const list = el("div", { class: "rows" });
  const more = el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), hidden: true });
  let next = null;
  let later = null; // what waits is looked at again

  const load = tried(() => show(null));
  async function show(cursor) {
    const query = new URLSearchParams({ limit: EACH, ...(state.value ? { state: state.value } : {}), ...(cursor ? { cursor } : {}) });
    const page = await get(`/webhooks/${hook.id}/messages?${query}`);
    if (!cursor) list.replaceChildren();
    list.append(...page.items.map(row));
    if (!list.children.length) list.append(el("p", { class: "quiet", text: t("nothing_yet") }));
    next = page.next;
    more.hidden = !next;
    clearTimeout(later);
    if (!cursor && page.items.some(({ state: now }) => now === "waiting")) later = setTimeout(() => list.isConnected && load(), AGAIN_MILLISECONDS);
  }

  function row(one) {
    const again = one.state === "waiting" ? null : el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("webhook_again"), "aria-label": `${t("webhook_again")}: ${one.id}`,
      onclick: tried(async () => { await post(`/webhooks/${hook.id}/messages/${encodeURIComponent(one.id)}/again`); await show(null); }) });
    const when = one.done_at ? day(one.done_at) : one.state === "waiting" ? t("webhook_due", { time: day(one.due_at) }) : day(one.due_at);
    return el("div", { class: "row-of" }, el("span", {}, el("span", { class: "tag", "data-tone": MESSAGE_TONES[one.state], text: of("message", one.state) }), el("b", { text: ` ${one.type}` })), again,
      el("span", { class: "quiet", text: [when, t("webhook_tries", { count: one.attempts }), one.last_error].filter(Boolean).join(" · ") }));
  }

  state.addEventListener("change", load);
  more.addEventListener("click", tried(() => show(next)));
  load();
  return el("div", { class: "data-part" }, el("h3", { text: t("webhook_messages") }), state, list, more);
}
