// A supervisor's telephone in the page of the wallboard: he listens, whispers and joins in without one on his desk.
// It is his from his click on, until another page of his takes it; a reload of this one has it again.

import { $, banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { drawPhoneLight } from "./phone_light.js";
import * as softphone from "./softphone.js";
import { settings, t } from "./words.js";

const { phone } = softphone;
const HERE = `wallboard-phone-${settings.agent}`;
const light = $("phone-light");
let begun = false;

function begin() {
  if (begun) return;
  begun = true;
  sessionStorage.setItem(HERE, "yes");
  softphone.start({ onChange: draw, onReady: () => socket.emit("phone_ready"), onGone: () => socket.emit("phone_gone"), autoAnswer: () => false });
  window.softphone = phone; // what tests and people with a problem look at
  draw();
}

function draw() {
  drawPhoneLight(light);
  const answer = el("button", { type: "button", class: "btn btn-sm btn-success", text: t("answer"), onclick: softphone.answer });
  const reject = el("button", { type: "button", class: "btn btn-sm btn-outline-danger", text: t("reject"), onclick: softphone.reject });
  if (!phone.ringing || phone.call?.answering) banner("ringing", null);
  else banner("ringing", t("phone_rings_here"), "warn", el("span", {}, answer, " ", reject));
}

if (light) {
  light.addEventListener("click", begin);
  socket.on("phone_taken", () => {
    softphone.taken();
    sessionStorage.removeItem(HERE);
    draw();
  });
  socket.on("connect", () => { if (begun && softphone.works()) socket.emit("phone_ready"); });
  if (sessionStorage.getItem(HERE)) begin();
}
