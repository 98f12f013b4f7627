// Builds elements from text: nothing that anybody typed is ever read as HTML.

export const $ = (id) => document.getElementById(id);

/** An element; attributes by name, `text`, handlers as `onclick`; children are elements or text. */
export function el(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "text") made.textContent = value;
    else if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Fill an element anew, but only when what is shown changed: focus and selection stay. */
export function fill(element, shown, build) {
  const key = JSON.stringify(shown);
  if (element.shownKey === key) return;
  element.shownKey = key;
  element.replaceChildren(...build());
}

export function text(element, words) {
  if (element.textContent !== words) element.textContent = words;
}

/** A banner at the top under a name; words null takes it away. */
export function banner(name, words, kind = "warn", button = null) {
  const id = `banner-${name}`;
  const there = $(id);
  if (words === null) return there?.remove();
  if (there?.dataset.words === words) return;
  there?.remove();
  const made = el("div", { id, "data-kind": kind, "data-words": words }, el("span", { text: words }));
  if (button) made.append(button);
  $("banners").append(made);
}
