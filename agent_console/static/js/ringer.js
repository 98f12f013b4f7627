// The ring: two soft tones, made here, on the device chosen for it. And one short tone before a call that answers itself.

import { soundOn } from "./devices.js";

const RATE = 8000;
const player = new Audio();
player.loop = true;
const warner = new Audio();

/** So many seconds of sound: two tones in the first of them, and silence from `falls` on. */
function wave(seconds, falls) {
  const view = new DataView(new ArrayBuffer(44 + 2 * RATE * seconds));
  const word = (at, letters) => [...letters].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  word(0, "RIFF"); view.setUint32(4, view.byteLength - 8, true); word(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  word(36, "data"); view.setUint32(40, 2 * RATE * seconds, true);
  for (let place = 0; place < RATE; place++) {
    const at = place / RATE;
    const loudness = 7000 * Math.max(0, Math.min(1, at * 20, (falls - at) * 20));
    const tone = Math.sin(2 * Math.PI * (at % 0.5 < 0.25 ? 587 : 740) * at);
    view.setInt16(44 + 2 * place, loudness * tone, true);
  }
  return URL.createObjectURL(new Blob([view.buffer], { type: "audio/wav" }));
}

export async function ring() {
  player.src ||= wave(3, 1);
  await soundOn(player, "ringer");
  player.currentTime = 0;
  player.play().catch(() => {}); // a page that nobody has touched yet may not make a sound: the card shows the call
}

/** Somebody is on the line from now on, without a ring. */
export async function warn() {
  warner.src ||= wave(1, 0.25);
  await soundOn(warner, "ringer");
  warner.play().catch(() => {});
}

export function quiet() {
  player.pause();
}
