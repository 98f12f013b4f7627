"""The engine by hand, and in any order of things: a lead with a Permit is dialled once and ends once."""

from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from ctiserver.core import events as e
from ctiserver.core import inputs as i
from ctiserver.core.commands import CancelTimer, ClaimLeads, DialCustomer, StartTimer
from ctiserver.core.customers import Candidate
from ctiserver.core.leads import Lead, Stray
from ctiserver.core.message import Message
from ctiserver.core.permit import Channel, Purpose
from ctiserver.core.tables import Dialing, Tables
from ctiserver.core.turn import Turn
from dialer.engine import Dialer
from dialer.scheduled import LOOK

NUMBER = "+56971884213"
ON = Dialing(trunk="pstn", caller_number="+56221234567", at_once=2, ring_seconds=20.0)


def permit(number: int) -> Any:
    """As it comes from the store: decoded, never made."""
    from ctiserver.core.permit import Permit

    fields = {
        "permit_id": number,
        "account_id": 1,
        "customer_id": number,
        "pii_address": NUMBER,
        "channel": Channel.PHONE,
        "purpose": Purpose.SURVEY,
        "expires_at": 9e9,
    }
    return msgspec.convert(fields, Permit)


def lead(number: int = 1, **changes: Any) -> Lead:
    usual: dict[str, Any] = {
        "dial_id": number,
        "attempt": f"a{number}",
        "ordinal": 1,
        "permit": permit(number),
        "customer": Candidate(customer_id=number, pii_name="Ana", value_class="A"),
        "language": "es",
        "survey": "visit",
        "attempts_at_most": 3,
        "not_after": 1e6,
    }
    return Lead(**usual | changes)


class Driven:
    """A dialer; each method gives all that was said."""

    def __init__(self, dialing: Dialing = ON) -> None:
        self.dialer, self.turns, self.at = Dialer(), 0, 0.0
        self.inputs: list[Message] = []
        self.said: list[Message] = []
        self.configured = self.say(
            i.ConfigurationApplied(at=0.0, version="1", tables=Tables(dialing=dialing))
        )
        self.say(i.SwitchUp(at=0.0, session="boot"))

    def say(self, message: Message) -> list[Message]:
        self.turns += 1
        self.inputs.append(message)
        turn = Turn(name=f"t{self.turns}", at=getattr(message, "at", 0.0))
        self.dialer.handle(message, turn)
        self.said += turn.said
        return turn.said

    def look(self) -> list[Message]:
        self.at += 5.0
        return self.say(i.TimerFired(at=self.at, timer=LOOK, due_at=self.at))

    def claim(self) -> str:
        [asked] = [said for said in self.look() if isinstance(said, ClaimLeads)]
        return asked.claim

    def gives(self, *leads: Lead, strays: tuple[Stray, ...] = ()) -> list[Message]:
        claim = self.claim()
        return self.say(i.LeadsClaimed(at=self.at, claim=claim, leads=leads, strays=strays))

    def opens(self, one: Lead) -> Any:
        """The IVR takes the call: its contact."""
        [reached] = [said for said in self.leg(i.LegAnswered, one) if isinstance(said, e.LeadReached)]
        self.say(
            e.ContactArrived(
                at=self.at,
                contact=reached.contact,
                account_id=1,
                leg=one.attempt,
                did="",
                pii_number=NUMBER,
                language="es",
                flow="",
                flow_version="",
            )
        )
        return reached.contact

    def leg(self, kind: Any, one: Lead, **fields: Any) -> list[Message]:
        return self.say(kind(at=self.at, leg=one.attempt, **fields))

    def ends(self, contact: Any, where: Any = "goodbye", by: Any = "center") -> list[Message]:
        return self.say(e.ContactEnded(at=self.at, contact=contact, where=where, by=by))


def test_it_looks_at_intervals_when_a_trunk_is_named_and_else_never() -> None:
    driven = Driven()
    assert driven.configured == [StartTimer(timer=LOOK, due_at=5.0)]
    assert driven.look() == [
        ClaimLeads(claim="t3-1", kind="scheduled", limit=2),
        StartTimer(timer=LOOK, due_at=10.0),
    ]
    assert driven.look() == [StartTimer(timer=LOOK, due_at=15.0)]  # the question is still open
    assert Driven(Dialing()).configured == []
    off = i.ConfigurationApplied(at=20.0, version="2", tables=Tables())
    assert driven.say(off) == [CancelTimer(timer=LOOK)]


