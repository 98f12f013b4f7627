// A field of a form that names a customer: type, and choose among those who are found.

import { get } from "./api.js";
import { el } from "./dom.js";
import { picker } from "./picker.js";
import { of, t } from "./words.js";

const PAUSE_MILLISECONDS = 200; // after the last letter, before the search
const ROWS = 6;

/** `value`: {customer_id, name} or null; `read()` gives that of the chosen one, null while nobody is. */
export function customerField({ key, value }, shared) {
  let chosen = value ?? null;
  let found = [];
  let later = null;
  let asked = 0;
  const box = el("input", { ...shared, class: "form-control", type: "text", maxlength: "100", autocomplete: "off", role: "combobox", "aria-expanded": "false", "aria-controls": `${key}-list`,
    placeholder: t("customer_pick"), value: chosen?.name ?? "" });
  const list = el("ul", { id: `${key}-list`, role: "listbox", "aria-label": t("customer_pick"), hidden: true });
  const pick = picker(box, list, { rows: () => found.map(row), choose: ({ value: one }) => take(one), typed, narrow: false });

  function row({ customer, found_by: by }) {
    const details = [customer.rut, of("found_by", by)].filter(Boolean).join(" · ");
    return { key: String(customer.customer_id), text: customer.name, details, value: customer };
  }

  function open(shows) {
    list.hidden = !shows;
    box.setAttribute("aria-expanded", String(shows));
  }

  function take(one) {
    chosen = { customer_id: one.customer_id, name: one.name };
    box.value = one.name;
    box.setCustomValidity("");
    asked += 1;
    open(false);
  }

  function typed(words) {
    chosen = null;
    box.setCustomValidity(words ? t("customer_pick_one") : "");
    clearTimeout(later);
    later = setTimeout(() => search(words), PAUSE_MILLISECONDS);
  }

  async function search(words) {
    const mine = ++asked;
    const hits = words ? await get(`/search?${new URLSearchParams({ q: words, limit: ROWS })}`).catch(() => []) : [];
    if (mine !== asked) return;
    found = hits;
    open(Boolean(words));
    pick.draw();
  }

  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.preventDefault(); // of the two that are open only the list closes
    open(false);
  });
  return { element: el("span", { class: "customer-field choosing" }, box, list), read: () => chosen };
}
