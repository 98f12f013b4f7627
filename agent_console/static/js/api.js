// The REST API: fetch with the log-in's CSRF word; what goes wrong becomes one sentence.

import { settings, t } from "./words.js";

export class Problem extends Error {
  constructor(errorId, message, status, told = {}) {
    super(message);
    this.errorId = errorId;
    this.status = status;
    this.told = told;
  }
}

/** `version`: that which a change was made of, sent as If-Match. */
export async function api(method, path, body = undefined, version = undefined) {
  let answer;
  try {
    answer = await fetch(`/api/v1${path}`, {
      method,
      headers: { "Content-Type": "application/json", "X-CSRF-Token": settings.csrf, ...(version === undefined ? {} : { "If-Match": `"${version}"` }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem("offline", t("problem_offline"), 0);
  }
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({}));
  const known = settings.words[`problem_${told.error_id}`];
  if (answer.status === 401) document.dispatchEvent(new Event("log-in-ended"));
  throw new Problem(told.error_id, known ?? `${t("problem_other")}: ${told.detail || told.title || answer.status}`, answer.status, told);
}

export const post = (path, body) => api("POST", path, body);
export const get = (path) => api("GET", path);
