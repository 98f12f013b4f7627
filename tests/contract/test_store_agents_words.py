"""What agents say of a contact, in its record: who it was, what it was about, when to call back."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm_core import callers
from crm_core.call_backs import call_back_done, claim_call_back, to_call_back
from crm_core.candidates import find_by_number
from crm_core.contact_points import Phone
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.interaction_writer import apply_batch
from crm_core.interactions import Interaction
from crm_core.phone_numbers import E164
from crm_core.reader_positions import EventId
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import Conflict, NotFound, Refusal
from ctiserver.core.ids import AgentKey, ContactId, LegId
from ctiserver.core.message import Event

C1, ANN = ContactId("c1"), AgentKey("ann")
MOBILE, SWITCHBOARD = E164("+56971884213"), E164("+56222293066")


@pytest.fixture
def rosa(store: Store) -> int:
    return store.write(
        lambda session: add_customer(session, 1, now=1.0, name="Rosa", phones=[MOBILE], value_class="A").id
    )


def play(store: Store, *events: Event, seq: int = 1) -> Interaction:
    """The record of c1 after these events, which follow those of a lower `seq`."""
    numbered = [(EventId(1, seq, place), event) for place, event in enumerate(events, 1)]
    store.write(apply_batch, numbered)

    def read(session: Session) -> Interaction:
        found = session.get_one(Interaction, C1)
        session.expunge(found)
        return found

    return store.read(read)


def identified(*ids: int) -> e.CallerIdentified:
    known = tuple(Candidate(customer_id=one, pii_name="?", value_class="A") for one in ids)
    return e.CallerIdentified(contact=C1, at=2.0, how="number", candidates=known, value_class="A")


def attached(customer_id: int) -> e.CustomerAttached:
    customer = Candidate(customer_id=customer_id, pii_name="Rosa", value_class="A")
    return e.CustomerAttached(contact=C1, at=3.0, agent=ANN, customer=customer)


def disposed(**fields: Any) -> e.Disposed:
    return e.Disposed(contact=C1, at=60.0, agent=ANN, segment=1, code="later", **fields)


def gone(by: Any = "caller") -> e.ContactEnded:
    return e.ContactEnded(contact=C1, at=70.0, where="survey", by=by)


def missed(contact: str, at: float, **fields: Any) -> e.ContactMissed:
    return e.ContactMissed(
        contact=ContactId(contact),
        at=500.0,
        account_id=1,
        leg=LegId(contact),
        did="600",
        pii_number=fields.pop("number", ""),
        arrived_at=at,
        ended_at=at + 30.0,
        answered=False,
        **fields,
    )


def names(store: Store, now: float) -> list[str]:
    return [row.id for row in store.read(to_call_back, 1, now=now)]


def test_an_agent_knows_better_than_the_number_also_when_its_look_up_comes_late(
    store: Store, rosa: int
) -> None:
    record = play(store, identified(98, 99), attached(rosa), identified(98))
    assert (record.customer_id, record.attached_by, record.candidate_ids) == (rosa, "ann", [98])


def test_a_customer_of_another_account_or_one_who_is_gone_is_not_named(store: Store) -> None:
    assert play(store, identified(), attached(404)).customer_id is None


def test_the_last_agents_word_says_what_it_was_about(store: Store) -> None:
    record = play(store, disposed(contact_reason="balance"), disposed(contact_reason="visit"), disposed())
    assert record.contact_reason == "visit"


def test_a_call_back_waits_for_its_hour_and_no_end_of_the_call_takes_it_away(store: Store) -> None:
    record = play(store, identified(), disposed(call_back_at=9000.0), gone())
    assert (record.to_call_back, record.call_back_at) == (True, 9000.0)
    assert names(store, 8999.0) == []
    assert names(store, 9000.0) == ["c1"]
    assert store.read(to_call_back, 2, now=9000.0) == []


def test_who_asks_again_to_be_called_is_called_again(store: Store) -> None:
    play(store, identified(), disposed(call_back_at=9000.0), gone())
    store.write(claim_call_back, 1, C1, by="ann", now=9001.0)
    store.write(call_back_done, 1, C1, by="ann", result="reached", now=9002.0)
    record = play(store, disposed(call_back_at=9500.0), seq=2)
    assert (record.call_back_done_at, record.call_back_result, record.call_back_claimed_by) == (None,) * 3
    assert names(store, 9500.0) == ["c1"]


def test_the_best_is_called_back_first(store: Store, rosa: int) -> None:
    """Emergencies, then promises that are due, then the higher class, then who waits longer."""
    others = [
        missed("old", 10.0),
        missed("older", 5.0),
        missed("valuable", 20.0, number=MOBILE),
        missed("urgent", 30.0, emergency=True),
    ]
    play(store, *others, identified(), disposed(call_back_at=100.0), gone())
    assert names(store, 600.0) == ["urgent", "c1", "valuable", "older", "old"]


def test_each_is_called_back_by_one_person_who_says_how_it_went(store: Store) -> None:
    play(store, missed("m1", 10.0), missed("m2", 20.0), identified())
    store.write(claim_call_back, 1, "m1", by="ann", now=600.0)
    with pytest.raises(Conflict):
        store.write(claim_call_back, 1, "m1", by="bob", now=601.0)
    for contact, by in (("m1", "bob"), ("m2", "ann")):
        with pytest.raises(Conflict):
            store.write(call_back_done, 1, contact, by=by, result="reached", now=602.0)
    store.write(call_back_done, 1, "m1", by="ann", result="no_answer", now=603.0)
    with pytest.raises(Conflict):
        store.write(call_back_done, 1, "m1", by="ann", result="reached", now=604.0)
    assert names(store, 700.0) == ["m2"]
    done = store.read(lambda session: session.get_one(Interaction, "m1").call_back_result)
    assert done == "no_answer"


def test_the_number_of_whoever_was_attached_is_known_the_next_time(store: Store, rosa: int) -> None:
    for _ in range(2):
        store.write(callers.attached, 1, rosa, contact="c1", number="222293066", by="ann", now=5.0)
    [found] = store.read(find_by_number, 1, SWITCHBOARD)
    assert found.customer_id == rosa
    phone = store.read(lambda session: session.get_one(Phone, (rosa, SWITCHBOARD)).contact_id)
    assert phone == "c1"
    with pytest.raises(NotFound):
        store.write(callers.attached, 2, rosa, contact="c1", number=None, by="eve", now=5.0)


def test_a_new_customer_has_the_number_he_calls_from_unless_it_is_withheld(store: Store) -> None:
    fields = {"contact": "c1", "by": "ann", "now": 5.0}
    new = store.write(lambda session: callers.create(session, 1, number=MOBILE, name="Inés", **fields).id)
    store.write(lambda session: callers.create(session, 1, number="anonymous", name="Nadie", **fields).id)
    assert [one.customer_id for one in store.read(find_by_number, 1, MOBILE)] == [new]
    assert [one.name for one in store.read(callers.find, 1, "ines")] == ["Inés"]
    with pytest.raises(Refusal):
        store.write(lambda session: callers.create(session, 1, number="", name="X", rut="1-1", **fields).id)
