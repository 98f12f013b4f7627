"""Asking somebody while the caller hears music: whom, what is refused, and how it ends at each step."""

from typing import Any

import pytest
from company import LOGGED_OUT, PAUSE, agent, configured, queue
from driven_acd import Driven, names, only

from ctiserver.core.commands import Arrange, CancelTimer, DialLeg, DialOutside, DropLeg, SetFuse, StartTimer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import ConsultEnded, ContactResumed, OutsideEnded, TransferFailed, TransferStarted
from ctiserver.core.ids import TimerId
from ctiserver.core.inputs import AgentLost, AgentPresent, LegAnswered, LegEnded, LegFailed, LegRinging
from ctiserver.core.requests import (
    CompleteTransfer,
    HangUp,
    Hold,
    MergeParties,
    Resume,
    ReturnFromConsult,
    StartConsult,
    TransferBlind,
    TransferOutside,
    TransferToAgent,
)

ASKED: dict[str, Any] = {"request_id": "r", "by": "ann", "agent": "ann"}
TWO = (
    agent("ann", "service", browser_phone=True),
    agent("bob", "technical", skills={"gas": 80}, browser_phone=True),
)
NUMBER = "2 2345 6789"


@pytest.fixture
def acd() -> Driven:
    """Ann talks with c1; Bob, who serves another queue, is free."""
    acd = Driven("ann", "bob", agents=TWO)
    acd.queue("c1")
    acd.talks("c1")
    return acd


def consult(acd: Driven, at: float = 60.0, **whom: Any) -> list[Any]:
    return acd.say(StartConsult(at=at, **ASKED, **whom or {"to": "bob"}))


def third(acd: Driven) -> Any:
    [party] = acd.contact("c1").parties
    return party


def answered(acd: Driven, **whom: Any) -> list[Any]:
    consult(acd, **whom)
    acd.say(LegRinging(at=61.0, leg=third(acd).leg))
    return acd.say(LegAnswered(at=62.0, leg=third(acd).leg))


def refused(acd: Driven, request: Any) -> str:
    before = acd.acd.state()
    with pytest.raises(Refusal) as caught:
        acd.say(request)
    assert acd.acd.state() == before
    return caught.value.error_id


def outcome(said: list[Any]) -> tuple[str, str]:
    [ended] = only(said, ConsultEnded)
    return ended.outcome, ended.reason


def test_the_caller_hears_music_under_a_fuse_while_the_colleague_is_kept_and_rung(acd: Driven) -> None:
    said = consult(acd)
    [dialled] = [it for it in said if isinstance(it, DialLeg)]
    assert dialled.endpoint == "PJSIP/bob"
    [music] = next(it for it in said if isinstance(it, Arrange)).conversations
    assert (music.kind, music.legs) == ("hold", ("leg-c1",))
    [fuse] = [it for it in said if isinstance(it, SetFuse)]
    assert (fuse.leg, fuse.refresh_seconds is None) == ("leg-c1", False)
    assert (acd.agent("bob").activity, acd.agent("bob").contact) == ("reserved", "c1")


def test_who_answers_talks_with_the_agent_alone_under_a_fuse_of_his_own(acd: Driven) -> None:
    said = answered(acd)
    music, aside = next(it for it in said if isinstance(it, Arrange)).conversations
    assert (music.kind, aside.legs) == ("hold", (acd.agent_leg("c1"), third(acd).leg))
    assert [it.leg for it in said if isinstance(it, SetFuse)] == [third(acd).leg]
    assert acd.agent("bob").segment == 0


@pytest.mark.parametrize(
    ("whom", "error_id"),
    [
        ({"to": "ann"}, "transfer_to_self"),
        ({"to": "nobody"}, "unknown_agent"),
        ({"queue": "nowhere"}, "unknown_queue"),
        ({"queue": "service"}, "nobody_free"),
        ({"to": "bob", "queue": "technical"}, "bad_request"),
        ({"pii_number": "12"}, "outside_closed"),
        ({"pii_number": "no number"}, "not_a_number"),
    ],
)
def test_who_cannot_be_asked_is_refused_and_nothing_changes(
    acd: Driven, whom: dict[str, Any], error_id: str
) -> None:
    assert refused(acd, StartConsult(at=60.0, **ASKED, **whom)) == error_id


def test_a_call_that_rings_can_be_neither_held_nor_passed_on() -> None:
    acd = Driven("ann", agents=TWO)
    acd.queue("c1")
    acd.rings("c1")
    for request in (Hold, Resume):
        assert refused(acd, request(at=60.0, **ASKED)) == "no_call"
    assert refused(acd, StartConsult(at=60.0, **ASKED, to="bob")) == "no_call"


def test_who_is_away_or_busy_is_refused(acd: Driven) -> None:
    for status, error_id in ((PAUSE, "agent_on_break"), (LOGGED_OUT, "agent_logged_out")):
        acd.status("bob", status)
        assert refused(acd, StartConsult(at=60.0, **ASKED, to="bob")) == error_id
    acd.status("bob", "available")  # type: ignore[arg-type]
    acd.queue("c2", queue="technical")
    assert refused(acd, StartConsult(at=60.0, **ASKED, to="bob")) == "agent_busy"


