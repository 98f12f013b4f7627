"""Reads a flow from its TOML text and reports every mistake at once, each with its line.

A flow that passes has no dead end, no unknown name, no key used twice, no node that nobody reaches, and from each of
its nodes a caller comes to a queue or an end. Its emergency key leads straight to a queue.
"""

import tomllib
from collections.abc import Collection, Iterator
from hashlib import sha256
from typing import Any

import msgspec

from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.tables import Document
from ivr.flow import Enqueue, Flow, HangUp, Language, Menu, Node, Say, exits
from ivr.line_numbers import line_numbers, nearest
from ivr.survey import Survey

_KEYS = frozenset("0123456789*#")
_TEN = 10


def read_flow(
    text: str, path: str, *, prompts: Collection[str], queues: Collection[str]
) -> tuple[Flow, Document]:
    """The flow and its document. Raises ConfigError with all mistakes, each as `path:line`."""
    content = _toml(text, path)
    content["nodes"] = content.pop("node", {})
    lines = line_numbers(text)
    _refuse_if([*_shape(content)], path, lines)
    flow = msgspec.convert(content, Flow)
    _refuse_if([*_mistakes(flow, prompts, queues)], path, lines)
    return flow, _document(text, content)


def read_survey(text: str, path: str, *, prompts: Collection[str]) -> tuple[Survey, Document]:
    """The survey and its document. Raises ConfigError with all mistakes, each as `path:line`."""
    content = _toml(text, path)
    lines = line_numbers(text)
    _refuse_if([*_shaped_as(Survey, content, ())], path, lines)
    survey = msgspec.convert(content, Survey)
    _refuse_if([*_survey_mistakes(survey, prompts)], path, lines)
    return survey, _document(text, content)


def _document(text: str, content: dict[str, Any]) -> Document:
    return Document(version=sha256(text.encode()).hexdigest()[:16], content=content)


