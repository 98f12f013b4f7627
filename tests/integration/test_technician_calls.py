"""Technicians close orders by telephone: real calls through SIPp and Asterisk, one center for all of them."""

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import ivr.demo
from crm_core.caller_secrets import CallerSecret, set_pin
from crm_core.case_list import CaseFilter, work_list
from crm_core.users import add_user
from crm_core.work_orders import order_list, order_work, parts, technicians
from crm_core.work_orders.work_orders import Author, closings_of, work_order
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import Caller, until
from tests.unit.ivr.test_technician_flow import KEY_SECONDS

pytestmark = pytest.mark.integration
DID = "+56221234570"
KNOWN = "+56987654321"
PINS = {"11": "4820", "12": "5937"}
_NUMBER = f"""
[[numbers]]
did = "{DID}"
flow = "technician"
"""


class Field:
    """The center with two technicians."""

    def __init__(self, c: RunningCenter) -> None:
        self.c = c

    def order(self, login: str | None, **fields: Any) -> int:
        wanted = {"kind": "repair", "subject": "Cocina", "address": "Los Leones 1234"} | fields
        office = Author(account_id=1, login="dan", at=time.time())
        write = self.c.store.write
        return write(
            lambda s: order_work.open_order(s, office, technician_login=login, **wanted).id  # type: ignore[arg-type]
        )

    def call(self, number: str = "anonymous") -> "TechnicianCall":
        return TechnicianCall(self.c, number)


class TechnicianCall:
    """One call; `at` waits for a node of the flow, however often it was reached before."""

    def __init__(self, c: RunningCenter, number: str) -> None:
        self._c, self._number, self._from = c, number, len(c.probe.events)
        self._seen: dict[str, int] = {}

    def __enter__(self) -> "TechnicianCall":
        self.caller: Caller = self._c.call(did=DID, number=self._number)
        self.caller.wait_answered()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.caller.talking:
            self.caller.hang_up()
        self.caller.close()
        self._c.asterisk.wait_quiet(30)

    def told(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        return [
            event
            for event in self._c.probe.events[self._from :]
            if event["type"] == kind and all(event.get(name) == value for name, value in fields.items())
        ]

    def at(self, node: str) -> "TechnicianCall":
        self._seen[node] = self._seen.get(node, 0) + 1
        until(lambda: len(self.told("NodeEntered", node=node)) >= self._seen[node], node, 30, self._c.log)
        return self

    def press(self, keys: str) -> "TechnicianCall":
        for place, key in enumerate(keys):
            self.caller.audio.press(key, place * KEY_SECONDS)
        return self

    def pin(self, keys: str) -> "TechnicianCall":
        """Once the store knows whose it is."""
        until(lambda: self.told("ValueCollected", key="technician_id"), "his code", 30, self._c.log)
        return self.press(keys)


@pytest.fixture(scope="module")
def field(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Field]:
    folder = tmp_path_factory.mktemp("field")
    with center(folder, more=_NUMBER, start=False) as c:
        text = (Path(ivr.demo.__path__[0]) / "technician.toml").read_text()
        (folder / "flows/technician.toml").write_text(text.replace('"tecnico"', '"servicio"'))
        c.store.write(_people)
        c.start()
        yield Field(c)


def _people(session: Session) -> None:
    add_user(session, login="dan", name="Dan", password="a-good-password", roles={"dispatcher"})
    for login, code, phone in (("ana", "11", KNOWN), ("beto", "12", "")):
        add_user(session, login=login, name=login.title(), password="a-good-password", roles={"technician"})
        new = technicians.put_technician(session, 1, login, code=code, phone=phone)
        set_pin(session, 1, "technician", str(new.user_id), PINS[code], now=time.time())
    parts.put_part(session, 1, "valve", name="Válvula", code="1")


def test_an_order_is_closed_by_code_and_pin_and_the_next_one_read_out(field: Field) -> None:
    first, second = field.order("beto"), field.order("beto", address="Suecia 482")
    with field.call() as call:
        call.at("code").press("12#").pin(PINS["12"])
        call.at("current").press("1")
        call.at("closing").press("1")
        call.at("done").press("2")
        call.at("part").press("1#")
        call.at("done").press("1")
        call.at("next")
        [closing] = field.c.store.read(closings_of, 1, first)
        assert (closing.by, closing.way, closing.code) == ("beto", "phone", "done")
        assert field.c.store.read(work_order, 1, second).is_open
    typed = "".join(_digits(field.c.folder / "state"))
    assert "12#" in typed
    assert PINS["12"] not in typed  # the journal has his code and choices, and never the PIN


def test_a_call_that_is_cut_off_goes_on_where_it_was_and_nothing_is_done_twice(field: Field) -> None:
    number = field.order("ana")
    with field.call(KNOWN) as call:
        call.at("current").press("1")
        call.at("closing").press("5")
        call.at("needs-part")
        call.caller.hang_up()
    with field.call(KNOWN) as again:
        again.at("resume").at("needs-part").press("1")
        again.at("closed")
    [closing] = field.c.store.read(closings_of, 1, number)
    assert closing.code == "needs_part"
    assert closing.follow_up_id is not None
    with field.call(KNOWN) as third:
        third.at("none").at("number").press(f"{number}#")
        third.at("already").at("number").press("99999#")
        third.at("unknown-order")
    assert len(field.c.store.read(closings_of, 1, number)) == 1


def test_unsafe_alarms_and_leads_to_the_emergency_queue(field: Field) -> None:
    number = field.order("ana")
    with field.call(KNOWN) as call:
        call.at("current").press("1")
        call.at("closing").press("6")
        call.at("unsafe").press("1")
        call.at("alarmed")
        until(lambda: call.told("ContactQueued", queue="emergencia"), "the emergency", 30, field.c.log)
    cases = field.c.store.read(work_list, 1, CaseFilter(kind="service"), now=time.time()).rows
    assert [one.priority for one in cases if one.origin == f"work order {number}"] == ["urgent"]


def test_five_wrong_pins_lead_to_the_dispatcher(field: Field) -> None:
    right = PINS["12"]
    wrong = f"{(int(right) + 1) % 10_000:04}"
    with field.call() as call:
        call.at("code").press("12#")
        for attempt in range(5):
            call.pin(wrong)
            checked = attempt + 1
            until(
                lambda n=checked: call.told("ContactQueued") or _failures(field) >= n % 5,  # type: ignore[misc]
                "the check",
                30,
                field.c.log,
            )
        call.at("locked-out")
    assert field.c.store.read(order_list.current_order, 1, "beto") is not None


def _failures(field: Field) -> int:
    """How many wrong PINs were typed in a row."""
    found = select(func.coalesce(func.max(CallerSecret.failures), 0))
    return field.c.store.read(lambda session: session.scalar(found) or 0)


def _digits(state: Path) -> list[str]:
    """All keys that the journal knows of."""
    text = "".join(file.read_text(errors="replace") for file in state.rglob("*.journal"))
    return re.findall(r'"type":"DigitPressed"[^}]*"pii_digit":"(.)"', text)
