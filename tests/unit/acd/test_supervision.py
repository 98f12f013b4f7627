from typing import Any

import pytest
from company import AGENTS, AVAILABLE, agent, configured
from driven_acd import Driven, names, only

from ctiserver.core.commands import Arrange, DialLeg, DropLeg, StartRecording, StopRecording
from ctiserver.core.errors import Refusal
from ctiserver.core.events import (
    ContactConnected,
    SupervisionEnded,
    SupervisionModeChanged,
    SupervisionStarted,
    TalkEnded,
    TransferCompleted,
)
from ctiserver.core.inputs import AgentLost, AgentPresent, LegAnswered, LegEnded, LegFailed
from ctiserver.core.requests import Hold, Resume, StopSupervising, Supervise, TakeOver
from ctiserver.core.topology import Mode

BOB: Any = {"request_id": "r", "by": "bob", "agent": "bob", "contact": "c1"}
ANN: Any = {"request_id": "r", "by": "ann", "agent": "ann"}


@pytest.fixture
def talking() -> Driven:
    acd = Driven("ann")
    acd.queue("c1")
    acd.talks("c1")
    return acd


def asks(acd: Driven, mode: Any, at: float = 20.0, **who: Any) -> list[Any]:
    return acd.say(Supervise(at=at, mode=mode, **{**BOB, **who}))


def party(acd: Driven, agent: str = "bob") -> Any:
    return next(it for it in acd.contact("c1").parties if it.agent == agent)


def listens(acd: Driven, mode: str = "listen", agent: str = "bob") -> list[Any]:
    """What his answering the phone makes the ACD say."""
    [dialled] = only(asks(acd, mode, agent=agent, by=agent), DialLeg)  # type: ignore[arg-type]
    assert dialled.auto_answer
    return acd.say(LegAnswered(at=21.0, leg=dialled.leg))


def heard(said: list[Any]) -> list[tuple[tuple[str, ...], dict[str, Mode], str | None]]:
    """The legs of each conversation of the last arrangement, how they take part, and whose ear there is."""
    last = only(said, Arrange)[-1]  # type: ignore[arg-type]
    return [(it.legs, it.modes, it.ear) for it in last.conversations]


def test_who_listens_is_beside_the_talk_with_an_ear_at_the_agents_leg(talking: Driven) -> None:
    said = listens(talking)
    leg, own = talking.agent_leg("c1"), party(talking).leg
    assert heard(said) == [
        (("leg-c1", leg), {}, None),
        ((own,), {own: Mode.LISTEN}, leg),
    ]
    assert [(it.supervisor, it.agent, it.mode, it.told) for it in only(said, SupervisionStarted)] == [
        ("bob", "ann", "listen", False)
    ]


def test_modes_change_without_a_new_call(talking: Driven) -> None:
    listens(talking)
    leg, own = talking.agent_leg("c1"), party(talking).leg
    whispers = asks(talking, "whisper")
    assert heard(whispers)[1] == ((own,), {}, leg)
    assert heard(asks(talking, "barge")) == [(("leg-c1", leg, own), {}, None)]
    assert heard(asks(talking, "listen"))[1] == ((own,), {own: Mode.LISTEN}, leg)
    assert [it.mode for it in only(whispers, SupervisionModeChanged)] == ["whisper"]
    assert asks(talking, "listen") == []


@pytest.mark.parametrize("mode", ["listen", "whisper", "barge"])
def test_on_hold_the_supervisor_stays_with_the_agent_and_the_caller_hears_music_alone(
    talking: Driven, mode: str
) -> None:
    listens(talking, mode)
    leg, own = talking.agent_leg("c1"), party(talking).leg
    silent = {own: Mode.LISTEN} if mode == "listen" else {}
    assert heard(talking.say(Hold(at=30.0, **ANN))) == [(("leg-c1",), {}, None), ((own,), silent, leg)]
    talk = heard(talking.say(Resume(at=40.0, **ANN)))[0]
    assert (own in talk[0]) is (mode == "barge")


def test_two_supervisors_each_have_an_ear_of_their_own(talking: Driven) -> None:
    listens(talking)
    said = listens(talking, "whisper", "tom")
    assert [(legs, ear) for legs, _, ear in heard(said)[1:]] == [
        ((party(talking, key).leg,), talking.agent_leg("c1")) for key in ("bob", "tom")
    ]