def _toml(text: str, path: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = getattr(error, "lineno", None) or _line_in(str(error), text)
        what = str(error).partition(" (at")[0]
        if any(word in what for word in ("overwrite", "Duplicate", "twice")):
            what = "this key stands twice: give each key one meaning"
        raise ConfigError([Mistake(f"{path}:{line}", f"not valid TOML: {what}")]) from None


def _line_in(message: str, text: str) -> int:
    if "at end of document" in message:
        return len(text.splitlines()) or 1
    _, _, rest = message.partition("at line ")
    digits = "".join(character for character in rest.split(",")[0] if character.isdigit())
    return int(digits or 1)


Found = Iterator[tuple[tuple[str, ...], str]]


def _refuse_if(
    found: list[tuple[tuple[str, ...], str]], path: str, lines: dict[tuple[str, ...], int]
) -> None:
    if found:
        raise ConfigError([Mistake(f"{path}:{nearest(lines, at)}", message) for at, message in found])


def _shape(content: dict[str, Any]) -> Found:
    """What is no flow at all: missing, unknown and mistyped keys, node by node so that all are found."""
    nodes = content["nodes"]
    if not isinstance(nodes, dict):
        yield ("node",), "node is not a value: begin each node with a line [node.its-name]"
        return
    yield from _shaped_as(Flow, content | {"nodes": {}}, ())
    for name, node in nodes.items():
        yield from _shaped_as(Node, node, ("node", name))


def _shaped_as(kind: Any, content: Any, here: tuple[str, ...]) -> Found:
    try:
        msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at `$")
        parts = at.rstrip("`").replace("[...]", "").replace("[", ".").replace("]", "").split(".")
        _, _, unknown = message.partition("unknown field ")
        yield (*here, *filter(None, [*parts, unknown.strip("`")])), message


def _mistakes(flow: Flow, prompts: Collection[str], queues: Collection[str]) -> Found:
    if flow.start not in flow.nodes:
        yield ("start",), f"start names the node {flow.start!r}, which there is not"
    for name, node in flow.nodes.items():
        yield from _names(flow, name, node)
        yield from _node_keys(flow, name, node)
        for language in sorted(set(node.label) - set(flow.languages)):
            yield (
                ("node", name, "label"),
                f"the flow does not speak {language!r}: give labels in its languages",
            )
        for prompt in _prompts(node):
            if prompt not in prompts:
                yield ("node", name, "prompts"), f"the prompt {prompt!r} is not in the manifest"
        if isinstance(node, Enqueue) and node.queue not in queues:
            yield ("node", name, "queue"), f"there is no queue {node.queue!r}"
    yield from _shortcuts(flow)
    yield from _emergency(flow)
    yield from _reach(flow)


def _names(flow: Flow, name: str, node: Node) -> Found:
    for target in exits(node):
        if target not in flow.nodes:
            yield ("node", name), f"dead end: node {name!r} leads to {target!r}, which there is not"
    if isinstance(node, Menu) and not node.keys:
        yield ("node", name), f"dead end: the menu {name!r} has no keys"
    if isinstance(node, Menu) and (node.attempts < 1 or node.timeout_seconds <= 0):
        yield ("node", name), f"the menu {name!r} gives no chance: attempts and timeout_seconds are above 0"
    if isinstance(node, Menu | Say) and not node.prompts:
        yield ("node", name, "prompts"), f"the node {name!r} says nothing: name a prompt"
    if isinstance(node, Language) and node.language not in flow.languages:
        spoken = ", ".join(flow.languages)
        yield (
            ("node", name, "language"),
            f"the flow does not speak {node.language!r}; its languages: {spoken}",
        )


def _node_keys(flow: Flow, name: str, node: Node) -> Found:
    if not isinstance(node, Menu):
        return
    taken = {shortcut.key: "leads away from every node" for shortcut in flow.shortcuts()}
    if flow.repeat_key:
        taken[flow.repeat_key] = "repeats every menu"
    for key in node.keys:
        if key not in _KEYS:
            yield ("node", name, "keys", key), f"{key!r} is no key of a telephone (0-9, *, #)"
        if key in taken:
            yield ("node", name, "keys", key), f"key {key} is used twice: it already {taken[key]} of the flow"


def _shortcuts(flow: Flow) -> Found:
    seen: dict[str, str] = {}
    named = [("emergency", flow.emergency), ("operator", flow.operator)]
    for what, shortcut in named:
        if shortcut is None:
            continue
        if shortcut.node not in flow.nodes:
            yield (what,), f"{what} leads to {shortcut.node!r}, which there is not"
        if shortcut.key not in _KEYS:
            yield (what,), f"{shortcut.key!r} is no key of a telephone (0-9, *, #)"
        if shortcut.key in seen:
            yield (what,), f"key {shortcut.key} is used twice: for {seen[shortcut.key]} and for {what}"
        seen[shortcut.key] = what
    if flow.repeat_key and flow.repeat_key in seen:
        yield (
            ("repeat_key",),
            f"key {flow.repeat_key} is used twice: for {seen[flow.repeat_key]} and to repeat",
        )
    if flow.repeat_key and flow.repeat_key not in _KEYS:
        yield ("repeat_key",), f"{flow.repeat_key!r} is no key of a telephone (0-9, *, #)"


def _emergency(flow: Flow) -> Found:
    if flow.emergency is None:
        if not isinstance(flow.nodes.get(flow.start), Enqueue):
            yield ("start",), 'no emergency key: add emergency = { key = "9", node = "..." }'
        return
    way = flow.straight_on(flow.emergency.node)
    end = flow.nodes[way[-1]] if way else None
    if way and not isinstance(end, Enqueue):
        yield ("emergency",), f"the emergency key must lead straight to a queue, and ends at {way[-1]!r}"
    if isinstance(end, Enqueue) and end.closed is not None:
        yield ("node", way[-1], "closed"), "an emergency is never closed: take this line away"


def _reach(flow: Flow) -> Found:
    known = {name: [to for to in exits(node) if to in flow.nodes] for name, node in flow.nodes.items()}
    roots = [flow.start, *(shortcut.node for shortcut in flow.shortcuts())]
    reached = _closure(known, [root for root in roots if root in known])
    back: dict[str, list[str]] = {name: [] for name in known}
    for name, targets in known.items():
        for target in targets:
            back[target].append(name)
    ends = [name for name, node in flow.nodes.items() if isinstance(node, Enqueue | HangUp)]
    ending = _closure(back, ends)
    for name, node in flow.nodes.items():
        if name not in reached:
            yield ("node", name), f"nobody reaches the node {name!r}"
        if name not in ending and all(target in flow.nodes for target in exits(node)):
            yield (
                ("node", name),
                f"loop without exit: from {name!r} no caller ever comes to a queue or an end",
            )
    yield from _circles(flow, known)


def _circles(flow: Flow, known: dict[str, list[str]]) -> Found:
    """A circle that waits for no key would say its prompts for ever, whatever else leads out of it."""
    walking = {name: ways for name, ways in known.items() if not isinstance(flow.nodes[name], Menu)}
    for name in walking:
        if name in _closure(walking, [to for to in walking[name] if to in walking]):
            yield ("node", name), f"loop without exit: {name!r} comes back to itself without asking for a key"


def _closure(ways: dict[str, list[str]], start: list[str]) -> set[str]:
    seen, todo = set(start), list(start)
    while todo:
        for target in ways.get(todo.pop(), []):
            if target in ways and target not in seen:
                seen.add(target)
                todo.append(target)
    return seen


def _prompts(node: Node) -> tuple[str, ...]:
    match node:
        case Menu():
            return (*node.prompts, node.invalid, node.silence)
        case Say() | Enqueue() | HangUp():
            return node.prompts
        case _:
            return ()


def _survey_mistakes(survey: Survey, prompts: Collection[str]) -> Found:
    if not 1 <= len(survey.question) <= _TEN:
        yield ("question",), f"a survey has 1 to {_TEN} questions; this one has {len(survey.question)}"
    for at, prompt in (
        ("invitation", survey.invitation),
        ("thanks", survey.thanks),
        ("invalid", survey.invalid),
    ):
        if prompt not in prompts:
            yield (at,), f"the prompt {prompt!r} is not in the manifest"
    seen: set[str] = set()
    for index, question in enumerate(survey.question):
        here = ("question", str(index))
        if question.prompt not in prompts:
            yield (*here, "prompt"), f"the prompt {question.prompt!r} is not in the manifest"
        if question.key in seen:
            yield (*here, "key"), f"two questions are called {question.key!r}"
        seen.add(question.key)
        if question.kind != "choice" and question.keys:
            yield (*here, "keys"), f"the keys of a question {question.kind!r} are given: take this line away"
        elif question.kind == "choice" and (not question.keys or set(question.keys) - _KEYS):
            yield (*here, "keys"), "keys names which telephone keys are answers, e.g. { 1 = 1, 2 = 0 }"
