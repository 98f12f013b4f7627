// Nothing that was typed is lost by going elsewhere: who has unsaved changes is asked first.

import { $ } from "./dom.js";

let dirty = () => false;

/** What tells whether there is something unsaved. */
export function guard(isDirty) {
  dirty = isDirty;
}

/** Whether one may go on: at once without unsaved changes, else as the person says. */
export function mayLeave() {
  if (!dirty()) return Promise.resolve(true);
  const asked = $("unsaved");
  return new Promise((answer) => {
    const say = (value) => () => { asked.onclose = null; asked.close(); answer(value); };
    $("unsaved-stay").onclick = say(false);
    $("unsaved-leave").onclick = say(true);
    asked.onclose = () => answer(false);
    asked.showModal();
    $("unsaved-stay").focus();
  });
}

addEventListener("beforeunload", (event) => {
  if (dirty()) event.preventDefault();
});
