// The picture of a flow beside its text: drawn anew as one writes, with the traffic of a day on it, and as a table.

import { get, post } from "./api.js";
import { el, text } from "./dom.js";
import { percent } from "./figures.js";
import { whole } from "./report_parts.js";
import { t } from "./words.js";

const COLUMNS = [["from"], ["by"], ["to"], ["count", "n"], ["share", "n"], ["left", "n"]];

/** The panel of one flow; `name` null: a new one, which has no traffic. `goTo(node)` shows a node's text. */
export function flowPicture({ name, goTo }) {
  const status = el("p", { class: "quiet", role: "status", id: "picture-state" });
  const drawn = el("div", { class: "flow-picture", id: "flow-picture", tabindex: "0", role: "region", "aria-label": t("flow_picture") });
  const day = el("input", { id: "picture-day", class: "form-control", type: "date" });
  const rows = el("tbody");
  const element = el("section", { class: "picture-side", "aria-labelledby": "picture-title" },
    el("div", { class: "picture-head" }, el("h3", { id: "picture-title", text: t("flow_picture") }),
      name ? el("label", { for: "picture-day" }, `${t("flow_picture_day")} `, day) : null, status),
    drawn, el("p", { class: "quiet", text: t("flow_picture_legend") }),
    el("details", {}, el("summary", { text: t("flow_picture_table") }), el("div", { class: "wide-table", tabindex: "0", role: "region", "aria-label": t("flow_picture_table") },
      el("table", { class: "grid" }, el("thead", {}, el("tr", {}, ...COLUMNS.map(([word, kind]) => el("th", { scope: "col", class: kind, text: t(`flow_column_${word}`) })))), rows))));
  let traffic = null;
  let last = null;
  let asked = 0;

  drawn.addEventListener("click", ({ target }) => { const node = target.closest("[data-node]")?.dataset.node; if (node) goTo(node); });
  day.addEventListener("change", () => count(day.value));

  /** What went through on a day; "": yesterday. The picture is drawn with it. */
  async function count(wanted = "") {
    try {
      const found = await get(`/configuration/flows/${encodeURIComponent(name)}/traffic${wanted ? `?day=${encodeURIComponent(wanted)}` : ""}`);
      [traffic, day.value] = [found.traffic, found.day];
      text(status, t("flow_picture_calls", { calls: whole(traffic.calls) }));
    } catch (problem) {
      text(status, `⚠ ${problem.message}`);
    }
    if (last !== null) await draw(last);
  }

  /** The picture of a text; one that is no flow leaves the picture of the text before. */
  async function draw(source) {
    const turn = ++asked;
    last = source;
    try {
      const picture = await post("/configuration/flow-pictures", { name: name ?? "new", text: source, traffic });
      if (turn !== asked) return;
      drawn.toggleAttribute("data-old", !picture.svg);
      if (!picture.svg) return text(status, t("flow_picture_old"));
      drawn.replaceChildren(document.importNode(new DOMParser().parseFromString(picture.svg, "image/svg+xml").documentElement, true));
      rows.replaceChildren(...picture.ways.map(row));
      text(status, traffic ? t("flow_picture_calls", { calls: whole(traffic.calls) }) : "");
    } catch (problem) {
      if (turn === asked) text(status, `⚠ ${problem.message}`);
    }
  }

  const row = (way) => el("tr", {},
    el("td", { text: way.source_label || t("flow_begins") }), el("td", { class: "code", text: way.word }),
    el("td", {}, el("button", { type: "button", class: "plain", text: way.label, onclick: () => goTo(way.node) }), el("span", { class: "quiet", text: ` ${way.kind}` })),
    el("td", { class: "n", text: way.count === null ? "—" : whole(way.count) }), el("td", { class: "n", text: way.share === null ? "—" : percent(way.share) }),
    el("td", { class: "n", text: way.dropped ? `${whole(way.dropped)} · ${percent(way.drop_out)}` : "—" }));

  if (name) count();
  return { element, draw };
}
