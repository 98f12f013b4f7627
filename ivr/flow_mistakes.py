"""What can be wrong with a flow as a whole: its names, its keys, its emergency, its ways and what it knows where.

A flow that passes has no dead end, no unknown name, no key used twice, no node that nobody reaches, and from each of
its nodes a caller comes to a queue or an end. Its emergency key leads straight to a queue. No sentence speaks of what
nothing has found out before, and no caller is asked what the store may know.
"""

from collections.abc import Iterable, Iterator

from ctiserver.core.customers import LEVELS, reaches
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.flow import Ask, Enqueue, Flow, Guess, Identify, Menu, Node, Say, Voicemail
from ivr.nodes.base import Known
from ivr.variables import ALWAYS, KINDS, part_of

KEYS = frozenset("0123456789*#")


def mistakes(flow: Flow, known: Known) -> Iterator[Wrong]:
    """All of them."""
    if flow.start not in flow.nodes:
        yield wrong(("start",), "no_start", node=flow.start)
    for name, node in flow.nodes.items():
        yield from _dead_ends(flow, name, node)
        for found in node.wrong(known):
            yield Wrong(("node", name, *found.at), found.error_id, {"node": name} | found.fields)
        yield from _labels_and_prompts(flow, name, node, known)
        yield from _node_keys(flow, name, node)
    yield from _shortcuts(flow)
    yield from _emergency(flow)
    yield from _levels(flow)
    yield from _reach(flow)
    yield from _variables(flow, known)


def _dead_ends(flow: Flow, name: str, node: Node) -> Iterator[Wrong]:
    for target in node.exits():
        if target not in flow.nodes:
            yield wrong(("node", name), "dead_end", node=name, to=target)


def _labels_and_prompts(flow: Flow, name: str, node: Node, known: Known) -> Iterator[Wrong]:
    if isinstance(node, Say | Menu | Ask | Identify | Voicemail) and not node.prompts:
        yield wrong(("node", name, "prompts"), "says_nothing", node=name)
    for language in sorted(set(node.label) - set(flow.languages)):
        yield wrong(("node", name, "label"), "label_language", language=language)
    for say in node.says():
        for part in say.split():
            yield from _prompt(name, part, known)


def _prompt(name: str, say: str, known: Known) -> Iterator[Wrong]:
    if not say.startswith("{"):
        if say not in known.prompts:
            yield wrong(("node", name, "prompts"), "no_prompt", prompt=say)
    elif (part := part_of(say)) is None or part[0] not in KINDS:
        yield wrong(("node", name, "prompts"), "wrong_part", part=say, kinds=", ".join(KINDS))


def _node_keys(flow: Flow, name: str, node: Node) -> Iterator[Wrong]:
    if isinstance(node, Guess):
        yield from _guess_key(flow, name, node)
    if not isinstance(node, Menu):
        return
    taken = {shortcut.key: "leads away from every node" for shortcut in flow.shortcuts()}
    if flow.repeat_key:
        taken[flow.repeat_key] = "repeats every menu"
    for key in node.keys:
        if key not in KEYS:
            yield wrong(("node", name, "keys", key), "not_a_key", key=key)
        if key in taken:
            yield wrong(("node", name, "keys", key), "key_used_by_flow", key=key, use=taken[key])


def _guess_key(flow: Flow, name: str, node: Guess) -> Iterator[Wrong]:
    """Its key may mean nothing else: who presses it a moment too late is at the menu behind it already."""
    at = ("node", name, "key")
    if node.key not in KEYS:
        yield wrong(at, "not_a_key", key=node.key)
    if node.key in (flow.repeat_key, *(shortcut.key for shortcut in flow.shortcuts())):
        yield wrong(at, "key_used_by_flow", key=node.key, use="has a meaning in all")
    behind = [flow.nodes[one] for one in flow.straight_on(node.next)]
    if any(isinstance(one, Menu) and node.key in one.keys for one in behind):
        yield wrong(at, "key_used_twice", key=node.key, one="the guess", other="the menu behind it")


def _shortcuts(flow: Flow) -> Iterator[Wrong]:
    seen: dict[str, str] = {}
    for what, shortcut in (("emergency", flow.emergency), ("operator", flow.operator)):
        if shortcut is None:
            continue
        if shortcut.node not in flow.nodes:
            yield wrong((what,), "shortcut_nowhere", what=what, node=shortcut.node)
        if shortcut.key not in KEYS:
            yield wrong((what,), "not_a_key", key=shortcut.key)
        if shortcut.key in seen:
            yield wrong((what,), "key_used_twice", key=shortcut.key, one=seen[shortcut.key], other=what)
        seen[shortcut.key] = what
    if flow.repeat_key and flow.repeat_key in seen:
        yield wrong(("repeat_key",), "repeat_key_used", key=flow.repeat_key, one=seen[flow.repeat_key])
    if flow.repeat_key and flow.repeat_key not in KEYS:
        yield wrong(("repeat_key",), "not_a_key", key=flow.repeat_key)


