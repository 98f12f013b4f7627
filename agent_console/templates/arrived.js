// A page whose scripts or styles did not all arrive (a network that changes breaks off what is on its way) would show
// its first picture for ever: it says so and is loaded anew, later after each failure. It stands in the page itself,
// for it must be there when nothing else came.
(() => {
  const words = document.currentScript.dataset.words;
  const tries = Number(sessionStorage.getItem("loaded-anew") ?? 0);
  let missing = false;
  addEventListener("error", ({ target }) => {
    if (missing || !(target instanceof HTMLScriptElement || target instanceof HTMLLinkElement)) return;
    missing = true;
    sessionStorage.setItem("loaded-anew", tries + 1);
    setTimeout(() => location.reload(), Math.min(1000 * 2 ** tries, 30000));
    const tell = () => {
      const told = document.createElement("div");
      told.dataset.kind = "bad";
      told.textContent = words;
      document.getElementById("banners")?.append(told);
    };
    if (document.readyState === "loading") addEventListener("DOMContentLoaded", tell);
    else tell();
  }, true);
  addEventListener("load", () => { if (!missing) sessionStorage.removeItem("loaded-anew"); });
})();
