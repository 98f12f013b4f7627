// On a telephone the bar of pages scrolls: the page that is open stands in sight.

const here = document.querySelector(".pages a[aria-current]");

function show() {
  const [bar, link] = [here.parentNode.getBoundingClientRect(), here.getBoundingClientRect()];
  here.parentNode.scrollLeft += link.left - bar.left - (bar.width - link.width) / 2;
}

if (here) {
  show();
  addEventListener("resize", show);
}
