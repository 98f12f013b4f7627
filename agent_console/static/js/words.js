// What the page was given: texts in the user's language, and who he is.

export const settings = JSON.parse(document.getElementById("settings").textContent);

/** A text; `{name}` in it is replaced by what `fields` says. */
export function t(key, fields = {}) {
  return (settings.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
}

/** The word for a value of a family, such as of("status", "pause"); a value without a word is shown as it is. */
export function of(family, value) {
  return settings.words[`${family}_${value}`] ?? String(value ?? "").replaceAll("_", " ");
}

/** What people see of a step of the caller's path: its label in the user's language, else its name. */
export function step(contact, node) {
  const label = contact.labels?.[node] ?? {};
  return label[settings.language] ?? Object.values(label)[0] ?? node.replaceAll("_", " ");
}

/** 75 is "1:15". */
export function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export function day(at) {
  return new Intl.DateTimeFormat(settings.language, { day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit" }).format(at * 1000);
}

/** A day without its hour: of another year, with the year. */
export function date(at) {
  const year = new Date(at * 1000).getFullYear() === new Date().getFullYear() ? {} : { year: "numeric" };
  return new Intl.DateTimeFormat(settings.language, { day: "2-digit", month: "short", ...year }).format(at * 1000);
}

/** A day of the calendar, written yyyy-mm-dd. */
export const written = (iso) => new Intl.DateTimeFormat(settings.language, { day: "2-digit", month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(iso));

/** With its hour in this year; older things by their date. */
export const when = (at) => (new Date(at * 1000).getFullYear() === new Date().getFullYear() ? day(at) : date(at));
