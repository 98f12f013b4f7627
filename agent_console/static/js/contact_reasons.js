// What contacts are about, in the words of the account's own list.

import { settings } from "./words.js";

let reasons = [];
export const knowReasons = (known) => { reasons = known; };
export const allReasons = () => reasons;
export const reasonOf = (key) => reasons.find((one) => one.key === key);
export const reasonLabel = (one) => one[`label_${settings.language}`] || one.key;

const guessedBy = (name, value) => reasons.find((one) => one.guessed_by.includes(`${name}=${value}`));

/** The words for a reason, by its key or by what the menu called it; "" when the list has none. */
export function reasonWord(key) {
  const found = reasonOf(key) ?? guessedBy("reason", key);
  return found ? reasonLabel(found) : "";
}

/** What a caller told the menus, in words; what the list has no words for is no news to people. */
export function toldWords(values) {
  const found = Object.entries(values ?? {}).map(([name, value]) => guessedBy(name, value)).filter(Boolean);
  return [...new Set(found.map(reasonLabel))].join(", ");
}
