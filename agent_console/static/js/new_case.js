// A new case from wherever one is: who, about what contact and for which reason is filled in as far as it is known.

import { get, post } from "./api.js";
import { ask } from "./form.js";
import { of, settings, t } from "./words.js";

export const CASE_KINDS = ["information", "service", "charge", "account", "warranty", "help"];
const PRIORITIES = ["low", "normal", "high", "urgent"];
const choice = (family, values) => values.map((value) => ({ value, text: of(family, value) }));

/**
 * `customer`: {customer_id, name} or null; `contactId`: of the contact in which it came up, with the key of its
 * `reason`; `made(whole)` gets the case.
 */
export async function newCase({ customer = null, contactId = null, reason = "", made }) {
  const reasons = contactId ? await get("/contact-reasons").catch(() => []) : [];
  const label = (one) => one[`label_${settings.language}`] || one.key;
  const why = { key: "reason", label: t("contact_reason"), type: "choice", value: reason, choices: reasons.map((one) => ({ value: one.key, text: label(one) })) };
  const urgency = { key: "priority", label: t("case_priority"), type: "choice", choices: choice("case_priority", PRIORITIES) };
  ask({
    title: t("case_new"), button: t("case_open"), more: contactId ? "" : t("case_priority_hint"),
    fields: [
      { key: "customer", label: t("case_customer"), type: "customer", value: customer },
      { key: "kind", label: t("case_kind"), type: "choice", required: true, choices: choice("case_kind", CASE_KINDS) },
      { key: "subject", label: t("case_subject"), required: true },
      { key: "description", label: t("case_description"), type: "lines" },
      reasons.length ? why : urgency,
      { key: "mine", label: t("case_mine"), type: "check", value: true },
    ],
    send: async ({ customer: who, mine, priority = "", reason: about = "", ...given }) => {
      const origin = { channel: contactId ? "voice" : "page", contact_id: contactId, customer_id: who?.customer_id ?? null };
      made(await post("/cases", { ...given, ...origin, reason: about || null, priority: priority || null, assignee: mine ? settings.login : null }));
    },
  });
}
