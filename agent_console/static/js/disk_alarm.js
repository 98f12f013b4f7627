// Recordings fill the disk some day: the supervisor hears of it weeks before, and while there is no room left.

import { get } from "./api.js";
import { banner } from "./dom.js";
import { settings, t } from "./words.js";

const EVERY_MILLISECONDS = 300000;
const LEAST_DAYS = 30;
const LEAST_BYTES = 1e9;

async function look() {
  try {
    const { free_bytes: free, days } = await get("/recordings/disk");
    const gigabytes = new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 }).format(free / 1e9);
    const words = free < LEAST_BYTES ? t("disk_full", { free: gigabytes }) : days !== null && days < LEAST_DAYS ? t("disk_fills", { days: Math.floor(days) }) : null;
    banner("disk", words, free < LEAST_BYTES ? "bad" : "warn");
  } catch { /* the next look tells */ }
}

look();
setInterval(look, EVERY_MILLISECONDS);
