// Where he is reached, his stage and tags: lists to which something is added with its source, and ended.

import { api } from "./api.js";
import { callButton } from "./call_button.js";
import { ask } from "./form.js";
import { SOURCES } from "./customer_fields.js";
import { relativesPart } from "./customer_relatives.js";
import { el } from "./dom.js";
import { date, of, settings, t } from "./words.js";

const may = () => settings.permissions.includes("change_customers");
const source = () => ({ key: "source", label: t("source_ask"), type: "choice", choices: SOURCES.map((value) => ({ value, text: of("source", value) })), required: true });
const label = () => ({ key: "label", label: t("point_label") });
const preferred = () => ({ key: "preferred", label: t("point_preferred"), type: "check" });

const KINDS = {
  phones: { fields: () => [{ key: "value", label: t("customer_phone"), required: true }, label(), preferred(), source()], method: "PUT" },
  emails: { fields: () => [{ key: "value", label: t("customer_email"), required: true }, label(), preferred(), source()], method: "PUT" },
  addresses: { fields: () => [{ key: "street", label: t("point_street"), required: true }, { key: "city", label: t("point_city"), required: true }, { key: "region", label: t("point_region") }, label(), preferred(), source()], method: "POST" },
};

export function pointsPart(customer, again) {
  const record = customer.record;
  const parts = Object.keys(KINDS).map((kind) => list(t(`point_${kind}`), record[kind].map((point) => row(kind, point, customer, again)), may() ? () => add(kind, customer, again) : null));
  const kin = relativesPart(customer, again);
  const tags = record.tags.length ? [el("p", { class: "chips" }, ...record.tags.map((tag) => el("span", { class: "chip", text: tag })))] : [];
  const stages = record.stages.map((one) => el("div", { class: "row-of" }, el("b", { text: of("life", one.stage) }), el("span", { class: "quiet number", text: date(one.at) }), el("span", { class: "quiet", text: [one.reason, one.by].filter(Boolean).join(" · ") })));
  return [...parts, list(t("customer_stage"), stages, may() ? () => askStage(customer, again) : null, t("point_change")), list(kin.title, kin.rows, kin.add), list(t("point_tags"), tags, may() ? () => askTags(customer, again) : null, t("point_change"))];
}

const list = (title, rows, run, button = t("point_add")) => el("div", { class: "data-part" },
  el("h2", {}, title, run ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: button, "aria-label": `${button}: ${title}`, onclick: run }) : null),
  ...(rows.length ? rows : [el("p", { class: "quiet", text: t("none_yet") })]));

function row(kind, point, customer, again) {
  const words = kind === "addresses" ? [point.street, point.city, point.region].filter(Boolean).join(", ") : point.key;
  const gone = point.valid_until !== null && point.valid_until <= Date.now() / 1000;
  const details = [point.label, gone && t("point_ended", { day: date(point.valid_until) }), of("source", point.source), point.by].filter(Boolean).join(" · ");
  const end = may() && !gone ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("point_end"), "aria-label": `${t("point_end")}: ${words}`, onclick: (event) => endPoint(event.target, kind, point, customer, again) }) : null;
  return el("div", { class: "row-of", "data-gone": String(gone) }, el("b", { class: kind === "phones" ? "number" : null, text: `${point.preferred ? "★ " : ""}${words}`, title: point.preferred ? t("point_preferred") : null }), el("span", { class: "row-acts" }, kind === "phones" && !gone ? callButton(point.key, customer.id) : null, end), el("span", { class: "quiet", text: details }));
}

async function endPoint(button, kind, point, customer, again) {
  try {
    await api("DELETE", `/customers/${customer.id}/${kind}/${encodeURIComponent(point.key)}`);
    await customer.reload();
    customer.glance();
    again();
  } catch (problem) {
    button.after(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function add(kind, customer, again) {
  const { fields, method } = KINDS[kind];
  ask({
    title: t(`point_new_${kind}`), button: t("save"), fields: fields(),
    send: async ({ value, region, ...body }) => {
      const path = `/customers/${customer.id}/${kind}`;
      await api(method, method === "PUT" ? `${path}/${encodeURIComponent(value)}` : path, { ...body, ...customer.heardIn, ...(kind === "addresses" ? { region: region || null } : {}) });
      await customer.reload();
      customer.glance();
      again();
    },
  });
}

const NEXT = { prospect: ["qualified", "customer", "lost"], qualified: ["prospect", "customer", "lost"], customer: ["at_risk", "lost"], at_risk: ["customer", "lost"], lost: ["won_back", "prospect"], won_back: ["at_risk", "lost"] };

function askStage(customer, again) {
  const { stage, version } = customer.record;
  ask({
    title: t("customer_stage"), button: t("save"),
    fields: [{ key: "stage", label: t("customer_stage"), type: "choice", choices: NEXT[stage].map((value) => ({ value, text: of("life", value) })), required: true }, { key: "reason", label: t("value_reason") }],
    send: async (given) => {
      customer.took(await api("POST", `/customers/${customer.id}/stage`, given, version));
      again();
    },
  });
}

function askTags(customer, again) {
  ask({
    title: t("point_tags"), button: t("save"), fields: [{ key: "tags", label: t("point_tags_hint"), value: customer.record.tags.join(", ") }],
    send: async ({ tags }) => {
      customer.took(await api("PUT", `/customers/${customer.id}/tags`, { tags: tags.split(",").map((one) => one.trim()).filter(Boolean) }));
      again();
    },
  });
}