@pytest.mark.parametrize("ends", ["caller_hangs_up", "agent_hangs_up"])
def test_the_end_of_the_talk_ends_supervision(talking: Driven, ends: str) -> None:
    listens(talking)
    own = party(talking).leg
    said = getattr(talking, ends)("c1", at=90.0)
    assert DropLeg(leg=own) in said
    assert [it.reason for it in only(said, SupervisionEnded)] == ["talk_ended"]
    assert talking.agent("bob").supervises is None


@pytest.mark.parametrize(
    ("leaves", "reason"),
    [
        (lambda acd: acd.say(StopSupervising(at=30.0, **BOB)), "stopped"),
        (lambda acd: acd.say(LegEnded(at=30.0, leg=party(acd).leg, by="agent")), "hung_up"),
    ],
)
def test_who_leaves_lets_the_two_go_on(talking: Driven, leaves: Any, reason: str) -> None:
    listens(talking)
    said = leaves(talking)
    assert [it.reason for it in only(said, SupervisionEnded)] == [reason]
    assert heard(said) == [(("leg-c1", talking.agent_leg("c1")), {}, None)]
    assert names(asks(talking, "listen", at=31.0)) == ["DialLeg"]


@pytest.mark.parametrize(
    ("failed", "told"),
    [
        ("no_answer", "not_answered"),
        ("busy", "phone_busy"),
        ("rejected", "phone_rejected"),
        ("unreachable", "phone_unreachable"),
    ],
)
def test_a_phone_that_is_not_answered_changes_nothing_for_the_two_and_it_is_told_why(
    talking: Driven, failed: Any, told: str
) -> None:
    asks(talking, "listen")
    said = talking.say(LegFailed(at=40.0, leg=party(talking).leg, reason=failed))
    assert [it.reason for it in only(said, SupervisionEnded)] == [told]
    assert "Arrange" not in names(said)
    assert names(asks(talking, "listen", at=41.0)) == ["DialLeg"]


def test_who_is_in_a_talk_is_told_to_leave_it_before_he_listens_to_another(talking: Driven) -> None:
    talking.queue("c2")
    talking.status("tom", AVAILABLE)
    talking.talks("c2")
    listens(talking)
    with pytest.raises(Refusal) as refused:
        asks(talking, "listen", contact="c2")
    assert refused.value.error_id == "supervising"


def test_nobody_calls_a_supervisor_while_he_listens(talking: Driven) -> None:
    talking.status("bob", AVAILABLE)
    listens(talking)
    assert "OfferMade" not in names(talking.queue("c2", at=25.0))


def test_whoever_takes_over_has_a_part_of_his_own_and_the_agent_wraps_up(talking: Driven) -> None:
    listens(talking)
    old, own = talking.agent_leg("c1"), party(talking).leg
    said = talking.say(TakeOver(at=50.0, **BOB))
    assert [(it.agent, it.segment, it.began, it.from_agent) for it in only(said, ContactConnected)] == [
        ("bob", 2, "taken_over", "ann")
    ]
    assert [(it.agent, it.segment, it.by) for it in only(said, TalkEnded)] == [("ann", 1, "supervisor")]
    assert [(it.kind, it.to) for it in only(said, TransferCompleted)] == [("taken_over", "bob")]
    assert DropLeg(leg=old) in said
    assert heard(said) == [(("leg-c1", own), {}, None)]
    assert {"WrapUpStarted", "SupervisionEnded"} <= set(names(said))
    assert (len(only(said, StopRecording)), len(only(said, StartRecording))) == (1, 1)  # type: ignore[arg-type]
    assert (talking.contact("c1").agent, talking.agent("bob").supervises) == ("bob", None)
    assert "WrapUpStarted" in names(talking.caller_hangs_up("c1", at=90.0))


def test_another_supervisor_hears_no_more_once_it_is_taken_over(talking: Driven) -> None:
    listens(talking)
    listens(talking, "listen", "tom")
    said = talking.say(TakeOver(at=50.0, **BOB))
    assert sorted((it.supervisor, it.reason) for it in only(said, SupervisionEnded)) == [
        ("bob", "taken_over"),
        ("tom", "talk_ended"),
    ]


