// Recordings of one's own for announcements: uploaded, listened to as callers will hear them, then announced.

import { api, get, upload } from "./api.js";
import { $, banner, el } from "./dom.js";
import { ask } from "./form.js";
import { command } from "./palette.js";
import { day, t } from "./words.js";

const ACCEPT = ".wav,.mp3,.ogg,.oga,.opus,audio/wav,audio/mpeg,audio/ogg";
let rows = [];
let announce = () => {};

/** What there is, the latest first. */
export const recordings = () => rows;

/** Reads and draws the list; `chosen(key)` begins an announcement with one. */
export async function showRecordings(chosen = announce) {
  announce = chosen;
  rows = await get("/announcement-sounds");
  const known = new Set(rows.map(({ key }) => key));
  // Who listens is not interrupted: a row that stands stays, player and all.
  const players = new Map([...$("recordings").querySelectorAll("audio")].filter((one) => known.has(one.dataset.key)).map((one) => [one.dataset.key, one]));
  $("recordings").replaceChildren(...rows.map((one) => row(one, players.get(one.key))));
}

function row(one, player) {
  const notes = t("recording_notes", { seconds: Math.round(one.seconds), name: one.added_by, time: day(one.added_at) });
  const used = one.used_by.length ? t("recording_used", { names: one.used_by.join(", ") }) : null;
  return el("li", { "data-recording": one.key },
    el("div", { class: "what" }, el("b", { text: one.name }), el("p", { class: "quiet", text: [notes, used].filter(Boolean).join(" · ") })),
    player ?? el("audio", { controls: true, preload: "none", src: `/api/v1/announcement-sounds/${one.key}`, "data-key": one.key, "aria-label": t("recording_play", { name: one.name }) }),
    el("span", { class: "acts" },
      button("recording_announce", one, () => announce(one.key)),
      used ? null : button("recording_remove", one, () => remove(one))));
}

const button = (key, one, onclick) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t(key), "aria-label": `${t(key)}: ${one.name}`, onclick });

function add() {
  ask({ title: t("recording_new"), button: t("recording_new"), more: t("recordings_own_lead"),
    fields: [{ key: "file", label: t("recording_file"), type: "file", accept: ACCEPT, required: true }, { key: "name", label: t("recording_name"), required: true }],
    send: async ({ file, name }) => {
      await upload(`/announcement-sounds?${new URLSearchParams({ name })}`, file, () => {});
      await again();
    } });
}

function remove(one) {
  ask({ title: t("recording_remove_title", { name: one.name }), button: t("recording_remove"), fields: [],
    send: async () => {
      await api("DELETE", `/announcement-sounds/${one.key}`);
      await again();
    } });
}

/** What was done is done: a list that cannot be read does not undo it. */
const again = () => showRecordings().then(() => banner("announcements-list", null), (problem) => banner("announcements-list", problem.message));

$("new-recording").addEventListener("click", add);
command(t("recording_new"), add);
