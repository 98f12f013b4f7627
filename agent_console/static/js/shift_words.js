// Shifts in words.

import { t } from "./words.js";

/** "09:00-18:00 / 13:00-14:00": work, then breaks. */
export function shown(pieces) {
  const parts = (kind) => pieces.filter((one) => one.kind === kind).map(({ begins, ends }) => `${begins}-${ends}`).join(" ");
  return [parts("work"), parts("break")].filter(Boolean).join("\n/ ");
}

/** What the server found wrong in a plan or in a table of shifts, in the reader's words. */
export function mistakesOf(problem) {
  const told = (problem.told?.fields ?? []).map((one) => (one.says?.line ? "" : `${one.field}: `) + t(`mistake_${one.error_id}`, one.says ?? {}));
  return told.length ? told : [problem.message];
}
