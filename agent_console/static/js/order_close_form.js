// How an order ended, by thumb: a code, parts, a note, a photo. What is typed is kept until it was sent.

import { el } from "./dom.js";
import { fileButton } from "./file_button.js";
import { CODES, formKey } from "./order_forms.js";
import { of, t } from "./words.js";

/** `van`: [{part, quantity}]; `send(order, {code, key, text, used, photo})` fails with a problem, then the form stays. */
export function closeForm({ order, van, send, cancel }) {
  const kept = `close-${order.id}`;
  const draft = JSON.parse(localStorage.getItem(kept) ?? "null") ?? { key: formKey(), code: "", text: "", used: [] };
  const keep = () => localStorage.setItem(kept, JSON.stringify(draft));
  const wrong = el("p", { class: "problem", role: "alert", hidden: true });
  const parts = el("div", { class: "rows" });
  const photo = el("input", { type: "file", accept: "image/*", capture: "environment" });
  const note = el("textarea", { class: "form-control", rows: "3", maxlength: "4000", oninput: () => { draft.text = note.value; keep(); } }, draft.text);
  const go = el("button", { type: "submit", class: "btn btn-primary", text: t("wo_close") });

  function code(value) {
    const choice = el("input", { type: "radio", name: "code", value, required: true, checked: draft.code === value, onchange: () => { draft.code = value; keep(); } });
    return el("label", { class: "code" }, choice, el("span", {}, of("wo_closing", value), el("span", { class: "quiet", text: of("wo_closing_hint", value) })));
  }

  function drawParts() {
    parts.replaceChildren(...draft.used.map((one, place) => {
      const which = el("select", { class: "form-select", "aria-label": t("wo_part"), onchange: () => { one.part = which.value; keep(); } },
        ...van.map(({ part, quantity }) => el("option", { value: part.key, selected: part.key === one.part, text: t("wo_part_row", { name: part.name, count: quantity }) })));
      const many = el("input", { class: "form-control", type: "number", min: "1", max: "1000", inputmode: "numeric", value: one.quantity, "aria-label": t("wo_quantity"), oninput: () => { one.quantity = Number(many.value); keep(); } });
      return el("div", { class: "part-row" }, which, many, el("button", { type: "button", class: "btn btn-outline-secondary", text: "×", "aria-label": t("wo_part_remove"), onclick: () => { draft.used.splice(place, 1); keep(); drawParts(); } }));
    }));
  }

  const more = () => {
    draft.used.push({ part: van[0].part.key, quantity: 1 });
    keep();
    drawParts();
    parts.lastElementChild.querySelector("select").focus();
  };

  async function submit(event) {
    event.preventDefault();
    go.disabled = true;
    wrong.hidden = true;
    try {
      await send(order, { ...draft, photo: photo.files[0] ?? null });
      localStorage.removeItem(kept);
    } catch (problem) {
      wrong.hidden = false;
      wrong.textContent = problem.message;
    } finally {
      go.disabled = false;
    }
  }

  drawParts();
  return el("form", { class: "close-form", onsubmit: submit },
    el("fieldset", {}, el("legend", { text: t("wo_closing") }), ...CODES.map(code)),
    ...(van.length ? [el("fieldset", {}, el("legend", { text: t("wo_used") }), parts, el("button", { type: "button", class: "btn btn-outline-secondary", text: t("wo_part_add"), onclick: more }))] : []),
    el("label", { class: "field" }, el("span", { text: t("wo_note") }), note),
    el("label", { class: "field" }, el("span", { text: t("wo_photo") }), fileButton(photo)),
    wrong,
    el("div", { class: "thumbs two" }, el("button", { type: "button", class: "btn btn-outline-secondary", text: t("cancel"), onclick: cancel }), go));
}
