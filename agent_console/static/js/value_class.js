// A class by hand: with its reason and the day on which it ends.

import { api } from "./api.js";
import { ask } from "./form.js";
import { t } from "./words.js";

const DAY_SECONDS = 86400;

/** `now`: the class in force; `done()` when another one is. */
export function setClass(customerId, now, done) {
  ask({
    title: t("value_set_class"), button: t("save"),
    fields: [
      { key: "value_class", label: t("value_class"), type: "choice", choices: ["A", "B", "C"].map((letter) => ({ value: letter, text: letter })), value: now ?? "", required: true },
      { key: "reason", label: t("value_reason"), required: true },
      { key: "until", label: t("value_until"), type: "date", required: true },
    ],
    send: async ({ value_class: letter, reason, until }) => {
      await api("PUT", `/customers/${customerId}/value-class`, { value_class: letter, reason, expires_at: Date.parse(`${until}T00:00`) / 1000 + DAY_SECONDS });
      await done();
    },
  });
}
