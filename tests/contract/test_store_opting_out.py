"""Never again, by a key in a call: at once, with proof, whatever is asked next, on both databases."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.permission import check, consents, do_not_call
from crm_core.permission.do_not_call import DoNotCall
from crm_core.phone_numbers import E164
from crm_core.self_service.opting_out import never_call_again
from crm_core.self_service.registry import Asked
from ctiserver.core.permit import Channel, Purpose, Refused, Rule

NUMBER, OTHER = E164("+56971884213"), E164("+56222293066")
NOW = 1_700_000_000.0


def press(store: Store, number: str, customer_id: int | None, *, again: str = "", account_id: int = 1) -> str:
    asked = Asked(
        account_id=account_id,
        contact="call-1",
        action_id=f"a{again}",
        now=NOW,
        customer_id=customer_id,
    )
    given = never_call_again.read({"number": number, "key": "9"})
    return store.write(never_call_again.do, asked, given).outcome


def rule(store: Store, customer_id: int, number: str, purpose: Purpose) -> Rule | None:
    """The rule that refuses a call by hand now; None: none."""
    answer = store.read(
        lambda session: check(
            session,
            1,
            customer_id,
            number,
            channel=Channel.PHONE,
            purpose=purpose,
            automatic=False,
            now=NOW + 1,
        )
    )
    return answer.rule if isinstance(answer, Refused) else None


@pytest.fixture
def ana(store: Store) -> int:
    return store.write(lambda s: add_customer(s, 1, name="Ana", phones=[NUMBER, OTHER], now=1.0).id)


def test_the_key_puts_the_number_on_the_list_and_takes_his_consent_back_with_its_proof(
    store: Store, ana: int
) -> None:
    assert press(store, NUMBER, ana) == "noted"

    def kept(session: Session) -> tuple[list[DoNotCall], list[consents.Consent]]:
        listed = do_not_call.of_address(session, 1, NUMBER)
        session.expunge_all()
        said = consents.history(session, 1, ana)
        session.expunge_all()
        return list(listed), list(said)

    [entry], [said] = store.read(kept)
    assert (entry.on_list, entry.since, entry.until, entry.source) == (
        "own",
        NOW,
        None,
        "pressed 9 in call call-1",
    )
    assert (said.given, said.at, said.channel, said.purpose) == (False, NOW, "phone", "any")
    assert (said.wording, said.proof) == ("pressed 9", "call-1")
    assert rule(store, ana, NUMBER, Purpose.SALES) == "do_not_call"
    assert rule(store, ana, OTHER, Purpose.SALES) == "consent_revoked"


def test_pressed_again_the_list_has_it_once(store: Store, ana: int) -> None:
    press(store, NUMBER, ana)
    press(store, "971884213", ana, again="2")
    assert len(store.read(lambda session: session.scalars(select(DoNotCall.id)).all())) == 1


def test_a_stranger_is_spared_by_his_number_and_who_has_none_cannot_be(store: Store, ana: int) -> None:
    assert press(store, NUMBER, None) == "noted"
    assert rule(store, ana, NUMBER, Purpose.SALES) == "do_not_call"
    assert press(store, "anonymous", None, again="2") == "unknown"
    assert press(store, "", ana, again="3") == "noted"
