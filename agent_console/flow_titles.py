"""Flows as people call them, and those to which an agent may pass a caller on.

The console does not know the engine that reads flows: it looks at the three fields of a text that are for people.
"""

import tomllib
from typing import Any

import msgspec

from agent_console.api_flows import FLOW_FAMILY
from agent_console.operations import Call
from crm_core.administration import flow_desk


class FlowChoice(msgspec.Struct, kw_only=True):
    """One flow in force; `title` by language, empty where its text has none."""

    name: str
    title: dict[str, str] = {}


def flow_titles(call: Call) -> dict[str, dict[str, str]]:
    """The titles of the account's flows in force that have one, by name."""
    return {name: title for name, text in _in_force(call).items() if (title := _title(text))}


def flow_choices(call: Call) -> list[FlowChoice]:
    """Where an agent may send his caller, by name: not what is said to customers whom we call."""
    return [
        FlowChoice(name=name, title=_title(text))
        for name, text in sorted(_in_force(call).items())
        if text.get("transfer", True) and not text.get("given")
    ]


def _in_force(call: Call) -> dict[str, dict[str, Any]]:
    texts = call.services.store.read(flow_desk.texts_in_force, FLOW_FAMILY.shelf(call))
    return {name: _content(text) for name, text in texts.items()}


def _content(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {}


def _title(text: dict[str, Any]) -> dict[str, str]:
    title = text.get("title")
    return {str(key): str(words) for key, words in title.items()} if isinstance(title, dict) else {}
