// A lamp that must be dark: it is lit when the router broke its own order, which is a fault of ours.

import { get } from "./api.js";
import { el } from "./dom.js";
import { settings, t } from "./words.js";

const EVERY_MILLISECONDS = 60_000;

async function look() {
  const { unjustified } = await get("/reports/inversions/lamp");
  const lamp = document.getElementById("router-lamp");
  lamp.hidden = !unjustified;
  const words = `⚠ ${t("lamp_unjustified", { count: unjustified })}`;
  const may = settings.permissions.includes("read_reports");
  lamp.replaceChildren(unjustified ? el(may ? "a" : "span", may ? { href: "/reports#inversions", text: words } : { text: words }) : "");
}

const again = () => look().catch(() => {});
again();
setInterval(again, EVERY_MILLISECONDS);
