// How long to wait before the next try: longer after each, and never all pages at the same moment.

const FIRST_MILLISECONDS = 1000;
const MOST_MILLISECONDS = 15000;

/** `next()` is the pause before the next try in milliseconds; `reset()` after one that worked. */
export function backoff() {
  let tries = 0;
  return {
    next: () => Math.min(MOST_MILLISECONDS, FIRST_MILLISECONDS * 2 ** tries++) * (0.5 + Math.random() / 2),
    reset: () => { tries = 0; },
  };
}
