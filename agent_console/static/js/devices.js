// Microphone, loudspeaker and the ring's loudspeaker, as chosen on this computer.

import { $, banner, el } from "./dom.js";
import { meter, shown } from "./meter.js";
import { t } from "./words.js";

const KINDS = { microphone: "audioinput", speaker: "audiooutput", ringer: "audiooutput" };
const LOOK_MILLISECONDS = 100;
const LACKS = { NotAllowedError: "refused", SecurityError: "refused", NotReadableError: "taken", AbortError: "taken" };
export const chosen = (what) => localStorage.getItem(`device-${what}`) || "";

/** Whether there is a microphone that we may use: "unknown", "fine", "refused", "absent" or "taken" by another program. */
export const mic = { state: "unknown" };

/** The microphone's stream; null, with a banner that says why and how to mend it, when there is none to be had. */
export async function microphone() {
  const wanted = chosen("microphone");
  const plain = new URLSearchParams(location.search).has("plain_audio"); // for measuring tones
  const audio = plain ? { echoCancellation: false, noiseSuppression: false, autoGainControl: false } : {};
  for (const device of wanted ? [{ deviceId: { exact: wanted } }, {}] : [{}]) {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: { ...audio, ...device }, video: false });
      mic.state = "fine";
      banner("microphone", null);
      return stream;
    } catch (error) {
      if (error.name === "OverconstrainedError" || error.name === "NotFoundError") continue; // the chosen one is not there
      return lacking(LACKS[error.name] ?? "absent");
    }
  }
  return lacking("absent");
}

function lacking(state) {
  mic.state = state;
  const again = el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("microphone_again"), onclick: checkMicrophone });
  banner("microphone", t(`microphone_${state}`), "bad", again);
  return null;
}

/** Look whether the microphone works, without keeping it. */
export async function checkMicrophone() {
  (await microphone())?.getTracks().forEach((track) => track.stop());
  document.dispatchEvent(new Event("microphone-checked"));
  return mic.state === "fine";
}

/** Look again whenever something could have changed. `idle()`: whether nobody is using the microphone. */
export async function watchMicrophone(idle) {
  const look = () => idle() && checkMicrophone();
  navigator.mediaDevices?.addEventListener("devicechange", look);
  const permission = await navigator.permissions?.query({ name: "microphone" }).catch(() => null); // not in every browser
  permission?.addEventListener("change", look);
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
  await offer(changed);
  const again = () => offer(changed);
  navigator.mediaDevices.addEventListener("devicechange", again);
  $("devices").showModal();
  const stop = stream ? showLevel(stream) : () => {};
  $("devices").addEventListener("close", () => {
    navigator.mediaDevices.removeEventListener("devicechange", again);
    stop();
  }, { once: true });
}

async function offer(changed) {
  const devices = await navigator.mediaDevices.enumerateDevices();
  for (const [what, kind] of Object.entries(KINDS)) {
    const options = devices.filter((device) => device.kind === kind && device.deviceId && device.deviceId !== "default");
    $(what).replaceChildren(
      el("option", { value: "", text: t("device_default") }),
      ...options.map((device) => el("option", { value: device.deviceId, text: device.label || device.deviceId })));
    $(what).value = options.some((device) => device.deviceId === chosen(what)) ? chosen(what) : "";
    $(what).onchange = () => {
      localStorage.setItem(`device-${what}`, $(what).value);
      changed(what);
    };
  }
}

/** Show how loud the microphone is; the answer ends it. */
function showLevel(stream) {
  const heard = meter(stream);
  const looking = setInterval(() => { $("level").value = shown(heard.read()); }, LOOK_MILLISECONDS);
  return () => {
    clearInterval(looking);
    stream.getTracks().forEach((track) => track.stop());
    heard.close();
  };
}

// Pages without a telephone have a sound, and no dialog.
$("close-devices")?.addEventListener("click", () => $("devices").close());
