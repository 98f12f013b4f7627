// Product offers: what runs, what it brings with its interval, and a form for a new one.

import { api, get, post } from "./api.js";
import { $, banner, el, fill } from "./dom.js";
import "./feed.js";
import { decimals, money, percent } from "./figures.js";
import { command } from "./palette.js";
import { svg } from "./svg.js";
import { settings, t } from "./words.js";

const may = settings.permissions.includes("manage_value");
let currency = "CLP";

async function list() {
  try {
    const [{ items: rows }, rules] = await Promise.all([get("/product-offers?limit=200"), get("/value/settings")]);
    currency = rules.currency;
    const results = await Promise.all(rows.map((row) => get(`/product-offers/${row.offer_id}/results`)));
    fill($("offer-list"), [rows, results], () => (rows.length ? rows.map((row, place) => card(row, results[place])) : [el("p", { class: "quiet", text: t("offers_none") })]));
    banner("offers", null);
  } catch (problem) {
    banner("offers", problem.message);
  }
}

function card(row, result) {
  const facts = [[t("offer_product"), row.product_name], [t("offer_segment"), row.segment ?? t("offer_everybody")], [t("offer_margin"), money(row.margin_minor, currency)],
    [t("offer_made"), String(result.made)], [t("offer_accepted"), result.made ? `${result.accepted} (${percent(result.accepted / result.made)})` : "0"], [t("offer_feeling"), result.feeling === null ? "—" : result.feeling.toLocaleString(settings.language, { maximumFractionDigits: 1 })]];
  return el("article", { class: "offer", "data-running": String(row.running) },
    el("h2", {}, el("span", { text: row.name }), el("span", { class: "state", "data-state": row.running ? "available" : "logged_out", text: t(row.running ? "offer_running" : "offer_ended") }),
      may && row.running ? el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("offer_end"), onclick: () => end(row) }) : null),
    el("p", { class: "why", text: settings.language === "en" ? row.line_en : row.line_es }),
    el("dl", { class: "facts" }, ...facts.flatMap(([word, value]) => [el("dt", { text: word }), el("dd", { text: value })])),
    ...uplift(result));
}

function uplift(result) {
  if (!result.uplift) return [el("p", { class: "quiet", text: t("offer_too_few", { count: result.measured }) })];
  const { uplift: middle, low, high, with_offer, without, control } = result.uplift;
  const reach = Math.max(0.05, Math.abs(low), Math.abs(high)) * 1.1;
  const x = (share) => 180 + (share / reach) * 140;
  const words = t("offer_uplift", { with_offer: percent(with_offer, 1), without: percent(without, 1), uplift: percent(middle, 1), low: percent(low, 1), high: percent(high, 1), control });
  const made = svg("svg", { class: "chart interval", viewBox: "0 0 360 34", role: "img", "aria-label": words });
  made.append(svg("line", { class: "axis", x1: 180, x2: 180, y1: 2, y2: 20 }), svg("text", { x: 180, y: 32, "text-anchor": "middle" }, "0"),
    svg("line", { class: "line", x1: x(low), x2: x(high), y1: 11, y2: 11 }), svg("circle", { class: "dot", cx: x(middle), cy: 11, r: 4 }),
    svg("text", { x: x(low) - 5, y: 14, "text-anchor": "end" }, percent(low, 1)), svg("text", { x: x(high) + 5, y: 14 }, percent(high, 1)));
  return [made, el("p", { text: words })];
}

async function end(row) {
  try {
    await api("PATCH", `/product-offers/${row.offer_id}`, { until_at: Date.now() / 1000 }, row.version);
  } catch (problem) {
    banner("offers", problem.message);
  }
  list();
}

async function choices() {
  const told = await get("/product-offers/choices");
  const option = ({ key, name }) => el("option", { value: key, text: name });
  $("offer-product").replaceChildren(...told.products.map(option));
  $("offer-segment").replaceChildren(el("option", { value: "", text: t("offer_everybody") }), ...told.segments.map(option));
}

async function save(event) {
  event.preventDefault();
  const body = { name: $("offer-name").value, product: $("offer-product").value, segment_id: Number($("offer-segment").value) || null,
    margin_minor: Math.round($("offer-margin").valueAsNumber * 10 ** decimals(currency)), line_es: $("offer-line-es").value, line_en: $("offer-line-en").value };
  try {
    await post("/product-offers", body);
    $("offer-mistakes").hidden = true;
    $("offer-form").reset();
    list();
  } catch (problem) {
    $("offer-mistakes").hidden = false;
    $("offer-mistakes").replaceChildren(...(problem.told?.mistakes?.length ? problem.told.mistakes : [problem.message]).map((words) => el("li", { text: words })));
  }
}

if (may) {
  $("offer-form").addEventListener("submit", save);
  choices().catch((problem) => banner("offers", problem.message));
}
command(t("command_theme"), window.switchTheme);
list();