def test_where_only_clicks_dial_nobody_is_asked_for() -> None:
    driven = Driven(Dialing(trunk="pstn", clicks_only=True))
    assert [type(said) for said in driven.look()] == [StartTimer]


def test_a_lead_is_dialled_under_the_id_of_its_attempt() -> None:
    driven, ana = Driven(), lead()
    assert driven.gives(ana) == [
        e.LeadDialed(at=5.0, account_id=1, dial_id=1, attempt=ana.attempt, contact="t4-1"),  # type: ignore[arg-type]
        DialCustomer(
            leg=ana.attempt,
            contact="t4-1",  # type: ignore[arg-type]
            permit=ana.permit,
            pii_number=NUMBER,
            trunk="pstn",
            ring_seconds=20.0,
            caller_number="+56221234567",
        ),
    ]


def test_no_more_are_asked_for_than_lines_are_free() -> None:
    driven = Driven()
    driven.gives(lead(1))
    [asked, _] = driven.look()
    assert asked == ClaimLeads(claim="t5-1", kind="scheduled", limit=1, in_hand=("a1",))  # type: ignore[arg-type]
    driven.say(i.LeadsClaimed(at=10.0, claim="t5-1", leads=(lead(2),)))
    assert [type(said) for said in driven.look()] == [StartTimer]
    driven.leg(i.LegFailed, lead(1), reason="busy", sip_code=486)
    driven.say(i.SwitchDown(at=20.0))
    assert [type(said) for said in driven.look()] == [StartTimer]  # Asterisk is away
    driven.say(i.SwitchUp(at=25.0, session="boot"))
    assert [type(said) for said in driven.look()] == [ClaimLeads, StartTimer]


def test_an_answer_to_another_question_dials_nobody() -> None:
    driven = Driven()
    driven.claim()
    assert driven.say(i.LeadsClaimed(at=5.0, claim="old", leads=(lead(),))) == []


def test_who_does_not_answer_is_tried_again_by_policy() -> None:
    driven, ana = Driven(), lead()
    driven.gives(ana)
    assert driven.leg(i.LegRinging, ana) == [
        e.LeadRinging(at=5.0, account_id=1, dial_id=1, attempt=ana.attempt)
    ]
    [failed] = driven.leg(i.LegFailed, ana, reason="busy", sip_code=486, q850=17, decided_by="agent")
    assert failed == e.LeadFailed(
        at=5.0,
        account_id=1,
        dial_id=1,
        attempt=ana.attempt,
        result="busy",
        decided_by="customer",
        sip_code=486,
        q850=17,
        retry_at=605.0,
    )
    last = lead(2, ordinal=3)
    driven.gives(last)
    [failed] = driven.leg(i.LegFailed, last, reason="no_answer", decided_by="center")
    assert isinstance(failed, e.LeadFailed)
    assert (failed.result, failed.decided_by, failed.retry_at) == ("no_answer", "system", None)


@pytest.mark.parametrize(
    ("told", "where", "by", "result", "decided_by", "again"),
    [
        ("complete", "goodbye", "center", "completed", "system", False),
        ("partial", "survey", "caller", "partial", "customer", False),
        ("declined", "goodbye", "center", "declined", "system", False),
        (None, "ivr", "caller", "hung_up", "customer", False),
        (None, "talk", "caller", "completed", "customer", False),
        (None, "goodbye", "center", "completed", "system", False),
        ("partial", "survey", "switch", "cut_off", "system", True),
        (None, "ivr", "switch", "cut_off", "system", True),
        ("complete", "goodbye", "switch", "completed", "system", False),
    ],
)
def test_who_answered_is_tried_again_only_if_it_was_not_he_who_ended_it(
    told: str | None, where: str, by: str, result: str, decided_by: str, again: bool
) -> None:
    driven, ana = Driven(), lead()
    driven.gives(ana)
    contact = driven.opens(ana)
    if told == "declined":
        driven.say(e.SurveyDeclined(at=6.0, contact=contact, survey="visit"))
    elif told:
        driven.say(e.SurveyEnded(at=6.0, contact=contact, survey="visit", complete=told == "complete"))
    assert driven.leg(i.LegEnded, ana, by="agent") == []  # the contact's end tells more
    [ended] = driven.ends(contact, where, by)
    assert isinstance(ended, e.LeadEnded)
    assert (ended.result, ended.decided_by, ended.retry_at is not None) == (result, decided_by, again)
    assert driven.dialer.book.leads == driven.dialer.book.legs == {}


