// The echo test: a call to Asterisk that sends back what it hears. It is nobody's contact, and any real call ends it.

import { microphone, soundOn } from "./devices.js";
import { meter } from "./meter.js";

const LOOK_MILLISECONDS = 100;
const SECONDS = 6;
const SPOKEN = 0.01; // quieter than this is no voice
const HEARD = 0.005;
let end = null;

export const running = () => end !== null;
export const stop = () => end?.("stopped");

/**
 * Begin. `tell({ state, heard })` is called ten times a second: "calling", "listening", and at last "good", "silent" (we
 * hear no microphone), "no_return" (what is spoken does not come back), "no_call", "no_microphone" or "stopped".
 */
export async function start(dial, tell) {
  if (running()) return;
  end = () => { end = null; };
  const own = await microphone();
  if (!own || !running()) {
    end = null;
    own?.getTracks().forEach((track) => track.stop());
    return tell({ state: own ? "stopped" : "no_microphone", heard: 0 });
  }
  listen(dial(own), own, tell);
}

function listen(session, own, tell) {
  const player = new Audio();
  const spoken = meter(own);
  const loudest = { spoken: 0, heard: 0 };
  let heard = null;
  let looked = 0;
  const looking = setInterval(() => {
    if (!heard) return;
    const level = heard.read();
    loudest.spoken = Math.max(loudest.spoken, spoken.read());
    loudest.heard = Math.max(loudest.heard, level);
    tell({ state: "listening", heard: level });
    if (++looked * LOOK_MILLISECONDS >= SECONDS * 1000) end(verdict(loudest));
  }, LOOK_MILLISECONDS);
  end = (state) => {
    end = null;
    clearInterval(looking);
    for (const one of [spoken, heard]) one?.close();
    own.getTracks().forEach((track) => track.stop());
    player.srcObject = null;
    if (!session.isEnded()) session.terminate();
    tell({ state, heard: 0 });
  };
  session.connection?.addEventListener("track", ({ streams, track }) => {
    const stream = streams[0] ?? new MediaStream([track]);
    player.srcObject = stream;
    soundOn(player, "speaker");
    player.play().catch(() => {});
    heard ??= meter(stream);
  });
  for (const over of ["failed", "ended"]) session.on(over, () => end?.(over === "failed" ? "no_call" : "stopped"));
  tell({ state: "calling", heard: 0 });
}

function verdict({ spoken, heard }) {
  if (spoken < SPOKEN) return "silent";
  return heard < HEARD ? "no_return" : "good";
}
