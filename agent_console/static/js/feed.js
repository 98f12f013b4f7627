// What the server pushes. The server's clock counts: every push says what time it is there.

import { io } from "/static/vendor/socket.io.js";
import { $, banner, el, text } from "./dom.js";
import { settings, t } from "./words.js";

export const socket = io({ transports: ["websocket"], reconnectionDelayMax: 3000 });

let offset = 0; // the server's clock minus ours, in seconds
let heard = false;
let told = false; // whether the server says that its own feed is lost

/** The server's time in epoch seconds. */
export const now = () => Date.now() / 1000 + offset;

export function setClock(serverNow) {
  offset = serverNow - Date.now() / 1000;
}

function show() {
  const fine = socket.connected && !told;
  const light = $("feed-light");
  light.dataset.state = fine ? "on" : "off";
  text(light.querySelector(".word"), fine ? t("feed_ok") : t("feed_off"));
  banner("feed", heard && !fine ? t("feed_lost") : null, "bad");
}

socket.on("connect", () => { settings.socket = socket.id; heard = true; show(); }); // a new log-in is told which it is for
socket.on("disconnect", show);
socket.on("connect_error", (error) => {
  if (error.message === "not_logged_in") ended();
  show();
});
socket.on("feed", ({ lost }) => { told = lost; show(); });

export function ended() {
  const again = el("button", { type: "button", class: "btn btn-sm btn-primary", text: t("log_in"), onclick: () => document.dispatchEvent(new Event("ask-password")) });
  banner("ended", t("ended_text"), "bad", again);
}
socket.on("ended", ended);
document.addEventListener("log-in-ended", ended);
document.addEventListener("log-in-renewed", () => socket.connect()); // an open one has the new log-in already
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && !socket.connected) socket.connect();
});
