// His files: kept with who brought them, downloaded, removed; and the records that were joined into his.

import { api, get, post, upload } from "./api.js";
import { canBeFaxed, faxesPart, faxFile } from "./customer_faxes.js";
import { SOURCES } from "./customer_fields.js";
import { el } from "./dom.js";
import { ask } from "./form.js";
import { of, settings, t, when } from "./words.js";

const may = (permission) => settings.permissions.includes(permission);
const ACCEPT = ".pdf,.png,.jpg,.jpeg,.webp,.tif,.tiff,.zip,.docx,.xlsx,.odt,.ods,.txt,.wav,.mp3,.ogg,.m4a";
const EACH = 50;

export async function filesTab(place, customer) {
  place.replaceChildren(el("p", { class: "quiet", text: t("loading") }));
  const again = () => filesTab(place, customer);
  try {
    const [files, faxes, merges] = await Promise.all([get(`/customers/${customer.id}/attachments?limit=${EACH}`), get(`/customers/${customer.id}/faxes`), may("merge_customers") ? get(`/customers/${customer.id}/merges?limit=${EACH}`) : { items: [] }]);
    place.replaceChildren(...[filesPart(files, customer, again), faxesPart(faxes, customer, files.items), mergesPart(merges.items, customer, again)].filter(Boolean));
  } catch (problem) {
    place.replaceChildren(el("p", { class: "problem", role: "alert", text: problem.message }));
  }
}

function filesPart({ items, next }, customer, again) {
  const list = el("div", { class: "rows" }, ...items.map((one) => fileRow(one, customer, again)));
  const more = next ? el("button", { type: "button", class: "btn btn-outline-secondary", text: t("more"), onclick: async (event) => {
    const page = await get(`/customers/${customer.id}/attachments?limit=${EACH}&cursor=${next}`);
    list.append(...page.items.map((one) => fileRow(one, customer, again)));
    event.target.remove();
  } }) : null;
  const add = may("change_customers") ? el("button", { type: "button", class: "btn btn-primary", id: "new-file", text: t("file_new"), onclick: () => addFile(customer, again) }) : null;
  return el("div", { class: "data-part" }, el("div", { class: "summary-bar" }, add), items.length ? list : el("p", { class: "quiet", text: t("files_none") }), more);
}

const size = (bytes) => (bytes < 1024 ? `${bytes} B` : bytes < 1 << 20 ? `${Math.round(bytes / 1024)} KB` : `${(bytes / (1 << 20)).toFixed(1)} MB`);

function fileRow(one, customer, again) {
  const path = `/customers/${customer.id}/attachments/${one.number}`;
  const remove = may("change_customers") ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("file_remove"), "aria-label": `${t("file_remove")}: ${one.name}`, onclick: () => removeFile(one, path, again) }) : null;
  const fax = canBeFaxed(one) ? el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("fax_send"), "aria-label": `${t("fax_send")}: ${one.name}`, onclick: () => faxFile(customer, one, again) }) : null;
  return el("div", { class: "row-of" }, el("a", { href: `/api/v1${path}`, download: one.name, text: one.name }), el("span", { class: "acts" }, fax, remove),
    el("span", { class: "quiet", text: [of("file", one.content_type.split("/").at(-1)), size(one.size_bytes), of("source", one.source), one.by, when(one.known_at)].filter(Boolean).join(" · ") }));
}

function addFile(customer, again) {
  ask({
    title: t("file_new"), button: t("save"), more: t("file_hint"),
    fields: [{ key: "file", label: t("file_choose"), type: "file", accept: ACCEPT, required: true }, { key: "source", label: t("source_ask"), type: "choice", choices: SOURCES.map((value) => ({ value, text: of("source", value) })), required: true }],
    send: async ({ file, source }) => {
      const contact = customer.heardIn.contact_id ? { contact_id: customer.heardIn.contact_id } : {};
      await upload(`/customers/${customer.id}/attachments?${new URLSearchParams({ name: file.name, source, ...contact })}`, file, () => {});
      again();
    },
  });
}

/** It is gone for good, so it is asked for once more. */
function removeFile(one, path, again) {
  ask({ title: t("file_remove_title", { name: one.name }), button: t("file_remove"), more: t("file_remove_text"), fields: [], send: async () => { await api("DELETE", path); again(); } });
}

function mergesPart(merges, customer, again) {
  if (!merges.length) return null;
  const undo = async (event, one) => {
    try {
      await post(`/merges/${one.id}/undo`);
      await customer.reload();
      customer.glance();
      again();
    } catch (problem) {
      event.target.after(el("p", { class: "problem", role: "alert", text: problem.message }));
    }
  };
  const row = (one) => {
    const details = [t("merge_moved", { count: one.moved }), one.by, when(one.at), one.undone_at && t("merge_undone", { name: one.undone_by, time: when(one.undone_at) })].filter(Boolean).join(" · ");
    const button = one.undone_at || one.kept_id !== customer.id ? null : el("button", { type: "button", class: "btn btn-outline-secondary small", text: t("merge_undo"), "aria-label": `${t("merge_undo")}: ${one.merged_name}`, onclick: (event) => undo(event, one) });
    return el("div", { class: "row-of", "data-gone": String(Boolean(one.undone_at)) }, el("b", { text: one.merged_name }), button, el("span", { class: "quiet", text: details }));
  };
  return el("div", { class: "data-part" }, el("h2", { text: t("merges_title") }), ...merges.map(row));
}
