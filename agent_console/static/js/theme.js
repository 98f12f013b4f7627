// Light or dark: what was chosen on this computer, else what the system prefers. Loaded before the page is painted.
(() => {
  const wished = matchMedia("(prefers-color-scheme: dark)");
  const apply = () => {
    const chosen = localStorage.getItem("theme");
    document.documentElement.dataset.bsTheme = chosen || (wished.matches ? "dark" : "light");
  };
  window.switchTheme = () => {
    localStorage.setItem("theme", document.documentElement.dataset.bsTheme === "dark" ? "light" : "dark");
    apply();
  };
  wished.addEventListener("change", apply);
  if (new URLSearchParams(location.search).has("kiosk")) document.documentElement.classList.add("kiosk");
  apply();
  addEventListener("DOMContentLoaded", () => document.getElementById("theme")?.addEventListener("click", window.switchTheme));
})();
