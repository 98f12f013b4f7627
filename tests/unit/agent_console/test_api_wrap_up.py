"""Results that bring something about, in REST: written once, before the engines are told, or refused by the field."""

from typing import Any

import pytest

from crm_core.dispositions import Disposition
from ctiserver.core.customers import Candidate
from ctiserver.core.errors import Refusal
from ctiserver.core.live_rows import ContactView

API = "/api/v1"
SAY = f"{API}/agents/agent/disposition"


@pytest.fixture
def ann(office: Any) -> Any:
    """The agent has Rosa in hand; a result of hers is a promise, another one ends the calls."""

    def furnish(session: Any) -> None:
        for code, effect, needs_note in (
            ("promise", "promise_to_pay", False),
            ("never", "do_not_call", True),
            ("solved", "", False),
        ):
            session.add(
                Disposition(
                    account_id=1,
                    code=code,
                    label_es=code,
                    label_en=code,
                    effect=effect,
                    needs_note=needs_note,
                )
            )

    office.store.write(furnish)
    office.now = 1_790_000_000.0
    view = office.live.view
    view.contacts["out"] = ContactView(
        contact="out", account_id=1, did="", pii_number="+56922220001", language="es", arrived_at=1.0, since=1.0,
        customer=Candidate(customer_id=1, pii_name="Rosa", value_class="A", language="es"),
    )  # fmt: skip
    view.agents["agent"].contact = "out"
    return office.browser("agent")


def promises(browser: Any) -> list[int]:
    return [one["amount_minor"] for one in browser.get(f"{API}/customers/1/payment-promises").json["items"]]


def test_a_promise_is_written_down_and_then_the_engines_are_told_and_once_only(office: Any, ann: Any) -> None:
    said = {"contact": "out", "code": "promise", "effect": {"amount_minor": 5000, "day": "2026-09-25"}}
    assert ann.post(SAY, json=said).status_code == 200
    assert ann.post(SAY, json=said).status_code == 200
    assert promises(ann) == [5000]
    kind, _, fields = office.engines.asked[-1]
    assert (kind, fields["code"], "effect" in fields) == ("Dispose", "promise", False)
    other = ann.post(SAY, json=said | {"effect": {"amount_minor": 6000, "day": "2026-09-25"}})
    assert (other.status_code, other.json["error_id"]) == (409, "effect_done")
    listed = {one["code"]: one["effect"] for one in ann.get(f"{API}/dispositions").json}
    assert listed == {"promise": "promise_to_pay", "never": "do_not_call", "solved": ""}


def test_what_is_missing_is_told_by_its_field_and_the_engines_hear_nothing(office: Any, ann: Any) -> None:
    wrong = ann.post(SAY, json={"contact": "out", "code": "promise"})
    assert wrong.status_code == 422
    assert [(one["field"], one["error_id"]) for one in wrong.json["fields"]] == [
        ("amount", "wrong_amount"),
        ("day", "no_day"),
    ]
    silent = ann.post(SAY, json={"contact": "out", "code": "never"})
    assert (silent.status_code, silent.json["error_id"]) == (409, "no_note")
    gone = ann.post(SAY, json={"contact": "mine", "code": "never", "note": "x"})
    assert gone.json["error_id"] == "not_your_contact"
    assert office.engines.asked == []
    assert ann.post(SAY, json={"contact": "out", "code": "solved"}).status_code == 200


def test_when_the_engines_refuse_the_same_can_be_said_again(
    office: Any, ann: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any) -> str:
        raise Refusal("not_wrapping_up", "no")

    said = {"contact": "out", "code": "promise", "effect": {"amount_minor": 5000, "day": "2026-09-25"}}
    with monkeypatch.context() as patched:
        patched.setattr(office.engines, "request", refuse)
        assert ann.post(SAY, json=said).status_code == 409
    assert ann.post(SAY, json=said).status_code == 200
    assert promises(ann) == [5000]


def test_an_administrator_says_what_a_result_brings_about(office: Any) -> None:
    boss, path = office.browser("administrator"), f"{API}/configuration/dispositions"
    form = {"code": "paid", "label_es": "a", "label_en": "a", "effect": "promise_to_pay", "effect_flow": "f"}
    assert boss.post(path, json=form).json["kept"]["value"]["effect"] == "promise_to_pay"
    wrong = boss.post(path, json=form | {"code": "x", "effect": "sale"})
    assert [one["error_id"] for one in wrong.json["fields"]] == ["no_reminder"]
    wrong = boss.post(path, json=form | {"code": "x", "effect": "magic"})
    assert wrong.json["fields"][0]["error_id"] == "unknown"
