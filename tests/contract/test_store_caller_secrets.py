"""PINs and one-time codes of callers, and results of actions, on both databases."""

import pytest
from sqlalchemy.orm import Session

from crm_core import action_results, caller_secrets, webhooks
from crm_core.customers import add_customer
from crm_core.db import Store
from crm_core.outbox import OutboxItem
from crm_core.self_service.identification import find_customer, send_code
from crm_core.self_service.registry import Asked, Outcome
from ctiserver.core.errors import Refusal

ASKED = Asked(account_id=1, contact="c1", action_id="a1", now=1000.0)


def _check(store: Store, digits: str, *, now: float = 0.0, kind: str = "pin", account_id: int = 1) -> str:
    return store.write(
        caller_secrets.check,
        account_id,
        "technician",
        "tom",
        kind,
        digits,
        now=now,  # type: ignore[arg-type]
    )


def _pin(store: Store, pin: str = "4071") -> None:
    store.write(caller_secrets.set_pin, 1, "technician", "tom", pin, now=0.0)


def _code(store: Store, now: float = 0.0) -> str:
    code = store.write(caller_secrets.new_code, 1, "technician", "tom", now=now)
    assert code is not None
    return code


def test_the_right_pin_is_right_and_only_a_hash_is_kept(store: Store) -> None:
    _pin(store)
    assert _check(store, "4071") == "right"
    assert _check(store, "4072") == "wrong"
    assert _check(store, "4071", account_id=2) == "none"
    hashed = store.read(lambda session: session.query(caller_secrets.CallerSecret).one().hash)
    assert "4071" not in hashed


def test_five_wrong_ones_in_a_row_lock_even_the_right_one_for_a_while(store: Store) -> None:
    _pin(store)
    assert [_check(store, "0000") for _ in range(4)] == ["wrong"] * 4
    assert _check(store, "4071") == "right"
    assert [_check(store, "0000") for _ in range(5)] == [*["wrong"] * 4, "locked"]
    assert _check(store, "4071", now=1.0) == "locked"
    until = store.read(caller_secrets.locked_until, 1, "technician", "tom", now=1.0)
    assert until == caller_secrets.LOCKED_SECONDS
    assert _check(store, "4071", now=caller_secrets.LOCKED_SECONDS) == "right"


def test_a_new_pin_ends_the_lock_and_so_does_whoever_lifts_it(store: Store) -> None:
    _pin(store)
    for _ in range(5):
        _check(store, "0000")
    states = store.read(caller_secrets.pins, 1, "technician", now=1.0)
    assert states["tom"].locked_until == caller_secrets.LOCKED_SECONDS
    store.write(caller_secrets.unlock, 1, "technician", "tom")
    store.write(caller_secrets.unlock, 1, "technician", "nobody")
    assert _check(store, "4071") == "right"
    assert store.read(caller_secrets.pins, 1, "technician", now=1.0)["tom"].locked_until is None
    for _ in range(5):
        _check(store, "0000")
    _pin(store, "1950")
    assert _check(store, "1950") == "right"


@pytest.mark.parametrize("pin", ["1111", "1234", "9876", "12", "12345", "12a4", "９８７１"])
def test_an_easy_or_malformed_pin_is_refused(store: Store, pin: str) -> None:
    with pytest.raises(Refusal):
        _pin(store, pin)


def test_a_code_is_good_once_and_for_ten_minutes(store: Store) -> None:
    code = _code(store)
    assert len(code) == caller_secrets.CODE_KEYS
    assert _check(store, code, kind="code") == "right"
    assert _check(store, code, kind="code") == "none"
    code = _code(store)
    assert _check(store, code, kind="code", now=caller_secrets.CODE_SECONDS) == "none"


def test_a_new_code_buys_no_more_guesses(store: Store) -> None:
    for _ in range(4):
        code = _code(store)
        wrong = "000000" if code != "000000" else "000001"
        assert _check(store, wrong, kind="code") == "wrong"
    _code(store)
    assert _check(store, "x", kind="code") == "locked"
    assert store.write(caller_secrets.new_code, 1, "technician", "tom", now=1.0) is None


def test_a_customer_is_found_by_rut_or_number_in_his_own_account_alone(store: Store) -> None:
    store.write(
        add_customer,
        1,
        now=0.0,
        name="Rosa",
        surname="Díaz",
        rut="12345678-5",
        external_id="4711",
        language="es",
    )
    found = store.read(find_customer.do, ASKED, {"rut": "12.345.678-5"})
    assert found.outcome == "found"
    assert (found.values["name"], found.values["language"], found.values["customer_number"]) == (
        "Rosa Díaz",
        "es",
        "4711",
    )
    assert store.read(find_customer.do, ASKED, {"customer_number": "4711"}) == found
    other = Asked(account_id=2, contact="c1", action_id="a1", now=1000.0)
    assert store.read(find_customer.do, other, {"rut": "12345678-5"}).outcome == "unknown"
    assert store.read(find_customer.do, ASKED, {}).outcome == "unknown"


def test_a_code_is_sent_through_a_webhook_that_asked_for_codes_by_name(store: Store) -> None:
    rosa = store.write(add_customer, 1, now=0.0, name="Rosa", phones=["+56912345678"])  # type: ignore[list-item]
    wanted = {"subject": "customer", "subject_id": str(rosa.id)}
    for kinds in (None, ["*"], [webhooks.CALLER_CODE]):
        if kinds:
            store.write(
                webhooks.add_webhook, 1, name="x", url="https://sms.example/", kinds=kinds, by="ann", now=0.0
            )
        came = store.write(send_code.do, ASKED, wanted)
        assert came.outcome == ("sent" if kinds == [webhooks.CALLER_CODE] else "unavailable")
    [item] = store.read(lambda session: list(session.query(OutboxItem)))
    data = item.body["data"]
    assert data["number"] == "+56912345678"
    verdict = store.write(caller_secrets.check, 1, "customer", str(rosa.id), "code", data["code"], now=1001.0)
    assert verdict == "right"


def test_an_action_has_one_effect_and_old_results_go(store: Store) -> None:
    done: list[int] = []

    def work(session: Session) -> Outcome:
        done.append(1)
        return Outcome(outcome="done", values={"n": str(len(done))})

    def once(action_id: str, now: float) -> Outcome:
        asked = Asked(account_id=1, contact="c1", action_id=action_id, now=now)
        return store.write(action_results.once, asked, "promise", work)

    assert once("a1", 0.0) == once("a1", 1.0) == Outcome(outcome="done", values={"n": "1"})
    assert once("a2", action_results.KEPT_SECONDS + 2.0).values == {"n": "2"}
    assert once("a1", action_results.KEPT_SECONDS + 3.0).values == {"n": "3"}
