"""The question why over REST: sentences in both languages, the ledger, its lamp."""

from typing import Any

import msgspec

from acd.levers import LEVERS
from agent_console.api_why import sentence
from agent_console.pages import words
from crm_core.interaction_writer import apply_batch
from crm_core.passing import CAUSES
from crm_core.reader_positions import EventId
from crm_core.why import Side, Why
from ctiserver.core import events as e

BOSS = "supervisor"


def told(office: Any, *events: Any) -> None:
    office.store.write(
        apply_batch, [(EventId(1, 10 + place, 1), event) for place, event in enumerate(events)]
    )


def passed(office: Any) -> None:
    """A customer of class C, who came later, was served before one of class B."""
    its: dict[str, Any] = {"account_id": 1, "leg": "leg", "pii_number": ""}
    arrival = {"did": "600", "language": "es", "flow": "f", "flow_version": "1"}
    heads = tuple(
        e.Head(
            queue="service",  # type: ignore[arg-type]
            contact=contact,
            value_class=letter,
            score_seconds=score,
            emergency=False,
            preference=0,
            waited_seconds=score,
        )
        for contact, letter, score in (("first", "C", 90.0), ("dear", "B", 60.0))
    )
    queued: dict[str, Any] = {"queue": "service", "language": "es"}
    chosen: dict[str, Any] = {"contact": "first", "agent": "ann", "queue": "service"}
    told(
        office,
        e.ContactArrived(at=99.0, contact="first", **arrival, **its),  # type: ignore[arg-type]
        e.ContactQueued(at=100.0, contact="first", value_class="C", **queued, **its),  # type: ignore[arg-type]
        e.ContactArrived(at=129.0, contact="dear", **arrival, **its),  # type: ignore[arg-type]
        e.ContactQueued(at=130.0, contact="dear", value_class="B", **queued, **its),  # type: ignore[arg-type]
        e.DecisionMade(at=190.0, rule="score", heads=heads, idle_agents=1, excluded={}, **chosen),
        e.OfferMade(at=190.0, leg="l", **chosen),
        e.ContactConnected(at=195.0, segment=1, leg="l", **chosen),
    )


def test_why_is_told_in_one_sentence_of_the_persons_language(office: Any) -> None:
    passed(office)
    boss = office.browser(BOSS)
    found = boss.get("/api/v1/contacts/dear/why/first").json
    assert (found["cause"], found["agent"]) == ("skill", "ann")  # there is no such queue in the office
    assert "ann" in found["sentence"]
    assert found["waited"]["waited_seconds"] == 60.0
    assert boss.get("/api/v1/contacts/dear/passed-by").json == []
    missing = boss.get("/api/v1/contacts/first/why/dear")
    assert missing.status_code == 404
    assert boss.get("/api/v1/contacts/nobody/passed-by").status_code == 404


def test_the_ledger_leads_from_causes_to_contacts_and_its_lamp_is_dark(office: Any) -> None:
    passed(office)
    boss = office.browser(BOSS)
    span = "from_at=0&until_at=1000"
    found = boss.get(f"/api/v1/reports/inversions?{span}").json
    assert (found["services"], found["starts"], found["pairs"], found["unjustified"]) == (1, 1, 1, 0)
    assert [(one["cause"], one["pairs"]) for one in found["causes"] if one["pairs"]] == [("skill", 1)]
    [pair] = boss.get(f"/api/v1/reports/inversions/pairs?{span}&cause=skill").json
    assert (pair["waited"], pair["served"]) == ("dear", "first")
    assert boss.get(f"/api/v1/reports/inversions/pairs?{span}&cause=pause").json == []
    assert boss.get("/api/v1/reports/inversions/lamp").json == {"unjustified": 0}


def test_what_levers_would_have_gained_is_asked_of_the_jobs_process(office: Any, monkeypatch: Any) -> None:
    drawn = {"mean": 4.0, "half_width": 1.5}
    gain = {"lever": "one_more_agent", "causes": [], "pairs": drawn, "seconds": drawn, "why_not": ""}
    none = {
        "lever": "call_back_sooner",
        "causes": ["call_back_held"],
        "pairs": None,
        "seconds": None,
        "why_not": "nothing_to_change",
    }
    asked: list[dict[str, Any]] = []

    def answer(kind: str, body: bytes) -> bytes:
        asked.append(msgspec.json.decode(body) | {"kind": kind})
        return msgspec.json.encode({"queue": "sales", "calls": 20, "gains": [gain, none]})

    monkeypatch.setattr(office.engines, "ask_job", answer)
    told = office.browser(BOSS).get("/api/v1/reports/inversions/gains?from_at=0&until_at=1000").json
    assert told["gains"] == [gain, none]
    assert asked == [{"kind": "lever_gains", "account_id": 1, "from_at": 0.0, "until_at": 1000.0}]


def test_every_lever_and_the_reason_for_no_figure_have_its_words() -> None:
    for language in ("es", "en"):
        texts = words(language)
        assert all(texts[f"gain_{lever}"] for lever in LEVERS)
        assert texts["gain_why_not_nothing_to_change"]


def test_every_cause_has_its_sentence_its_name_and_its_lever_in_both_languages() -> None:
    for language in ("es", "en"):
        texts = words(language)
        for cause in (*CAUSES, "came_first", "message", "not_together"):
            for score in (None, 90.4):
                said = sentence(texts, _why(cause, score))
                assert "{" not in said
                assert said[0].isupper() or said.startswith("ann")
        assert all(texts[f"cause_{cause}"] and texts[f"lever_{cause}"] for cause in CAUSES)
    assert sentence(words("en"), _why("score", 90.4)) == (
        "The other counted 90 points (class A, 0:30 of waiting); this one, 90 (class C, 1:15)."
    )


def _why(cause: str, score: float | None) -> Why:
    def side(contact: str, letter: str, waited: float) -> Side:
        return Side(
            contact=contact,
            queue="service",
            value_class=letter,
            queued_at=100.0,
            waited_seconds=waited,
            score_seconds=score,
        )

    return Why(
        cause=cause, chosen_at=200.0, agent="ann", waited=side("c1", "C", 75.0), served=side("c2", "A", 30.0)
    )