def test_who_is_no_agent_any_more_calls_nobody_outside(acd: Driven) -> None:
    acd.say(configured(at=50.0, version="2", agents=TWO[1:]))
    assert refused(acd, StartConsult(at=60.0, **ASKED, pii_number=NUMBER)) == "unknown_agent"


def test_a_second_request_while_he_consults_is_refused(acd: Driven) -> None:
    consult(acd)
    assert refused(acd, StartConsult(at=61.0, **ASKED, to="bob")) == "third_party"
    assert refused(acd, TransferBlind(at=61.0, **ASKED, queue="technical")) == "third_party"
    assert refused(acd, TransferToAgent(at=61.0, **ASKED, to="bob")) == "third_party"
    assert refused(acd, CompleteTransfer(at=61.0, **ASKED)) == "not_answered"
    assert refused(acd, Resume(at=61.0, **ASKED)) == "consulting"
    assert refused(acd, Hold(at=61.0, **ASKED)) == "no_call"
    bob: dict[str, Any] = {"request_id": "r", "by": "bob", "agent": "bob"}
    assert refused(acd, Hold(at=61.0, **bob)) == "no_call"
    assert refused(acd, HangUp(at=61.0, **bob)) == "no_call"
    acd.say(ReturnFromConsult(at=62.0, **ASKED))
    assert refused(acd, ReturnFromConsult(at=63.0, **ASKED)) == "no_call"


@pytest.mark.parametrize("reason", ["busy", "rejected", "unreachable"])
def test_a_colleague_who_is_not_to_be_had_is_paused_and_the_caller_is_back(acd: Driven, reason: Any) -> None:
    consult(acd)
    said = acd.say(LegFailed(at=61.0, leg=third(acd).leg, reason=reason))
    assert outcome(said) == ("failed", reason)
    assert (acd.agent("bob").status, acd.agent("bob").activity) == ("pause", "idle")
    [talk] = [it for it in said if isinstance(it, Arrange)][-1].conversations
    assert talk.legs == ("leg-c1", acd.agent_leg("c1"))
    assert only(said, ContactResumed)


def test_one_who_never_answers_is_rung_no_longer_than_any_agent(acd: Driven) -> None:
    consult(acd)
    leg = third(acd).leg
    acd.say(LegRinging(at=61.0, leg=leg))
    said = acd.fires(f"acd:consult:{leg}", 80.0)
    assert outcome(said) == ("failed", "missed_offer")
    assert DropLeg(leg=leg) in said
    assert acd.fires(f"acd:consult:{leg}", 81.0) == []


@pytest.mark.parametrize("code", ["busy", "no_answer", "unreachable"])
def test_a_number_outside_that_is_not_to_be_had_brings_the_caller_back(acd: Driven, code: Any) -> None:
    said = consult(acd, pii_number=NUMBER)
    assert [it.route.pii_number for it in said if isinstance(it, DialOutside)] == ["+56223456789"]
    said = acd.say(LegFailed(at=61.0, leg=third(acd).leg, reason=code))
    assert outcome(said) == ("failed", code)
    assert acd.contact("c1").stage == "talking"


def test_a_number_outside_of_whose_end_nobody_tells_is_let_go_after_every_carriers_time(acd: Driven) -> None:
    said = consult(acd, pii_number=NUMBER)
    leg = third(acd).leg
    [timer] = [it for it in said if isinstance(it, StartTimer) and it.timer == f"acd:consult:{leg}"]
    [trunks] = [it.route.trunks for it in said if isinstance(it, DialOutside)]
    assert timer.due_at == 60.0 + 45.0 * len(trunks) + 30.0
    said = acd.fires(timer.timer, timer.due_at)
    assert outcome(said) == ("failed", "no_answer")
    assert DropLeg(leg=leg) in said
    assert [it.result for it in only(said, OutsideEnded)] == ["no_answer"]
    assert acd.contact("c1").stage == "talking"
    assert acd.fires(timer.timer, timer.due_at + 1.0) == []


def test_so_is_one_to_which_the_caller_was_passed_on(acd: Driven) -> None:
    acd.say(TransferOutside(at=60.0, **ASKED, pii_number=NUMBER))
    leg = third(acd).leg
    said = acd.fires(f"acd:consult:{leg}", 200.0)
    assert [(it.reason, it.returned_to) for it in only(said, TransferFailed)] == [("no_answer", "queue")]
    assert DropLeg(leg=leg) in said
    assert (acd.contact("c1").stage, acd.contact("c1").parties) == ("waiting", [])


def test_a_number_outside_that_answered_is_let_go_by_no_timer(acd: Driven) -> None:
    consult(acd, pii_number=NUMBER)
    leg = third(acd).leg
    assert CancelTimer(timer=TimerId(f"acd:consult:{leg}")) in acd.say(LegAnswered(at=62.0, leg=leg))
    assert acd.fires(f"acd:consult:{leg}", 200.0) == []


