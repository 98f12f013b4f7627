"""Whether a page is whole: nothing sticks out sideways, no words are cut."""

import time

from playwright.sync_api import Page

_SETTLES_SECONDS = 3.0
SIZES = {"wide": (1280, 720), "phone": (390, 844)}
_STICKS_OUT = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = (it) => it && it !== document.body
    && (['auto', 'scroll'].includes(getComputedStyle(it).overflowX) || scrolls(it.parentElement));
  const out = [...document.querySelectorAll('body *')].filter((it) => {
    const box = it.getBoundingClientRect();
    return box.width > 0 && (box.right > wide + 1 || box.left < -1) && !scrolls(it.parentElement);
  });
  return out.slice(0, 5).map((it) =>
    `sticks out: ${it.tagName}#${it.id}.${it.className}: ${it.textContent.slice(0, 40)}`);
}"""
_CUT = """() => [...document.querySelectorAll('section, button, h1, h2, td, th, .chip, dd, li, p, label, legend, .btn')]
  .filter((it) => it.offsetParent && it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).display !== 'inline'
    && !['auto', 'scroll'].includes(getComputedStyle(it).overflowX))
  .slice(0, 5).map((it) => `cut: ${it.tagName}.${it.className}: ${it.textContent.slice(0, 40)}`)"""


def faults(page: Page) -> list[str]:
    """What sticks out or is cut at the page's present size, and stays so; wide tables may scroll in their frame.

    What measures its place (a graph) is drawn anew in the frame after a change of size.
    """
    settled_at = time.monotonic() + _SETTLES_SECONDS
    while (found := page.evaluate(_STICKS_OUT) + page.evaluate(_CUT)) and time.monotonic() < settled_at:
        page.wait_for_timeout(50)
    return list(found)


def resize(page: Page, size: str) -> None:
    """To one of SIZES."""
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
