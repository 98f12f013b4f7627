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

const ASK_AGAIN_MILLISECONDS = [300, 1500];

/** A network that changes breaks off what is on its way. What only reads is asked again; what changes something might
 * be done twice: whoever asked for it decides. */
async function sent(path, options, pauses = options.method === "GET" ? ASK_AGAIN_MILLISECONDS : []) {
  try {
    return await fetch(path, options);
  } catch (broken) {
    if (!pauses.length) throw broken;
    await new Promise((later) => { setTimeout(later, pauses[0]); });
    return sent(path, options, pauses.slice(1));
  }
}

/** `version`: that which a change was made of, sent as If-Match. */
export async function api(method, path, body = undefined, version = undefined) {
  let answer;
  try {
    answer = await sent(`/api/v1${path}`, {
      method,
      headers: { "Content-Type": "application/json", "X-CSRF-Token": settings.csrf, ...(version === undefined ? {} : { "If-Match": `"${version}"` }) },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem("offline", t("problem_offline"), 0);
  }
  if (answer.ok) return answer.json();
  throw problemOf(answer.status, await answer.json().catch(() => ({})));
}

/** What an answer that failed means; `told` is its problem document. */
function problemOf(status, told) {
  const known = settings.words[`problem_${told.error_id}`];
  if (status === 401) document.dispatchEvent(new Event("log-in-ended"));
  const own = told.error_id === "not_permitted" ? told.detail : null; // the server says which rule, and until when
  return new Problem(told.error_id, own ?? known ?? `${t("problem_other")}: ${told.detail || told.title || status}`, status, told);
}

/** Send a file as it is; `progress` is told how much of it, from 0 to 1, has gone. */
export function upload(path, file, progress) {
  return new Promise((done, failed) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/api/v1${path}`);
    sending.responseType = "json";
    sending.setRequestHeader("X-CSRF-Token", settings.csrf);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.upload.onprogress = ({ loaded, total }) => progress(loaded / total);
    sending.onload = () => (sending.status === 200 ? done(sending.response) : failed(problemOf(sending.status, sending.response ?? {})));
    sending.onerror = () => failed(new Problem("offline", t("problem_offline"), 0));
    sending.send(file);
  });
}

export const post = (path, body) => api("POST", path, body);
export const get = (path) => api("GET", path);

/** A request's own name: sent again under it, what may have been done is never done twice. */
export const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Whether nobody knows what became of a request. */
export const mayBeDone = (problem) => problem.status === 0 || problem.status >= 500;