def test_of_two_supervisors_who_take_over_at_once_one_has_the_call_and_the_other_is_told(
    talking: Driven,
) -> None:
    listens(talking)
    listens(talking, "listen", "tom")
    talking.say(TakeOver(at=50.0, **BOB))
    with pytest.raises(Refusal) as refused:
        talking.say(TakeOver(at=50.0, **BOB | {"by": "tom", "agent": "tom"}))
    assert refused.value.error_id == "not_supervising"
    assert talking.contact("c1").agent == "bob"
    assert [it.agent for it in talking.contact("c1").parties] == []


@pytest.mark.parametrize("request_type", [TakeOver, StopSupervising])
def test_who_is_not_in_the_call_can_neither_take_it_nor_leave_it(talking: Driven, request_type: Any) -> None:
    with pytest.raises(Refusal) as refused:
        talking.say(request_type(at=20.0, **BOB))
    assert refused.value.error_id == "not_supervising"


def test_an_agents_page_that_reloads_is_listened_to_again_by_its_new_leg() -> None:
    acd = Driven("ann", agents=(agent("ann", "service", browser_phone=True), agent("bob")))
    acd.queue("c1")
    acd.talks("c1")
    listens(acd)
    own = party(acd).leg
    gone = acd.say(AgentLost(at=30.0, agent="ann"))  # type: ignore[arg-type]
    assert heard(gone)[-1] == ((own,), {own: Mode.LISTEN}, None)
    first = only(gone, Arrange)[-1].conversations[-1].id  # type: ignore[arg-type]
    acd.say(AgentPresent(at=32.0, agent="ann"))  # type: ignore[arg-type]
    back = acd.answers("c1", at=33.0)
    assert heard(back)[-1] == ((own,), {own: Mode.LISTEN}, acd.agent_leg("c1"))
    assert only(back, Arrange)[-1].conversations[-1].id != first  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("who", "error_id"),
    [
        ({"contact": "c9"}, "no_such_contact"),
        ({"contact": "c2"}, "no_talk"),
        ({"agent": "nobody"}, "no_phone"),
        ({"agent": "ann"}, "own_call"),
    ],
)
def test_supervision_that_cannot_be_is_refused_with_its_reason(
    talking: Driven, who: dict[str, Any], error_id: str
) -> None:
    talking.queue("c2", queue="technical")
    with pytest.raises(Refusal) as refused:
        asks(talking, "listen", **who)
    assert refused.value.error_id == error_id


def test_who_has_a_call_of_his_own_or_other_queues_does_not_supervise(talking: Driven) -> None:
    talking.status("bob", AVAILABLE)
    talking.queue("c2")
    for contact, who, error_id in (("c1", "bob", "busy"), ("c1", "gas", "not_your_queue")):
        if who == "gas":
            talking.say(configured(agents=(*AGENTS, agent("gas", "technical"))))
        with pytest.raises(Refusal) as refused:
            asks(talking, "listen", agent=who, contact=contact)
        assert refused.value.error_id == error_id


def test_a_supervisor_who_is_removed_and_taken_on_again_while_he_listens_is_in_one_call_only(
    talking: Driven,
) -> None:
    talking.status("bob", AVAILABLE)
    listens(talking)
    talking.say(configured(at=22.0, agents=[it for it in AGENTS if it.key != "bob"]))
    talking.say(configured(at=23.0))
    talking.status("bob", AVAILABLE)
    assert not talking.agent("bob").free
    talking.say(StopSupervising(at=25.0, **BOB))
    assert talking.agent("bob").free


def test_who_owes_how_his_last_contact_ended_says_so_before_he_takes_another_over(talking: Driven) -> None:
    """Else what he says then would be taken for the end of the call that he is in."""
    talking.status("bob", AVAILABLE)
    talking.queue("c2", at=15.0)
    talking.talks("c2", at=16.0)
    talking.agent_hangs_up("c2", at=17.0 + 10.0)
    talking.fires("acd:wrap_up:bob", at=150.0)
    [dialled] = only(asks(talking, "listen", at=151.0), DialLeg)  # type: ignore[arg-type]
    talking.say(LegAnswered(at=152.0, leg=dialled.leg))
    with pytest.raises(Refusal) as refused:
        talking.say(TakeOver(at=160.0, **BOB))
    assert refused.value.error_id == "disposition_owed"
    talking.dispose("bob", "c2", at=170.0)
    talking.say(TakeOver(at=171.0, **BOB))
    assert (talking.contact("c1").agent, talking.agent("bob").contact) == ("bob", "c1")
