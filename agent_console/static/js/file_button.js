// Choosing a file by a button of ours: the browser's own speaks the browser's language and cuts the file's name.

import { el } from "./dom.js";
import { t } from "./words.js";

/** What stands around `input`, a file's; its words are the name of what was chosen. */
export function fileButton(input) {
  const face = el("span", { text: t("file_button") });
  input.classList.remove("form-control");
  input.addEventListener("change", () => { face.textContent = input.files[0]?.name ?? t("file_button"); });
  input.form?.addEventListener("reset", () => { face.textContent = t("file_button"); });
  return el("span", { class: "file-button" }, face, input);
}
