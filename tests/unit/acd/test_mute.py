"""An agent silences himself: what is arranged, whom it holds for, and when it is over."""

from typing import Any

import pytest
from company import agent
from driven_acd import Driven, only

from ctiserver.core.commands import Arrange
from ctiserver.core.errors import Refusal
from ctiserver.core.events import AgentMuted
from ctiserver.core.inputs import AgentLost, AgentPresent, LegAnswered
from ctiserver.core.requests import CompleteTransfer, HangUp, Hold, MergeParties, Mute, Resume, StartConsult
from ctiserver.core.topology import Mode

ANN: Any = "ann"
TWO = (agent("ann", "service", browser_phone=True), agent("bob", "technical", skills={"gas": 80}))


@pytest.fixture
def talking() -> Driven:
    acd = Driven("ann", "bob", agents=TWO)
    acd.queue("c1")
    acd.talks("c1")
    return acd


def by(key: str) -> dict[str, Any]:
    return {"request_id": "r", "by": key, "agent": key}


def mute(acd: Driven, key: str = "ann", muted: bool = True) -> list[Any]:
    return acd.say(Mute(at=30.0, muted=muted, **by(key)))


def modes(said: list[Any]) -> dict[str, Mode]:
    """Of the legs whom not everybody hears, by leg."""
    last = only(said, Arrange)[-1]  # type: ignore[arg-type]
    return {leg: mode for it in last.conversations for leg, mode in it.modes.items()}


def test_a_muted_agent_stays_in_the_talk_and_is_heard_again_when_he_says_so(talking: Driven) -> None:
    leg = talking.agent_leg("c1")
    said = mute(talking)
    assert AgentMuted(at=30.0, contact="c1", agent=ANN, muted=True) in said  # type: ignore[arg-type]
    assert modes(said) == {leg: Mode.MUTED}
    assert mute(talking) == []
    assert modes(mute(talking, muted=False)) == {}


def test_mute_survives_hold_and_a_reload_of_the_page(talking: Driven) -> None:
    mute(talking)
    talking.say(Hold(at=31.0, **by("ann")))
    assert modes(talking.say(Resume(at=32.0, **by("ann")))) == {talking.agent_leg("c1"): Mode.MUTED}
    talking.say(AgentLost(at=33.0, agent=ANN))
    talking.say(AgentPresent(at=34.0, agent=ANN))
    leg = talking.agent_leg("c1")
    assert modes(talking.say(LegAnswered(at=35.0, leg=leg))) == {leg: Mode.MUTED}


def test_mute_ends_with_the_part_of_whoever_was_muted(talking: Driven) -> None:
    mute(talking)
    talking.say(StartConsult(at=40.0, to="bob", **by("ann")))  # type: ignore[arg-type]
    [bob] = talking.contact("c1").parties
    talking.say(LegAnswered(at=42.0, leg=bob.leg))
    assert modes(talking.say(CompleteTransfer(at=43.0, **by("ann")))) == {}


def test_who_is_asked_or_taken_in_mutes_himself_and_stays_so_when_the_call_is_his(talking: Driven) -> None:
    talking.say(StartConsult(at=40.0, to="bob", **by("ann")))  # type: ignore[arg-type]
    [bob] = talking.contact("c1").parties
    with pytest.raises(Refusal, match="no call"):
        mute(talking, "bob")
    talking.say(LegAnswered(at=42.0, leg=bob.leg))
    assert modes(mute(talking, "bob")) == {bob.leg: Mode.MUTED}
    assert modes(talking.say(MergeParties(at=43.0, **by("ann")))) == {bob.leg: Mode.MUTED}
    talking.say(Hold(at=44.0, **by("ann")))
    assert modes(talking.say(Resume(at=45.0, **by("ann")))) == {bob.leg: Mode.MUTED}
    assert modes(talking.say(HangUp(at=46.0, **by("ann")))) == {bob.leg: Mode.MUTED}


def test_without_a_call_there_is_nobody_to_mute() -> None:
    with pytest.raises(Refusal, match="no call"):
        mute(Driven("ann"))
