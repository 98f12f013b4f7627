// A graph of intervals: stacked columns, and lines over them. Drawn by uPlot on a canvas, so what it shows stands in a
// table beside it, too. Colours are the theme's, drawn anew when the theme changes; labels are the caller's words.

import uPlot from "../vendor/uplot.js";
import { el } from "./dom.js";
import { settings, t } from "./words.js";

const HIGH = 190;
const LABEL_WIDE = 86; // of the longest label, in pixels: as many are shown as find room
const themed = new Set(); // graphs that are in a page, to be drawn anew in other colours

new MutationObserver(() => themed.forEach((draw) => draw())).observe(document.documentElement, { attributes: true, attributeFilter: ["data-bs-theme"] });

/**
 * `labels`: a word for each interval; `columns`: [{ name, color, values }] from the lowest up, `lines`: [{ name, color,
 * values, share }] (null: nothing there), where `share` is drawn against 0 to 100 % at the right. Colours are names of
 * CSS variables. `title` is what a screen reader says, who finds the figures in the table of that name.
 */
export function graph({ title, labels, columns, lines = [] }) {
  const place = el("div", { class: "graph", role: "img", "aria-label": title });
  let drawn = null;
  const draw = () => {
    const width = place.clientWidth;
    drawn?.destroy();
    drawn = width ? new uPlot(options(place, width, labels, columns, lines), data(labels, columns, lines), place) : null;
  };
  // uPlot measures: it is made when the place has its width, and again when that changes.
  new ResizeObserver(() => {
    if (!place.isConnected) return themed.delete(draw);
    themed.add(draw);
    if (drawn?.width === place.clientWidth) return undefined;
    return draw();
  }).observe(place);
  return place;
}

/** What stands on what: of each kind of column the sum up to it, the highest first, so that lower ones cover it. */
function data(labels, columns, lines) {
  const sums = columns.map((_, upto) => labels.map((_, at) => columns.slice(0, upto + 1).reduce((sum, { values }) => sum + (values[at] ?? 0), 0)));
  return [labels.map((_, at) => at), ...sums.toReversed(), ...lines.map(({ values }) => values)];
}

function options(place, width, labels, columns, lines) {
  const color = (name) => getComputedStyle(place).getPropertyValue(name).trim();
  const count = new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(settings.language, { style: "percent", maximumFractionDigits: 1 });
  const stacked = columns.toReversed();
  const every = Math.max(1, Math.ceil((labels.length * LABEL_WIDE) / (width - 90)));
  const shares = lines.some(({ share }) => share);
  const axis = { stroke: () => color("--quiet"), font: "12px system-ui, sans-serif", ticks: { show: false }, gap: 4 };
  const grid = { stroke: () => color("--line"), width: 1 };
  return {
    width,
    height: HIGH,
    scales: {
      x: { time: false, range: () => [-0.6, labels.length - 0.4] },
      y: { range: (_, __, most) => [0, Math.max(1, most) * 1.04] },
      share: { range: () => [0, 1.04] },
    },
    axes: [
      { ...axis, size: 28, grid: { show: false }, splits: () => labels.map((_, at) => at).filter((at) => at % every === 0), values: (_, at) => at.map((one) => labels[one]) },
      { ...axis, grid, size: 44, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000], values: (_, at) => at.map((one) => count.format(one)) },
      ...(shares ? [{ ...axis, scale: "share", side: 1, size: 46, grid: { show: false }, splits: () => [0, 0.25, 0.5, 0.75, 1], values: (_, at) => at.map((one) => percent.format(one)) }] : []),
    ],
    series: [
      { label: t("report_step"), value: (_, at) => (at === null ? "" : labels[at]) },
      ...stacked.map((one) => ({ label: one.name, fill: () => color(one.color), width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.78, 60] }), value: (_, __, ___, at) => (at === null ? "" : count.format(one.values[at] ?? 0)) })),
      ...lines.map((one) => ({
        label: one.name, scale: one.share ? "share" : "y", stroke: () => color(one.color), width: 2, spanGaps: false, points: { show: labels.length < 40, size: 6, fill: () => color(one.color) },
        paths: one.share ? undefined : uPlot.paths.stepped({ align: 1 }),
        value: (_, value) => (value === null || value === undefined ? "" : (one.share ? percent : count).format(value)) })),
    ],
    legend: { live: true, markers: { width: 0, fill: (_, at) => color(at > stacked.length ? lines[at - stacked.length - 1].color : stacked[at - 1].color) } },
    cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
  };
}
