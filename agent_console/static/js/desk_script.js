// The script of the contact in hand, beside the customer. A reload finds it where it was: the server keeps each step.

import { post } from "./api.js";
import { $, text } from "./dom.js";
import { onKey } from "./keys.js";
import { scriptWalk } from "./script_walk.js";
import { t } from "./words.js";

const SPEAKING = ["talking", "on_hold", "away", "wrapping_up"];
let shown = null; // the contact whose script is shown, or which has none
let previewed = null; // the lead that the agent looks at before he dials
let suggest = () => {};
let resultName = (code) => code;

const path = (contact) => `/me/scripts/${encodeURIComponent(contact)}`;
const leadPath = (dialId) => `/me/leads/${dialId}/script`;
const walk = scriptWalk($("script-body"), {
  take: (step, place) => (previewed ? post(leadPath(previewed), { place, step }) : post(`${path(shown)}/steps`, step)),
  ended: (page, answers) => { if (page.disposition && !previewed) suggest(page.disposition, answers); },
  resultName: (code) => resultName(code),
});

/** `suggested(code, answers)`: the result that the script comes to; `named(code)`: what people call it. */
export function knowResults({ suggested, named }) {
  [suggest, resultName] = [suggested, named];
}

/** Another contact is in hand, or none. Only those whom we called for a campaign have a script. */
export async function takeScript(contact, stage) {
  const wanted = contact?.dial_id && SPEAKING.includes(stage) ? contact.contact : null;
  if (wanted === shown) return;
  shown = wanted;
  if (wanted) previewed = null;
  if (!previewed) open(false);
  if (!wanted) return;
  try {
    const view = await post(path(wanted));
    if (shown !== wanted) return;
    show(view);
    if (stage !== "wrapping_up") walk.focus(); // then the next key belongs to the result
  } catch (problem) {
    if (problem.status !== 404 && shown === wanted) shown = null; // asked again with the next push
  }
}

/** What will be read to a lead that the agent looks at before he dials, of which nothing is kept; null: to none. */
export async function previewScript(dialId) {
  if (previewed === dialId) return;
  previewed = dialId;
  if (!shown) open(false);
  if (!dialId) return;
  try {
    const view = await post(leadPath(dialId), {});
    if (previewed === dialId) show(view);
  } catch { /* a campaign without a script */ }
}

function show(view) {
  text($("script-name"), t("script_of", { name: view.name, number: view.number }));
  open(true);
  walk.show(view);
}

function open(yes) {
  $("script").hidden = !yes;
  document.body.dataset.script = yes ? "yes" : "no";
}

onKey("G", t("script_focus"), () => { if (!$("script").hidden) walk.focus(); });
onKey("J", t("script_objection"), () => { if (!$("script").hidden) walk.object(); });
