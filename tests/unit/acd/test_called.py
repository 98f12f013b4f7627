"""Customers whom a campaign called, in the ACD's hands: callers first, agents lent by name, and nobody left waiting."""

from typing import Any

from company import AVAILABLE, PAUSE
from driven_acd import Driven, names, offered, only

from ctiserver.core import events as e
from ctiserver.core.commands import Arrange, DialLeg, SetFuse, StartTimer

LEAD: dict[str, Any] = {"account_id": 1, "dial_id": 5, "attempt": "leg-k"}


class Calls(Driven):
    """An ACD with a campaign 7 of the queue `service`."""

    def lend(self, agent: str, campaign: int | None = 7, at: float = 5.0) -> list[Any]:
        return self.say(e.AgentLent(at=at, agent=agent, campaign=campaign))  # type: ignore[arg-type]

    def answered(self, contact: str = "k", at: float = 10.0, agent: str | None = None) -> list[Any]:
        return self.say(
            e.ContactQueued(
                at=at,
                contact=contact,  # type: ignore[arg-type]
                account_id=1,
                leg=f"leg-{contact}",  # type: ignore[arg-type]
                queue="service",  # type: ignore[arg-type]
                value_class="A",
                language="es",
                pii_number="+56971884213",
                campaign=7,
                agent=agent,  # type: ignore[arg-type]
            )
        )

    def abandoned(self, contact: str = "k", at: float = 12.0) -> list[Any]:
        return self.say(
            e.LeadAbandoned(at=at, contact=contact, campaign=7, flow="message", **LEAD)  # type: ignore[arg-type]
        )

    def dialed(self, agent: str, at: float = 6.0) -> list[Any]:
        return self.say(
            e.LeadDialed(at=at, contact="k", campaign=7, agent=agent, queue="service", **LEAD)  # type: ignore[arg-type]
        )


def test_whom_we_called_gets_an_agent_lent_to_his_campaign_and_no_other() -> None:
    acd = Calls("ann", "bob")
    acd.lend("ann", 8)
    said = acd.answered()
    assert offered(said) == []
    assert [type(one) for one in said] == [SetFuse], "no music, and no place is told"
    assert offered(acd.lend("bob")) == [("k", "bob", "only")]
    acd = Calls("ann")
    acd.lend("ann")
    [dialled] = only(acd.answered(), DialLeg)  # type: ignore[arg-type]
    assert dialled.auto_answer


def test_a_caller_goes_before_whom_we_called_whatever_their_scores() -> None:
    acd = Calls("ann")
    acd.queue("i1", at=1.0)
    acd.talks("i1", at=2.0)
    acd.answered(at=3.0)
    acd.queue("i2", at=9.0, value_class="C")
    acd.agent_hangs_up("i1")
    [decision] = only(acd.dispose("ann", "i1"), e.DecisionMade)
    assert (decision.contact, decision.rule) == ("i2", "only")
    acd = Calls("ann")
    acd.lend("ann")
    acd.queue("i1", at=11.0)
    assert acd.agent("ann").campaign is None, "who has a contact is lent to nobody"


def test_the_reason_says_that_a_caller_came_first() -> None:
    acd = Calls("bob")
    acd.lend("bob")
    acd.status("bob", PAUSE, at=6.0)
    acd.answered(at=7.0)
    acd.queue("i2", at=9.0)
    acd.acd.floor.ledger.agents["bob"].campaign = 7  # type: ignore[index]
    said = acd.status("bob", AVAILABLE, at=10.0)
    assert offered(said) == [("i2", "bob", "inbound")]


def test_who_is_let_go_is_offered_to_nobody_and_does_not_end() -> None:
    acd = Calls("ann")
    acd.answered()
    said = acd.abandoned()
    assert only(said, e.ContactEnded) == []
    assert Arrange(contact="k") in said  # type: ignore[arg-type]
    assert acd.acd.floor.ledger.contacts == {}
    assert offered(acd.lend("ann")) == []


def test_an_agent_whose_phone_was_rung_just_now_is_blameless_and_one_who_did_not_answer_is_paused() -> None:
    acd = Calls("ann")
    acd.answered()
    acd.lend("ann", at=11.5)
    said = acd.abandoned(at=12.0)
    assert "OfferWithdrawn" in names(said)
    assert acd.agent("ann").status is AVAILABLE
    acd = Calls("ann")
    acd.lend("ann")
    acd.answered()
    acd.rings("k", at=10.2)
    said = acd.abandoned(at=12.0)
    assert "OfferExpired" in names(said)
    assert (acd.agent("ann").status, acd.agent("ann").reason) == (PAUSE, "missed_offer")


def test_once_he_has_spoken_with_somebody_he_is_like_every_caller() -> None:
    acd = Calls("ann")
    acd.lend("ann")
    acd.answered()
    acd.talks("k", at=10.5)
    assert acd.contact("k").campaign is None
    assert acd.abandoned() == []
    assert only(acd.caller_hangs_up("k"), e.ContactEnded)[0].where == "talk"


def test_an_agent_who_hears_a_machine_and_hangs_up_at_once_is_not_paused_and_nobody_else_gets_it() -> None:
    acd = Calls("ann", "bob")
    acd.lend("ann")
    acd.answered()
    acd.talks("k", at=10.5)
    said = acd.agent_hangs_up("k", at=12.2)
    assert only(said, e.TalkEnded)[0].caller_stays
    assert "WrapUpStarted" in names(said)
    assert offered(said) == []
    assert acd.agent("ann").status is AVAILABLE


def test_an_agent_who_calls_somebody_is_kept_for_him_until_it_is_over() -> None:
    acd = Calls("ann")
    assert names(acd.dialed("ann")) == ["AgentReserved"]
    assert offered(acd.queue("i1", at=7.0)) == []
    failed = e.LeadFailed(at=8.0, result="busy", decided_by="customer", **LEAD)
    said = acd.say(failed)
    assert names(said)[0] == "AgentReleased"
    assert offered(said) == [("i1", "ann", "only")]
    assert acd.say(failed) == []


def test_he_who_answers_is_offered_to_the_agent_who_called_him() -> None:
    acd = Calls("ann", "bob")
    acd.lend("bob")
    acd.dialed("ann")
    said = acd.answered(agent="ann")
    [made] = only(said, e.OfferMade)
    assert made.agent == "ann"
    assert offered(said) == [("k", "ann", "called")]
    assert only(said, DialLeg)[0].auto_answer  # type: ignore[arg-type]
    assert not only(said, e.AgentReserved), "he was already"
    # His phone says no: anyone of the campaign may have him, while there is time.
    said = acd.phone_fails("k", "rejected", at=10.5)
    assert [one.agent for one in only(said, e.OfferMade)] == ["bob"]
    assert acd.say(e.LeadEnded(at=20.0, result="connected", decided_by="customer", **LEAD)) == []
    assert not [one for one in said if isinstance(one, StartTimer) and "place" in one.timer]
