"""A small company for tests: three queues, four agents, a flow of two levels, a survey of two questions."""

from typing import Any

import msgspec

from ctiserver.core.events import AgentBrief, ConfigurationChanged, QueueBrief
from ctiserver.core.inputs import ConfigurationApplied
from ctiserver.core.outside import Outside
from ctiserver.core.requests import Status
from ctiserver.core.tables import Agent, Disposition, Document, Number, Queue, Tables
from ivr.flow import Flow

AVAILABLE, PAUSE, LOGGED_OUT = Status.AVAILABLE, Status.PAUSE, Status.LOGGED_OUT

BILLS = {"es": "Boletas", "en": "Bills"}
FLOW: dict[str, Any] = {
    "name": "main",
    "start": "greeting",
    "emergency": {"key": "9", "node": "advice"},
    "operator": {"key": "0", "node": "operator"},
    "repeat_key": "*",
    "nodes": {
        "greeting": {"type": "say", "prompts": ["greeting"], "next": "main"},
        "main": {
            "type": "menu",
            "prompts": ["menu-main"],
            "keys": {"1": "bills", "2": "visit", "8": "english", "7": "bye"},
            "on_failure": "operator",
        },
        "english": {"type": "language", "language": "en", "next": "main"},
        "bills": {
            "type": "menu",
            "prompts": ["menu-bills"],
            "label": BILLS,
            "keys": {"1": "balance", "7": "main"},
            "on_failure": "operator",
            "collect": {"topic": "bills"},
        },
        "balance": {
            "type": "queue",
            "queue": "service",
            "prompts": ["transfer"],
            "collect": {"reason": "balance"},
        },
        "visit": {"type": "queue", "queue": "technical", "collect": {"reason": "visit"}},
        "operator": {"type": "queue", "queue": "service", "collect": {"reason": "operator"}},
        "bye": {"type": "hangup", "prompts": ["goodbye"]},
        "advice": {"type": "say", "prompts": ["advice"], "next": "emergency"},
        "emergency": {"type": "queue", "queue": "emergency", "collect": {"reason": "emergency"}},
    },
}
SURVEY: dict[str, Any] = {
    "name": "satisfaction",
    "invitation": "invitation",
    "thanks": "thanks",
    "question": [
        {"key": "satisfaction", "prompt": "how-well", "keys": {"1": 1, "5": 5}},
        {"key": "solved", "prompt": "solved", "keys": {"1": 1, "2": 0}},
    ],
}
HEAD_START = {"A": 120.0, "B": 45.0}


def queue(key: Any, **changes: Any) -> Queue:
    """A queue of the company; `changes` are fields of Queue."""
    return Queue(key=key, **{"head_start_seconds": HEAD_START, "survey": "satisfaction"} | changes)


def agent(key: Any, *queues: str, **changes: Any) -> Agent:
    """An agent who serves queues, the first one preferred."""
    preferences = {name: place for place, name in enumerate(queues)}
    return Agent(key=key, endpoint=f"PJSIP/{key}", queues=preferences, **changes)  # type: ignore[arg-type]


QUEUES = (
    queue("service"),
    queue("technical", requires={"gas": 50}),
    queue("emergency", emergency=True, survey=None, wrap_up_seconds=30.0),
)
AGENTS = (
    agent("ann", "service"),
    agent("bob", "service", "technical", skills={"gas": 80}),
    agent("eve", "technical", "emergency", "service", skills={"gas": 90}),
    agent("tom", "service", "technical", skills={"gas": 10}),
)
DISPOSITIONS = (
    Disposition(code="solved"),
    Disposition(code="complaint", needs_note=True),
    Disposition(code="visit agreed", queue="technical"),  # type: ignore[arg-type]
)


def tables(**changes: Any) -> Tables:
    """The company's tables, with other values where `changes` names them."""
    usual: dict[str, Any] = {
        "queues": QUEUES,
        "agents": AGENTS,
        "dispositions": DISPOSITIONS,
        "numbers": (Number(did="*", flow="main"),),
        "flows": {"main": Document(version="flow-1", content=FLOW)},
        "surveys": {"satisfaction": Document(version="survey-1", content=SURVEY)},
        "outside": Outside(trunks=("trunk",), caller_number="+56221230000"),
    }
    return Tables(**usual | changes)


def configured(at: float = 0.0, version: str = "1", **changes: Any) -> ConfigurationApplied:
    """The input that brings the company's tables."""
    return ConfigurationApplied(at=at, version=version, tables=tables(**changes))


def the_flow() -> Flow:
    """FLOW as the engine sees it."""
    return msgspec.convert(FLOW, Flow)


def changed(
    at: float, version: str, queues: tuple[str, ...], agents: tuple[str, ...]
) -> ConfigurationChanged:
    """The event of new tables, for queues and agents of account 1 that are named by their keys only."""
    return ConfigurationChanged(
        at=at,
        version=version,
        queues=tuple(QueueBrief(key=key, account_id=1, service_level_seconds=20.0) for key in queues),  # type: ignore[arg-type]
        agents=tuple(AgentBrief(key=key, account_id=1, name="", queues=()) for key in agents),  # type: ignore[arg-type]
    )
