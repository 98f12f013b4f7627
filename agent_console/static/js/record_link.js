// The way from a contact to its customer's page, for those who may see it.

import { el } from "./dom.js";
import { settings, t } from "./words.js";

/** In a page of its own: this one may hold the call. What is told there is said in `contactId`. null for who may not, or while nobody knows who he is. */
export function recordLink(id, words = t("customer_open"), contactId = null) {
  const may = id && settings.permissions.includes("read_customers");
  return may ? el("a", { class: "record-link", href: `/customers/${id}${contactId ? `?${new URLSearchParams({ contact: contactId })}` : ""}`, target: "_blank", rel: "noopener", text: words }) : null;
}
