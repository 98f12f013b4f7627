"""Who hears whom, at every stage of a contact."""

from typing import Any

import msgspec
import pytest

from acd import arrangement
from acd.contact_state import Contact, Participant, Stage
from ctiserver.core.commands import Arrange
from ctiserver.core.topology import Kind, Mode
from ctiserver.core.turn import Turn


def contact(stage: Stage, **fields: Any) -> Contact:
    plain: dict[str, Any] = {
        "id": "c1",
        "account_id": 1,
        "leg": "caller",
        "queue": "service",
        "value_class": "C",
        "language": "es",
        "pii_number": "",
        "pii_name": "",
        "arrived_at": 1.0,
        "virtual_arrival": 1.0,
        "order": 1,
        "stage": stage,
    }
    return Contact(**plain | fields)


def together(it: Contact, name: str = "t") -> list[tuple[Kind, tuple[str, ...]]]:
    turn = Turn(name=name, at=5.0)
    arrangement.arrange(it, turn)
    [said] = turn.said
    assert isinstance(said, Arrange)
    assert said.contact == it.id
    return [(conversation.kind, conversation.legs) for conversation in said.conversations]


def party(role: Any, leg: Any = "third", **fields: Any) -> Participant:
    return Participant(role=role, leg=leg, agent="bob", **{"up": True} | fields)  # type: ignore[arg-type]


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OFFERED, Stage.HELD, Stage.RETURNING])
def test_who_waits_for_an_agent_hears_music_and_nobody_else(stage: Stage) -> None:
    assert together(contact(stage, agent_leg="agent")) == [(Kind.HOLD, ("caller",))]


@pytest.mark.parametrize("stage", [Stage.WAITING, Stage.OFFERED])
def test_who_answered_a_campaign_hears_no_music(stage: Stage) -> None:
    assert together(contact(stage, campaign=1)) == []


@pytest.mark.parametrize("stage", [Stage.JOINING, Stage.TALKING])
def test_caller_and_agent_hear_each_other_once_his_phone_was_answered(stage: Stage) -> None:
    assert together(contact(stage, agent_leg="agent")) == [(Kind.TALK, ("caller", "agent"))]


def test_whom_the_agent_consults_hears_him_alone_and_only_once_he_answered() -> None:
    it = contact(Stage.HELD, agent_leg="agent", parties=[party("consulted", up=False)])
    assert together(it) == [(Kind.HOLD, ("caller",))]
    it.parties[0].up = True
    assert together(it) == [(Kind.HOLD, ("caller",)), (Kind.TALK, ("agent", "third"))]
    it.agent_leg = None  # his browser is away: nobody for the colleague to talk with
    assert together(it) == [(Kind.HOLD, ("caller",))]


def test_in_a_conference_all_who_answered_hear_each_other_as_far_as_their_mode_goes() -> None:
    parties = [party("colleague"), party("outside", leg="ringing", up=False), party("consulted", leg="x")]
    joins_in = party("supervisor", leg="chief")
    it = contact(
        Stage.TALKING, agent_leg="agent", parties=[*parties, joins_in], talk="talk", agent_mode=Mode.MUTED
    )
    together(it)
    [talk] = arrangement.wanted(it)
    assert talk.legs == ("caller", "agent", "third", "chief")
    assert talk.modes == {"agent": Mode.MUTED}
    it.parties[-1].mode = Mode.LISTEN  # he is beside the talk then, and never in it
    together(it)
    [talk, beside] = arrangement.wanted(it)
    assert talk.legs == ("caller", "agent", "third")
    assert (beside.legs, beside.silent(), beside.ear) == (("chief",), ("chief",), "agent")


def test_a_conversation_keeps_its_name_as_long_as_it_goes_on_and_no_longer() -> None:
    it = contact(Stage.TALKING, agent_leg="agent")
    together(it, "first")
    name = it.talk
    together(it, "second")
    assert (it.talk, it.hold) == (name, None)
    it.stage = Stage.HELD
    together(it, "third")
    assert (it.talk, it.hold) == (None, "third-1")


def test_a_contact_of_a_snapshot_from_before_there_were_parties_is_arranged_as_it_was() -> None:
    old = msgspec.to_builtins(contact(Stage.TALKING, agent_leg="agent", talk="t", hold="stale"))
    for added in ("consult", "parties", "agent_mode"):
        del old[added]
    [talk] = arrangement.wanted(msgspec.convert(old, Contact))
    assert (talk.id, talk.legs) == ("t", ("caller", "agent"))


def test_what_is_wanted_is_what_was_said_while_the_telephone_of_an_agent_who_comes_back_rings() -> None:
    it = contact(Stage.RETURNING, parties=[party("supervisor", leg="chief")])
    together(it)
    said = arrangement.wanted(it)
    it.agent_leg = "rings"  # type: ignore[assignment]
    assert arrangement.wanted(it) == said
