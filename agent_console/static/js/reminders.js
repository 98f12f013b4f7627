// Reminders of activities: shown at the top of the page until they are dismissed.

import { get, post } from "./api.js";
import { banner, el } from "./dom.js";
import { socket } from "./feed.js";
import { day, settings, t } from "./words.js";

function show(one) {
  const name = `reminder-${one.id}`;
  const words = t("reminder", { subject: one.subject, time: day(one.due_at), customer: one.customer ?? "" }).replace(/ · $/, "");
  const dismiss = async () => {
    try {
      await post(`/activities/${one.id}/dismissal`);
      banner(name, null);
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
