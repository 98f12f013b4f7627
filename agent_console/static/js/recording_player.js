// A recording with its wave: heard from any place, at any speed, by mouse or keyboard.

import { el } from "./dom.js";
import { svg } from "./svg.js";
import { clock, t } from "./words.js";

const SPEEDS = [1, 1.25, 1.5, 2];
const HEIGHT = 100;

/** `peaks`: loudness in pieces, 0 to 100; without any the slider alone tells the place. `pauses`: silence on
 * purpose; `voices`: who spoke when, in seconds, null when nobody followed that. */
export function player(src, { seconds, peaks, pauses = [], voices = null }) {
  const sound = new Audio();
  sound.preload = "none";
  sound.src = src;
  const bars = peaks.map((peak, place) => svg("rect", { x: place, y: (HEIGHT - Math.max(2, peak)) / 2, width: 0.7, height: Math.max(2, peak) }));
  const wave = svg("svg", { class: "wave", viewBox: `0 0 ${Math.max(1, peaks.length)} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" });
  const placeOf = (at) => (Math.min(at, seconds) / Math.max(seconds, 0.1)) * peaks.length;
  wave.append(...pauses.map(({ since, until }) => svg("rect", { class: "paused", x: placeOf(since), y: 0, width: Math.max(1, placeOf(until ?? seconds) - placeOf(since)), height: HEIGHT })), ...bars);
  const place = el("input", { type: "range", min: 0, max: Math.max(1, Math.round(seconds)), step: 1, value: 0, "aria-label": t("contact_wave", { time: clock(seconds) }) });
  const told = el("span", { class: "number quiet", text: `0:00 / ${clock(seconds)}` });
  const button = el("button", { type: "button", class: "btn btn-outline-secondary", text: "▶", "aria-label": t("contact_play") });
  const speed = el("select", { class: "form-select", "aria-label": t("contact_speed") }, ...SPEEDS.map((one) => el("option", { value: one, text: `${one}×` })));
  const wrong = el("p", { class: "problem", role: "alert", hidden: true });

  const show = () => {
    place.value = Math.round(sound.currentTime);
    place.setAttribute("aria-valuetext", clock(sound.currentTime));
    told.textContent = `${clock(sound.currentTime)} / ${clock(seconds)}`;
    const heard = (sound.currentTime / Math.max(seconds, 0.1)) * bars.length;
    bars.forEach((bar, at) => bar.classList.toggle("heard", at < heard));
  };
  const goTo = (at) => {
    sound.currentTime = Math.min(Math.max(0, at), seconds);
    show();
  };
  sound.addEventListener("timeupdate", show);
  for (const event of ["play", "pause", "ended"]) sound.addEventListener(event, () => { button.textContent = sound.paused ? "▶" : "▮▮"; });
  button.addEventListener("click", async () => {
    if (!sound.paused) return sound.pause();
    wrong.hidden = true;
    try {
      await sound.play();
    } catch {
      wrong.hidden = false;
      wrong.textContent = t("contact_recording_lost");
    }
    return undefined;
  });
  speed.addEventListener("change", () => { sound.playbackRate = Number(speed.value); });
  place.addEventListener("input", () => goTo(Number(place.value)));
  wave.addEventListener("click", ({ clientX }) => {
    const box = wave.getBoundingClientRect();
    goTo(((clientX - box.left) / box.width) * seconds);
  });
  const lanes = voices ? [...["caller", "agent"].flatMap((who) => [
    lane(who, voices[who], seconds),
    el("span", { class: "lane-name quiet", text: `${t(`lane_${who}`)} ${Math.round(100 * voices[`${who}_share`])} %` }),
  ]), el("span", { class: "lane-shares quiet", text: t("lane_shares", { silence: Math.round(100 * voices.silence_share), both: Math.round(100 * voices.both_share) }) })] : [];
  const parts = peaks.length ? [wave, told, speed, place] : [place, told, speed];
  return el("div", { class: peaks.length ? "player" : "player plain" }, button, ...parts, ...lanes, wrong);
}

/** When one of the two spoke, on the time line of the wave. */
function lane(who, spells, seconds) {
  const drawn = svg("svg", { class: `lane ${who}`, viewBox: `0 0 ${Math.max(0.1, seconds)} 1`, preserveAspectRatio: "none", "aria-hidden": "true" });
  drawn.append(...spells.map(([since, until]) => svg("rect", { x: since, y: 0, width: Math.max(until - since, seconds / 400), height: 1 })));
  return drawn;
}