def _emergency(flow: Flow) -> Iterator[Wrong]:
    if flow.emergency is None:
        if not isinstance(flow.nodes.get(flow.start), Enqueue):
            yield wrong(("start",), "no_emergency")
        return
    way = flow.straight_on(flow.emergency.node)
    end = flow.nodes[way[-1]] if way else None
    if way and not isinstance(end, Enqueue):
        yield wrong(("emergency",), "emergency_not_straight", node=way[-1])
    if isinstance(end, Enqueue) and end.closed is not None:
        yield wrong(("node", way[-1], "closed"), "emergency_closed")
    for name in way:
        if flow.nodes[name].needs != "none":
            yield wrong(("node", name, "needs"), "emergency_needs")


def _levels(flow: Flow) -> Iterator[Wrong]:
    identify = flow.nodes.get(flow.identify or "")
    if flow.identify is not None and not isinstance(identify, Identify):
        yield wrong(("identify",), "no_identify", node=flow.identify)
        return
    for name, node in flow.nodes.items():
        if node.needs == LEVELS[0]:
            continue
        if not isinstance(identify, Identify):
            yield wrong(("node", name, "needs"), "level_without_identify", needs=node.needs)
        elif not reaches(identify.level, node.needs):
            yield wrong(
                ("node", name, "needs"),
                "level_out_of_reach",
                needs=node.needs,
                identify=flow.identify,
                level=identify.level,
            )


def _reach(flow: Flow) -> Iterator[Wrong]:
    known = {name: [to for to in node.exits() if to in flow.nodes] for name, node in flow.nodes.items()}
    reached = _closure(known, _roots(flow))
    back: dict[str, list[str]] = {name: [] for name in known}
    for name, targets in known.items():
        for target in targets:
            back[target].append(name)
    ends = [name for name, node in flow.nodes.items() if node.is_end or _gives_back(node)]
    ending = _closure(back, ends)
    for name, node in flow.nodes.items():
        if name not in reached:
            yield wrong(("node", name), "unreached", node=name)
        if name not in ending and all(target in flow.nodes for target in node.exits()):
            yield wrong(("node", name), "no_exit", node=name)
    yield from _circles(flow, known)


def _gives_back(node: Node) -> bool:
    """Whether it leads back to a node that has its own ways."""
    return isinstance(node, Identify) and node.next is None


def _roots(flow: Flow) -> list[str]:
    named = [flow.start, *(shortcut.node for shortcut in flow.shortcuts()), flow.identify or ""]
    return [name for name in named if name in flow.nodes]


def _circles(flow: Flow, known: dict[str, list[str]]) -> Iterator[Wrong]:
    """A circle that waits for no key would say its prompts for ever, whatever else leads out of it."""
    walking = {name: ways for name, ways in known.items() if not flow.nodes[name].takes_keys}
    for name in walking:
        if name in _closure(walking, [to for to in walking[name] if to in walking]):
            yield wrong(("node", name), "circle", node=name)


def _closure(ways: dict[str, list[str]], start: list[str]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for target in ways.get(todo.pop(), []):
            if target in ways and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def _variables(flow: Flow, known: Known) -> Iterator[Wrong]:
    """What a node speaks of must have been found out on at least one way to it."""
    before = _found_out_before(flow, known)
    for name, node in flow.nodes.items():
        given = {*before[name], *_given(node, known)}
        for at, variable in _spoken_of(node):
            if variable not in given:
                yield wrong(("node", name, at), "unknown_variable", variable=variable, node=name)


def _spoken_of(node: Node) -> Iterable[tuple[str, str]]:
    parts = (part_of(part) for say in node.says() for part in say.split())
    said = [("prompts", part[1]) for part in parts if part is not None]
    return dict.fromkeys([*said, *(("", name) for name in node.uses())])


def _given(node: Node, known: Known) -> set[str]:
    return {*node.gives(known.actions), *node.collect}


def _found_out_before(flow: Flow, known: Known) -> dict[str, set[str]]:
    """For each node the variables that some way to it fills: what those before it gave, until nothing changes."""
    identify = flow.nodes.get(flow.identify or "")
    roots = _roots(flow)
    before: dict[str, set[str]] = {name: {*ALWAYS, *flow.given} for name in flow.nodes}
    todo = list(flow.nodes)
    while todo:
        name = todo.pop()
        node = flow.nodes[name]
        after = before[name] | _given(node, known)
        if identify is not None and node.needs != LEVELS[0]:
            after |= _given(identify, known)
            before[name] |= _given(identify, known)
        # The keys of the whole flow lead away from everywhere, and so does what identifies.
        for target in (*node.exits(), *roots):
            if target in before and not after <= before[target]:
                before[target] |= after
                todo.append(target)
    return before
