// Parts: what technicians use up, and the digits that name each on the telephone.

import { api, get } from "./api.js";
import { el } from "./dom.js";
import { act, tableOf } from "./field_staff_table.js";
import { ask } from "./form.js";
import { t } from "./words.js";

const put = (key, part) => api("PUT", `/parts/${encodeURIComponent(key)}`, part);

export async function partsTab(again) {
  const rows = await get("/parts");
  const line = (one) => [
    [el("button", { type: "button", class: "plain link", text: one.name, onclick: () => change(one, again) }), one.retired ? el("span", { class: "tag", text: t("retired") }) : ""],
    el("span", { class: "digits", text: one.key }), el("span", { class: "digits", text: one.code }),
    act(t(one.retired ? "fs_part_back" : "fs_retire"), async () => { const { key, ...part } = one; await put(key, { ...part, retired: !one.retired }); again(); }, one.name),
  ];
  return [tableOf({
    title: t("fs_parts"), about: t("fs_about_parts"), columns: [["name"], ["key"], ["digits"], ["", "actions"]],
    rows: rows.map(line), add: [t("fs_add_part"), () => add(rows, again)],
  })];
}

const fields = (one) => [{ key: "name", label: t("fs_name"), required: true, value: one?.name }, { key: "code", label: t("fs_digits_hint"), required: true, value: one?.code }];

function change(one, again) {
  ask({ title: one.name, button: t("save"), fields: fields(one), send: async (given) => { await put(one.key, { ...given, retired: one.retired }); again(); } });
}

function add(rows, again) {
  ask({ title: t("fs_add_part"), button: t("add_it"), fields: [{ key: "key", label: t("fs_key_hint"), required: true }, ...fields(null)], send: async ({ key, ...given }) => {
    if (rows.some((one) => one.key === key)) throw new Error(t("fs_key_taken"));
    await put(key, given);
    again();
  } });
}
