// Microphone, loudspeaker and the ring's loudspeaker, as chosen on this computer.

import { $, banner, el } from "./dom.js";
import { t } from "./words.js";

const KINDS = { microphone: "audioinput", speaker: "audiooutput", ringer: "audiooutput" };
export const chosen = (what) => localStorage.getItem(`device-${what}`) || "";
let level = null;

/** The microphone's stream; null, with a banner that says why, when there is none to be had. */
export async function microphone() {
  const wanted = chosen("microphone");
  const plain = new URLSearchParams(location.search).has("plain_audio"); // for measuring tones
  const audio = plain ? { echoCancellation: false, noiseSuppression: false, autoGainControl: false } : {};
  for (const device of wanted ? [{ deviceId: { exact: wanted } }, {}] : [{}]) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...audio, ...device }, video: false });
      banner("microphone", null);
      return stream;
    } catch (error) {
      if (error.name === "OverconstrainedError") continue; // the chosen one is not plugged in
      const refused = error.name === "NotAllowedError" || error.name === "SecurityError";
      banner("microphone", t(refused ? "microphone_refused" : "microphone_absent"), "bad");
      return null;
    }
  }
  banner("microphone", t("microphone_absent"), "bad");
  return null;
}

/** Send an audio element's sound to the chosen device; the system's own when it is gone. */
export async function soundOn(element, what) {
  try {
    await element.setSinkId?.(chosen(what));
  } catch {
    await element.setSinkId?.("").catch(() => {});
  }
}

/** The dialog in which devices are chosen; `changed(what)` is called for each choice. */
export async function openDialog(changed) {
  const stream = await microphone(); // labels are told only to whom may listen
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const [what, kind] of Object.entries(KINDS)) {
    const options = devices.filter((device) => device.kind === kind && device.deviceId && device.deviceId !== "default");
    $(what).replaceChildren(
      el("option", { value: "", text: t("device_default") }),
      ...options.map((device) => el("option", { value: device.deviceId, text: device.label || device.deviceId })));
    $(what).value = chosen(what);
    $(what).onchange = () => {
      localStorage.setItem(`device-${what}`, $(what).value);
      changed(what);
    };
  }
  $("devices").showModal();
  if (stream) showLevel(stream);
}

function showLevel(stream) {
  const context = new AudioContext();
  const analyser = new AnalyserNode(context, { fftSize: 512 });
  context.createMediaStreamSource(stream).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  level = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    $("level").value = Math.min(1, 3 * Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length));
  }, 100);
  $("devices").addEventListener("close", () => {
    clearInterval(level);
    stream.getTracks().forEach((track) => track.stop());
    context.close();
  }, { once: true });
}

$("close-devices").addEventListener("click", () => $("devices").close());
