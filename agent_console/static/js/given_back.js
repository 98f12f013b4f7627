// Tells who passed a caller on that the colleague did not take him, why, and where the caller is now.

import { banner, el } from "./dom.js";
import { flowName, personName, queueName } from "./pop.js";
import { of, t } from "./words.js";

let understood = ""; // the contact whose notice was put away

/** Shows what an agent's row says of it, until he puts it away. */
export function showGivenBack({ given_back: told }) {
  if (!told) understood = "";
  if (!told || told.contact === understood) return banner("given-back", null);
  const where = t(`given_back_${told.now}`, { queue: queueName(told.queue), agent: personName(told.agent) });
  const name = told.pii_name || told.pii_number || t("unknown_caller");
  const whom = told.to ? personName(told.to) : told.flow ? t("third_flow", { flow: flowName(told.flow) }) : t("third_outside");
  const words = t("given_back", { colleague: whom, name, why: of("not_taken", told.reason), where });
  const away = () => { understood = told.contact; banner("given-back", null); };
  banner("given-back", words, "warn", el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: t("understood"), onclick: away }));
}
