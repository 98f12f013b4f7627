// What agents read: every script, its versions, and the editor with its trial.

import { guard, mayLeave } from "./admin_guard.js";
import { showTexts } from "./admin_texts.js";
import { $, el } from "./dom.js";
import "./feed.js";
import { t } from "./words.js";

const address = (_section, id = null) => `#${id === null ? "" : encodeURIComponent(id)}`;
let shown = location.hash;

async function show() {
  const id = decodeURIComponent(location.hash.slice(1)) || null;
  shown = location.hash;
  $("administration").dataset.open = id ? "form" : "list";
  try {
    await showTexts("scripts")({ id, address, again: show });
  } catch (problem) {
    $("admin-form").hidden = true;
    $("admin-list").replaceChildren(el("p", { class: "problem", role: "alert", text: `⚠ ${problem.message}` }),
      el("button", { type: "button", class: "btn btn-outline-secondary", text: t("again"), onclick: show }));
  }
}

addEventListener("hashchange", async () => {
  if (location.hash === shown) return;
  const wanted = location.hash;
  history.replaceState(null, "", shown || location.pathname);
  if (!(await mayLeave())) return;
  guard(() => false);
  history.replaceState(null, "", wanted || location.pathname);
  show();
});
show();
