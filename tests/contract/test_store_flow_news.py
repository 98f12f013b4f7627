"""What follows from a caller's way through a flow, on both databases."""

from typing import Any

from crm_core import action_results, cases, interaction_writer
from crm_core.cases import Case
from crm_core.customers import add_customer, customer
from crm_core.db import Store
from crm_core.interactions import Interaction
from crm_core.self_service.registry import Asked, Outcome
from crm_core.users import add_user
from crm_core.work_orders.order_history import history
from crm_core.work_orders.order_work import open_order
from crm_core.work_orders.technicians import put_technician
from crm_core.work_orders.work_orders import Author
from ctiserver.core import events as e
from ctiserver.core.customers import Candidate
from ctiserver.core.message import Event

C1: Any = "c1"


def _happens(store: Store, *events: Event) -> None:
    store.write(
        interaction_writer.apply_batch,
        [(interaction_writer.EventId(1, n, 1), event) for n, event in enumerate(events, 1)],
    )


def _arrived() -> e.ContactArrived:
    return e.ContactArrived(
        at=1.0,
        contact=C1,
        account_id=1,
        leg="l",  # type: ignore[arg-type]
        did="600",
        pii_number="+56911112222",
        language="es",
        flow="main",
        flow_version="f",
    )


def _identified(*customer_ids: int) -> e.CallerIdentified:
    candidates = tuple(Candidate(customer_id=one, pii_name="Rosa", value_class=None) for one in customer_ids)
    return e.CallerIdentified(at=1.5, contact=C1, how="number", candidates=candidates, value_class="C")


def test_a_message_opens_a_case_for_its_caller_even_after_he_hung_up(store: Store) -> None:
    rosa = store.write(add_customer, 1, now=0.0, name="Rosa").id
    ended = e.ContactEnded(at=40.0, contact=C1, where="ivr", by="caller")
    left = e.VoicemailLeft(at=41.0, contact=C1, account_id=1, recording="r7", seconds=30.4)  # type: ignore[arg-type]
    _happens(store, _arrived(), _identified(rosa), ended, left)
    [case] = store.read(lambda session: list(session.query(Case)))
    assert (case.subject, case.customer_id, case.contact_id, case.channel) == (
        "Mensaje de voz (30 s)",
        rosa,
        "c1",
        "voicemail",
    )
    assert case.description == "+56911112222"
    said = store.read(cases.history, 1, case.id)[0]
    assert (said.what, said.details) == ("voicemail", {"recording": "r7", "seconds": 30.4})
    kept = store.read(lambda session: session.get(Interaction, "c1"))
    assert kept is not None
    assert (kept.voicemail, kept.voicemail_seconds) == ("r7", 30.4)


def test_what_a_technician_says_to_his_order_stays_with_it(store: Store) -> None:
    def company(session: Any) -> int:
        office = Author(account_id=1, login="dan", at=0.0)
        add_user(session, login="tom", name="Tom", password="correct horse", roles={"technician"})
        put_technician(session, 1, "tom", code="11")
        orders = [
            open_order(session, office, kind="repair", subject="Cocina", technician_login="tom").id
            for _ in range(2)
        ]
        for name, order, at in (("find_technician", "", 2.0), ("choose_order", str(orders[1]), 3.0)):
            asked = Asked(account_id=1, contact="c1", action_id=name, now=at)
            came = Outcome(outcome="taken", values={"order": order})
            action_results.once(session, asked, name, lambda _, came=came: came)
        return orders[1]

    number = store.write(company)
    left = e.VoicemailLeft(at=9.0, contact=C1, account_id=1, recording="r7", seconds=8.2)  # type: ignore[arg-type]
    _happens(store, _arrived(), left)
    assert store.read(lambda session: list(session.query(Case))) == []
    newest = store.read(history, 1, number)[0]
    assert (newest.what, newest.by, newest.way) == ("spoken", "tom", "phone")
    assert newest.details == {"recording": "r7", "seconds": 8.2}


def test_the_language_that_he_chose_is_his_from_then_on(store: Store) -> None:
    rosa, juan = (store.write(add_customer, 1, now=0.0, name=name).id for name in ("Rosa", "Juan"))
    chosen = e.LanguageChosen(at=5.0, contact=C1, language="en")
    _happens(store, _arrived(), _identified(rosa, juan), chosen)
    assert store.read(customer, 1, rosa).language is None
    _happens(store, *[e.ContactAnswered(at=2.0, contact=C1)] * 3, _identified(rosa), chosen)
    assert store.read(customer, 1, rosa).language == "en"


def test_a_wish_to_be_called_back_is_on_the_list_with_what_its_values_are_called(store: Store) -> None:
    asked = e.CallbackAsked(at=7.0, contact=C1, account_id=1, pii_number="+56911112222", language="es")
    said = e.ValueCollected(
        at=6.0, contact=C1, key="order", value="77", label={"es": "Pedido"}, say_as="digits"
    )
    ended = e.ContactEnded(at=40.0, contact=C1, where="goodbye", by="center")
    _happens(store, _arrived(), said, asked, ended)
    kept = store.read(lambda session: session.get(Interaction, "c1"))
    assert kept is not None
    assert (kept.to_call_back, kept.call_back_at) == (True, 7.0)
    assert kept.collected_as == {"order": {"label": {"es": "Pedido"}, "say_as": "digits"}}
