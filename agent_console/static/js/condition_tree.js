// The builder of conditions: groups and rows of ordinary selects and inputs, so that the keyboard alone is enough.

import { el } from "./dom.js";
import { of, t } from "./words.js";

const WITHOUT_VALUE = new Set(["is_known", "is_unknown"]);
const NUMBERS = new Set(["number", "days"]);

/** Fields by name as the API gives them; `changed` is called after each change. */
export function conditionTree(root, fields, changed) {
  let tree = { all: [] };

  const kindOf = (group) => ("all" in group ? "all" : "any");
  const fieldWord = (field) => field.label ?? of("field", field.name);
  const fresh = () => ({ field: fields[0].name, operator: fields[0].operators[0], value: firstValue(fields[0]) });

  function firstValue(field) {
    if (field.choices.length) return field.choices[0];
    return NUMBERS.has(field.kind) ? 0 : "";
  }

  function draw(focus = null) {
    root.replaceChildren(group(tree, null, "0"));
    if (focus) root.querySelector(`[data-path="${focus}"] select`)?.focus();
  }

  function update(focus) {
    draw(focus);
    changed();
  }

  function group(node, parent, path) {
    const kind = kindOf(node);
    const choose = el("select", { class: "form-select", "aria-label": t("segment_match") }, ...["all", "any"].map((one) => el("option", { value: one, text: t(`segment_${one}`), selected: one === kind })));
    choose.addEventListener("change", () => {
      node[choose.value] = node[kind];
      delete node[kind];
      update(path);
    });
    const add = (make, words) => el("button", { type: "button", class: "btn btn-sm btn-outline-secondary", text: words, onclick: () => { node[kindOf(node)].push(make()); update(`${path}.${node[kindOf(node)].length - 1}`); } });
    const inner = node[kind].map((child, place) => (child.field ? row(child, node[kind], `${path}.${place}`) : group(child, node[kind], `${path}.${place}`)));
    return el("div", { class: "group", "data-path": path },
      el("div", { class: "group-head" }, choose, parent ? remove(node, parent) : null), ...inner,
      el("div", { class: "group-foot" }, add(fresh, t("segment_add")), path.split(".").length < 5 ? add(() => ({ all: [fresh()] }), t("segment_add_group")) : null));
  }

  function row(node, parent, path) {
    const field = fields.find((one) => one.name === node.field);
    if (!field) return el("div", { class: "condition", "data-path": path }, el("span", { text: t("segment_unknown_field", { name: node.field }) }), remove(node, parent));
    const names = el("select", { class: "form-select", "aria-label": t("segment_field") }, ...fields.map((one) => el("option", { value: one.name, text: fieldWord(one), selected: one.name === node.field })));
    names.addEventListener("change", () => {
      const chosen = fields.find((one) => one.name === names.value);
      Object.assign(node, { field: chosen.name, operator: chosen.operators[0], value: firstValue(chosen) });
      update(path);
    });
    const operators = el("select", { class: "form-select", "aria-label": t("segment_operator") }, ...field.operators.map((one) => el("option", { value: one, text: of("operator", one), selected: one === node.operator })));
    operators.addEventListener("change", () => {
      node.operator = operators.value;
      if (WITHOUT_VALUE.has(node.operator)) delete node.value;
      else node.value ??= firstValue(field);
      draw();
      root.querySelector(`[data-path="${path}"] select:nth-of-type(2)`)?.focus();
      changed();
    });
    return el("div", { class: "condition", "data-path": path }, names, operators, WITHOUT_VALUE.has(node.operator) ? null : value(node, field), remove(node, parent));
  }

  function value(node, field) {
    if (field.choices.length) {
      const chosen = el("select", { class: "form-select", "aria-label": t("segment_value") }, ...field.choices.map((one) => el("option", { value: one, text: of("choice", one), selected: one === node.value })));
      chosen.addEventListener("change", () => { node.value = chosen.value; changed(); });
      return chosen;
    }
    const numeric = NUMBERS.has(field.kind);
    const typed = el("input", { class: "form-control", type: numeric ? "number" : "text", value: String(node.value ?? ""), maxlength: "200", "aria-label": t("segment_value") });
    typed.addEventListener("input", () => { node.value = numeric ? typed.valueAsNumber : typed.value; changed(); });
    return typed;
  }

  function remove(node, parent) {
    return el("button", { type: "button", class: "plain", title: t("segment_take_away"), "aria-label": t("segment_take_away"), text: "✕", onclick: () => { parent.splice(parent.indexOf(node), 1); update("0"); } });
  }

  return {
    get tree() { return tree; },
    show(wanted) {
      const copy = structuredClone(wanted ?? {});
      tree = "all" in copy || "any" in copy ? copy : { all: copy.field ? [copy] : [] };
      draw();
    },
    add() { tree[kindOf(tree)].push(fresh()); update(`0.${tree[kindOf(tree)].length - 1}`); },
  };
}
