// Shifts in words.

/** "09:00-18:00 / 13:00-14:00": work, then breaks. */
export function shown(pieces) {
  const parts = (kind) => pieces.filter((one) => one.kind === kind).map(({ begins, ends }) => `${begins}-${ends}`).join(" ");
  return [parts("work"), parts("break")].filter(Boolean).join("\n/ ");
}
