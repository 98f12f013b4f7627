// What an agent has typed and not sent: kept on this computer by contact, so that a reload loses nothing, and for a day
// at most: an excused or lost wrap-up must not leave what a customer said where erasure does not reach.

const PREFIX = "draft-";
const LONGEST_MS = 24 * 3600 * 1000;

export const keep = (name, value) => localStorage.setItem(PREFIX + name, JSON.stringify({ at: Date.now(), value }));
export const drop = (name) => localStorage.removeItem(PREFIX + name);

/** What was typed last; undefined: nothing. */
export const kept = (name) => read(PREFIX + name)?.value;

function read(key) {
  try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; }
}

for (const key of Object.keys(localStorage)) {
  if (key.startsWith(PREFIX) && !(Date.now() - read(key)?.at < LONGEST_MS)) localStorage.removeItem(key);
}