def test_hanging_up_while_it_rings_passes_him_on_without_a_word(acd: Driven) -> None:
    consult(acd)
    said = acd.say(HangUp(at=62.0, **ASKED))
    assert outcome(said) == ("agent_left", "")
    assert [it.to for it in only(said, TransferStarted)] == ["bob"]
    assert (acd.contact("c1").stage, acd.contact("c1").agent) == ("offered", "bob")


def test_hanging_up_while_a_number_outside_rings_puts_him_back_into_his_line(acd: Driven) -> None:
    acd.status("ann", PAUSE, at=50.0)
    consult(acd, pii_number=NUMBER)
    said = acd.say(LegEnded(at=62.0, leg=acd.agent_leg("c1"), by="agent"))
    assert outcome(said) == ("agent_left", "")
    assert (acd.contact("c1").stage, acd.contact("c1").line) == ("waiting", ("queue", "service"))
    assert acd.contact("c1").parties == []


def test_a_page_that_reloads_in_the_consult_lets_the_other_go_and_finds_the_caller_again(acd: Driven) -> None:
    answered(acd)
    other = third(acd).leg
    said = acd.say(AgentLost(at=63.0, agent="ann"))  # type: ignore[arg-type]
    assert outcome(said) == ("agent_left", "")
    assert DropLeg(leg=other) in said
    assert (acd.contact("c1").stage, acd.agent("bob").activity) == ("returning", "idle")
    acd.say(AgentPresent(at=65.0, agent="ann"))  # type: ignore[arg-type]
    acd.answers("c1", 66.0)
    assert acd.contact("c1").stage == "talking"


def test_the_page_of_whom_he_consults_that_reloads_brings_the_caller_back(acd: Driven) -> None:
    answered(acd)
    said = acd.say(AgentLost(at=63.0, agent="bob"))  # type: ignore[arg-type]
    assert outcome(said) == ("hung_up", "")
    assert (acd.contact("c1").stage, acd.agent("bob").activity) == ("talking", "idle")


def test_who_is_asked_for_a_queue_serves_it(acd: Driven) -> None:
    acd.acd.floor.queues["theirs"] = queue("theirs", account_id=2)  # type: ignore[index]
    assert refused(acd, StartConsult(at=60.0, **ASKED, queue="theirs")) == "unknown_queue"  # type: ignore[arg-type]
    consult(acd, queue="technical")
    assert third(acd).agent == "bob"


def test_a_colleague_who_gave_advice_is_free_at_once_and_has_nothing_to_wrap_up(acd: Driven) -> None:
    answered(acd)
    said = acd.caller_hangs_up("c1")
    assert outcome(said) == ("caller_left", "")
    assert names(said).count("WrapUpStarted") == 1
    assert (acd.agent("ann").activity, acd.agent("bob").activity) == ("wrapping_up", "idle")


# Whoever hangs up, at whatever step: nobody is left alone, and nothing rings on


def _asked(acd: Driven) -> None:
    consult(acd)


def _ringing(acd: Driven) -> None:
    consult(acd)
    acd.say(LegRinging(at=61.0, leg=third(acd).leg))


def _together(acd: Driven) -> None:
    answered(acd)
    acd.say(MergeParties(at=63.0, **ASKED))


_STEPS = {"asked": _asked, "ringing": _ringing, "answered": answered, "together": _together}
_THEN = {
    ("asked", "caller"): (None, ["ann"]),
    ("ringing", "caller"): (None, ["ann"]),
    ("answered", "caller"): (None, ["ann"]),
    ("together", "caller"): (None, ["ann", "bob"]),
    ("asked", "ann"): ("bob", ["ann"]),
    ("ringing", "ann"): ("bob", ["ann"]),
    ("answered", "ann"): ("bob", ["ann"]),
    ("together", "ann"): ("bob", ["ann"]),
    ("asked", "bob"): ("ann", []),
    ("ringing", "bob"): ("ann", []),
    ("answered", "bob"): ("ann", []),
    ("together", "bob"): ("ann", ["bob"]),
}
"""With whom the caller is then, and who has something to wrap up."""


@pytest.mark.parametrize(("step", "who"), _THEN)
def test_whoever_hangs_up_at_whatever_step_nobody_is_left_alone(acd: Driven, step: str, who: str) -> None:
    _STEPS[step](acd)
    contact = acd.contact("c1")
    legs = {"caller": contact.leg, "ann": contact.agent_leg, "bob": third(acd).leg}
    acd.say(LegEnded(at=70.0, leg=legs[who], by="caller" if who == "caller" else "agent", q850=16))
    left = acd.acd.floor.ledger.contacts.get("c1")  # type: ignore[call-overload]
    with_whom, wrapping_up = _THEN[step, who]
    assert (left.agent if left else None) == with_whom
    assert [key for key in ("ann", "bob") if acd.agent(key).activity == "wrapping_up"] == wrapping_up
    assert not left or left.parties == []
    assert set(acd.acd.floor.legs) == ({left.leg, left.agent_leg} if left else set())
