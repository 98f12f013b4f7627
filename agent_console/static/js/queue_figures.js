// What is counted of queues: who waits now, and the figures of the queue's day.

export const WAITING = new Set(["queued", "offered"]);

/** Stages of who wants to be called back and is not on the line: he is counted apart. */
export const TO_CALL = new Set(["call_back", "calling_back"]);

/** By queue: how many wait, how many of them too long, the longest wait in seconds (null: nobody waits), how many are to be called back, and how many messages wait. */
export function waits(queues, contacts, now) {
  const counted = new Map([...queues.keys()].map((key) => [key, { waiting: 0, late: 0, longest: null, to_call: 0, messages: 0 }]));
  for (const contact of contacts.values()) {
    const count = counted.get(contact.queue);
    if (count && TO_CALL.has(contact.stage)) count.to_call += 1;
    if (count && contact.stage === "voicemail") count.messages += 1;
    if (!count || !WAITING.has(contact.stage)) continue;
    const waited = now - (contact.queued_at ?? contact.arrived_at);
    count.waiting += 1;
    count.longest = Math.max(count.longest ?? 0, waited);
    if (waited > queues.get(contact.queue).service_level_seconds) count.late += 1;
  }
  return counted;
}

const NOTHING_YET = { queued: 0, answered: 0, answered_in_time: 0, abandoned: 0, abandoned_in_time: 0, abandoned_short: 0, longest_wait_seconds: null, overflowed: 0, turned_away: 0, messages: 0 };

/** The figures of today: a day that is over counts nothing, also before anything happens in the new one. */
export const today = (queue, now) => (queue.day_ends_at && now >= queue.day_ends_at ? { ...queue, ...NOTHING_YET } : queue);

/** Percent of waits that ended in time, answered or given up (SL2); null before the first. */
export function serviceLevel(queue) {
  const ended = queue.answered + queue.abandoned;
  return ended ? Math.round((100 * (queue.answered_in_time + queue.abandoned_in_time)) / ended) : null;
}