def test_who_answered_and_was_gone_before_anybody_spoke_is_tried_again() -> None:
    driven, ana = Driven(), lead()
    driven.gives(ana)
    driven.leg(i.LegAnswered, ana)
    [ended] = driven.leg(i.LegEnded, ana, by="switch")
    assert isinstance(ended, e.LeadEnded)
    assert (ended.result, ended.retry_at) == ("cut_off", 605.0)


def test_a_stray_ended_unseen() -> None:
    stray = Stray(
        dial_id=9,
        account_id=2,
        attempt="gone",
        ordinal=1,
        attempts_at_most=2,
        not_after=1e6,  # type: ignore[arg-type]
    )
    [failed] = Driven().gives(strays=(stray,))
    assert isinstance(failed, e.LeadFailed)
    assert (failed.account_id, failed.attempt, failed.result, failed.retry_at) == (
        2,
        "gone",
        "unknown",
        1805.0,
    )


class AnyOrder(RuleBasedStateMachine):
    """Hypothesis plays the store, Asterisk and the IVR."""

    def __init__(self) -> None:
        super().__init__()
        self.driven = Driven(msgspec.structs.replace(ON, at_once=3))
        self.given: dict[Any, Lead] = {}
        self.contacts: dict[Any, Any] = {}
        self.over: set[Any] = set()

    @rule(count=st.integers(0, 3), strays=st.integers(0, 1))
    def the_store_gives_leads(self, count: int, strays: int) -> None:
        asked = [said for said in self.driven.look() if isinstance(said, ClaimLeads)]
        if not asked:
            return
        fresh = [lead(len(self.given) + n + 1) for n in range(min(count, asked[0].limit))]
        self.given |= {one.attempt: one for one in fresh}
        lost = tuple(
            Stray(
                dial_id=1,
                account_id=1,
                attempt=f"stray-{self.driven.turns}",  # type: ignore[arg-type]
                ordinal=1,
                attempts_at_most=2,
                not_after=1e6,
            )
            for _ in range(strays)
        )
        claimed = i.LeadsClaimed(at=self.driven.at, claim=asked[0].claim, leads=tuple(fresh), strays=lost)
        self.driven.say(claimed)
        self.driven.say(claimed)  # told twice

    @precondition(lambda self: self.given)
    @rule(data=st.data(), kind=st.sampled_from(["ring", "answer", "fail", "end"]), open=st.booleans())
    def a_leg_does_something(self, data: st.DataObject, kind: str, open: bool) -> None:
        one = self.given[data.draw(st.sampled_from(sorted(self.given)))]
        match kind:
            case "ring":
                self.driven.leg(i.LegRinging, one)
            case "answer":
                reached = self.driven.leg(i.LegAnswered, one)
                self.contacts |= {
                    said.contact: one.attempt for said in reached if isinstance(said, e.LeadReached)
                }
            case "fail":
                self.driven.leg(i.LegFailed, one, reason="no_answer", decided_by="center")
            case "end":
                self.driven.leg(i.LegEnded, one, by="agent")

    @precondition(lambda self: self.contacts)
    @rule(data=st.data(), by=st.sampled_from(["caller", "switch", "center"]))
    def a_contact_ends(self, data: st.DataObject, by: str) -> None:
        self.driven.ends(data.draw(st.sampled_from(sorted(self.contacts))), "ivr", by)

    def teardown(self) -> None:
        for one in self.given.values():
            self.driven.leg(i.LegFailed, one, reason="unreachable")
        for contact in self.contacts:
            self.driven.ends(contact, "ivr", "caller")
        said = self.driven.said
        dialled = [command for command in said if isinstance(command, DialCustomer)]
        assert [command.leg for command in dialled] == list(self.given)
        assert all(command.permit == self.given[command.leg].permit for command in dialled)
        ended = [it.attempt for it in said if isinstance(it, e.LeadFailed | e.LeadEnded)]
        assert len(ended) == len(set(ended))
        assert set(self.given) <= set(ended)
        assert self.driven.dialer.book.leads == {}
        self._the_same_again()

    def _the_same_again(self) -> None:
        """Replayed, and restored in the middle, it says the same."""
        again, said = Dialer(), []
        for number, message in enumerate(self.driven.inputs, start=1):
            if number == len(self.driven.inputs) // 2:
                state = msgspec.json.decode(msgspec.json.encode(again.state()))
                again = Dialer()
                again.restore(state)
            turn = Turn(name=f"t{number}", at=getattr(message, "at", 0.0))
            again.handle(message, turn)
            said += turn.said
        assert said == self.driven.said


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
