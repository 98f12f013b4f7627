// A supervisor's telephone in the page of the wallboard: he listens, whispers and joins in without one on his desk.
// It is his from his click on, until another page of his takes it. This computer remembers it: the next time the page is
// his telephone at once, unless he has a call in hand elsewhere.

import { $, banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { drawPhoneLight } from "./phone_light.js";
import * as softphone from "./softphone.js";
import { settings, t } from "./words.js";

const { phone } = softphone;
const HERE = `wallboard-phone-${settings.agent}`;
const light = $("phone-light");
const onTheWall = document.documentElement.classList.contains("kiosk"); // nobody sits there
let begun = false;

function begin() {
  if (begun) return;
  begun = true;
  localStorage.setItem(HERE, "yes");
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
    localStorage.removeItem(HERE);
    draw();
  });
  socket.on("connect", () => { if (begun && softphone.works()) socket.emit("phone_ready"); });
  socket.once("patch", ({ agents }) => {
    const mine = agents?.[settings.agent];
    if (localStorage.getItem(HERE) && !onTheWall && (!mine || mine.activity === "idle" || mine.supervises)) begin();
  });
}
