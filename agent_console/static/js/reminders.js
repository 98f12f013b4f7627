// Reminders of activities: shown at the top of the page until they are dismissed.

import { get, post } from "./api.js";
import { banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { day, settings, t } from "./words.js";

const SHOWN_AT_MOST = 3;
const due = new Map(); // by id, in the order in which they came

function show(one) {
  due.set(one.id, one);
  draw();
}

/** The latest few; the others are counted, so that the page stays one to work on. */
function draw() {
  const all = [...due.values()];
  const older = all.slice(0, -SHOWN_AT_MOST);
  for (const { id } of older) banner(`reminder-${id}`, null);
  for (const one of all.slice(-SHOWN_AT_MOST)) bannerOf(one);
  const more = el("a", { class: "btn btn-sm btn-outline-secondary", href: "/activities", text: t("reminders_all") });
  banner("reminders-more", older.length ? t("reminders_more", { count: older.length }) : null, "warn", el("span", { class: "controls" }, more));
}

function bannerOf(one) {
  const name = `reminder-${one.id}`;
  const words = t("reminder", { subject: one.subject, time: day(one.due_at), customer: one.customer ?? "" }).replace(/ · $/, "");
  const dismiss = async () => {
    try {
      await post(`/activities/${one.id}/dismissal`);
      due.delete(one.id);
      banner(name, null);
      draw();
    } catch (problem) {
      banner("reminder-problem", problem.message);
    }
  };
  const open = one.case_id && settings.permissions.includes("cases")
    ? el("a", { class: "btn btn-sm btn-primary", href: `/cases#${one.case_id}`, text: t("reminder_open") }) : null;
  const close = el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("reminder_dismiss"), onclick: dismiss });
  banner(name, words, "warn", open ? el("span", { class: "controls" }, open, close) : close);
}

if (settings.permissions.includes("activities")) {
  socket.on("reminder", show);
  get("/me/reminders").then((all) => all.forEach(show), () => {});
}
