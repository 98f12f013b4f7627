// Keys: Alt+Shift+letter everywhere, so that typing a note presses nothing.

const actions = new Map(); // "A" -> {run, name}

/** Alt+Shift+key does `run`; `name` is what the command bar calls it. */
export function onKey(key, name, run) {
  actions.set(key, { name, run });
}

export const keys = () => [...actions].map(([key, { name, run }]) => ({ key, name, run }));

document.addEventListener("keydown", (event) => {
  if (!event.altKey || !event.shiftKey || event.ctrlKey) return;
  const key = event.code.replace(/^Key|^Digit/, "");
  const action = actions.get(key);
  if (!action) return;
  event.preventDefault();
  action.run();
});
