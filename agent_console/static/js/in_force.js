// After a change of the configuration: whether the calls process works with it already, and if not, why.

import { banner } from "./dom.js";
import { t } from "./words.js";

export function tellForce({ in_force: inForce, problem, problem_id: id }) {
  banner("not-in-force", inForce ? null : t("not_in_force", { problem: id === "calls_away" ? t("calls_away") : problem }));
}
