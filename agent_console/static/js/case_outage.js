// An outage on its case: whether callers are told of it, how many heard it, and the switch.

import { api, get } from "./api.js";
import { banner, el } from "./dom.js";
import { ask } from "./form.js";
import { day, settings, t } from "./words.js";

/** The panel of a case that is an outage; it fills itself. */
export function outagePanel(one) {
  const panel = el("section", { id: "outage", class: "outage", "aria-label": t("outage_title"), "aria-busy": "true" });
  const path = `/cases/${one.id}/outage`;
  const draw = (news) => {
    panel.dataset.announced = String(news.announced);
    panel.ariaBusy = "false";
    panel.replaceChildren(...content(one, news, async (change) => draw(await api("PUT", path, change))));
  };
  get(path).then(draw, (problem) => panel.replaceChildren(el("p", { class: "problem", text: `⚠ ${problem.message}` })));
  return panel;
}

function content(one, news, put) {
  const said = news.announced ? t("outage_on", { areas: news.areas.join(", ") }) : t("outage_off");
  const until = news.announced && news.expected_at ? ` ${t("outage_until", { time: day(news.expected_at) })}` : "";
  const heard = news.told ? ` ${t("outage_heard", { told: news.told, queued: news.queued })}` : "";
  const kept = { areas: news.areas, expected_at: news.expected_at };
  const buttons = [];
  if (settings.permissions.includes("decide_cases")) {
    if (one.is_open) buttons.push(el("button", { type: "button", class: `btn ${news.announced ? "btn-outline-secondary" : "btn-primary"}`, id: "outage-announce", text: t(news.announced ? "outage_change" : "outage_announce"), onclick: () => form(kept, put) }));
    if (news.announced) buttons.push(el("button", { type: "button", class: "btn btn-outline-danger", id: "outage-stop", text: t("outage_stop"), onclick: () => stop(kept, put) }));
  }
  return [el("h3", { text: t("outage_title") }), el("p", { text: said + until + heard }), el("div", { class: "steps-bar" }, ...buttons)];
}

async function stop(kept, put) {
  try {
    await put({ ...kept, announced: false });
    banner("outage", null);
  } catch (problem) {
    banner("outage", problem.message);
  }
}

function form(kept, put) {
  const fields = [
    { key: "areas", label: t("outage_areas"), type: "lines", required: true, value: kept.areas.join("\n") },
    { key: "expected_at", label: t("outage_expected_at"), type: "moment", value: kept.expected_at },
  ];
  ask({ title: t("outage_title"), button: t("outage_announce"), more: t("outage_hint"), fields, send: ({ areas, expected_at }) =>
    put({ areas: areas.split("\n").map((line) => line.trim()).filter(Boolean), expected_at, announced: true }) });
}
