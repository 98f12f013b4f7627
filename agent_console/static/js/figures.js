// Money and shares as the reader's language writes them. Money comes as whole numbers of the smallest unit.

import { settings } from "./words.js";

const writers = new Map();

function writer(currency, options = {}) {
  const key = `${currency} ${JSON.stringify(options)}`;
  if (!writers.has(key)) writers.set(key, new Intl.NumberFormat(settings.language, { style: "currency", currency, currencyDisplay: "code", useGrouping: "always", ...options }));
  return writers.get(key);
}

export const decimals = (currency) => writer(currency).resolvedOptions().maximumFractionDigits;

export const money = (minor, currency) => writer(currency).format(minor / 10 ** decimals(currency));

/** 1234567 is "1.2 M". */
export function short(minor, currency) {
  return new Intl.NumberFormat(settings.language, { notation: "compact", maximumFractionDigits: 1 }).format(minor / 10 ** decimals(currency));
}

export function percent(share, digits = 0) {
  if (share === null || share === undefined) return "—";
  return new Intl.NumberFormat(settings.language, { style: "percent", maximumFractionDigits: digits }).format(share);
}
