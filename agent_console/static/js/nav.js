// The menus of the bar: one is open at a time; arrows move in it, Escape and a click elsewhere close it.

const menus = [...document.querySelectorAll(".pages .menu")];
const open = () => menus.find((menu) => menu.open);

function close(back) {
  const menu = open();
  if (!menu) return;
  menu.open = false;
  if (back) menu.querySelector("summary").focus();
}

/** From the menu's name into it, and from page to page; at either end it goes round. */
function move(menu, step) {
  menu.open = true;
  const links = [...menu.querySelectorAll("a")];
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : (at + step + links.length) % links.length;
  links[next].focus();
}

for (const menu of menus) {
  menu.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    move(menu, step);
  });
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !open()) return;
  event.stopPropagation();
  close(true);
}, true);
for (const kind of ["pointerdown", "focusin"]) {
  document.addEventListener(kind, (event) => { if (!open()?.contains(event.target)) close(false); });
}
