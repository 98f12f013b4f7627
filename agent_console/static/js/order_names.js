// How work orders are worded: what is due, who has it, what its closing was.

import { day, of, settings, t } from "./words.js";

const SOON_SECONDS = 3600;

export const people = new Map(); // technicians by login

export const technicianName = (login) => (login ? people.get(login)?.name ?? login : t("wo_nobody"));

export const place = ({ address, area }) => [address, area].filter(Boolean).join(", ");

/** "10:00–12:00", "hasta 12:00" or with their day, as the window that the customer was told. */
export function span({ due_from_at: from, due_until_at: until }) {
  if (until === null) return t("wo_any_time");
  const hour = (at) => new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit" }).format(at * 1000);
  const sameDay = from !== null && new Date(from * 1000).toDateString() === new Date(until * 1000).toDateString();
  if (sameDay) return `${day(from)} – ${hour(until)}`;
  return from === null ? t("wo_until", { time: day(until) }) : `${day(from)} – ${day(until)}`;
}

/** What a card says of the time: how late, how much is left. */
export function due(one, now) {
  if (!one.is_open) return { words: one.closing ? of("wo_closing", one.closing) : of("wo_state", one.state), tone: "no" };
  if (one.due_until_at === null) return { words: t("wo_any_time"), tone: "no" };
  const left = one.due_until_at - now;
  const words = t(left < 0 ? "case_late" : "case_left", { time: length(Math.abs(left)) });
  return { words: left < 0 ? `⚠ ${words}` : words, tone: left < 0 ? "late" : left < SOON_SECONDS ? "soon" : "no" };
}

/** A length of time in one unit. */
export function length(seconds) {
  if (seconds < 3600) return t("case_minutes", { count: Math.max(1, Math.round(seconds / 60)) });
  if (seconds < 48 * 3600) return t("case_hours", { count: Math.round(seconds / 3600) });
  return t("case_days", { count: Math.round(seconds / 86400) });
}

export const decimal = (value) => new Intl.NumberFormat(settings.language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format(value);
