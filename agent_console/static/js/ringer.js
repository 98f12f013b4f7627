// The ring: two soft tones, made here, on the device chosen for it.

import { soundOn } from "./devices.js";

const RATE = 8000;
const player = new Audio();
player.loop = true;

function wave() {
  const seconds = 3;
  const view = new DataView(new ArrayBuffer(44 + 2 * RATE * seconds));
  const word = (at, letters) => [...letters].forEach((letter, place) => view.setUint8(at + place, letter.charCodeAt(0)));
  word(0, "RIFF"); view.setUint32(4, view.byteLength - 8, true); word(8, "WAVEfmt ");
  view.setUint32(16, 16, true); view.setUint16(20, 1, true); view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true); view.setUint32(28, 2 * RATE, true); view.setUint16(32, 2, true); view.setUint16(34, 16, true);
  word(36, "data"); view.setUint32(40, 2 * RATE * seconds, true);
  for (let place = 0; place < RATE; place++) {
    const at = place / RATE;
    const loudness = 7000 * Math.min(1, at * 20, (1 - at) * 20);
    const tone = Math.sin(2 * Math.PI * (at % 0.5 < 0.25 ? 587 : 740) * at);
    view.setInt16(44 + 2 * place, loudness * tone, true);
  }
  return URL.createObjectURL(new Blob([view.buffer], { type: "audio/wav" }));
}

export async function ring() {
  player.src ||= wave();
  await soundOn(player, "ringer");
  player.currentTime = 0;
  player.play().catch(() => {}); // a page that nobody has touched yet may not make a sound: the card shows the call
}

export function quiet() {
  player.pause();
}
