"""A technician's call in the store: his order, another one, the code, parts, and what a redialed call finds."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crm_core.case_list import CaseFilter, work_list
from crm_core.db import Store
from crm_core.users import add_user
from crm_core.work_orders import by_phone, order_work, parts, stock, technicians
from crm_core.work_orders.by_phone import Caller, Step
from crm_core.work_orders.technician_calls import RESUMED_SECONDS
from crm_core.work_orders.work_orders import Author, closings_of, work_order

NOW = 1_800_000_000.0
PLACE = "Los Leones 1234 depto. 5"


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store(url) as opened:
        opened.write(_company)
        yield opened


def _company(session: Any) -> None:
    add_user(session, login="dan", name="Dan", password="correct horse", roles={"dispatcher"})
    for login, code in (("ana", "11"), ("beto", "12")):
        add_user(session, login=login, name=login.title(), password="correct horse", roles={"technician"})
        technicians.put_technician(session, 1, login, code=code)
    parts.put_part(session, 1, "valve", name="Válvula", code="1")


@pytest.fixture
def user_id(store: Store) -> Callable[[str], int]:
    return lambda login: store.read(lambda s: technicians.technician(s, 1, login).user_id)


class Call:
    """One call of one technician."""

    def __init__(self, store: Store, user_id: int, contact: str, at: float = NOW) -> None:
        self._store, self._caller = store, Caller(account_id=1, user_id=user_id, contact_id=contact, at=at)

    def __getattr__(self, name: str) -> Callable[..., Step]:
        return lambda *given: self._store.write(getattr(by_phone, name), self._caller, *given)


def given(store: Store, login: str | None = "ana", **fields: Any) -> int:
    wanted = {"kind": "repair", "subject": "Cocina", "address": PLACE, "technician_login": login} | fields
    office = Author(account_id=1, login="dan", at=NOW)
    return store.write(lambda s: order_work.open_order(s, office, **wanted).id)


def test_he_hears_his_order_closes_it_and_hears_the_next(store: Store, user_id: Callable[[str], int]) -> None:
    first, second = given(store), given(store)
    call = Call(store, user_id("ana"), "c-1")
    told = {"order": str(first), "place": "Los Leones 1234"}
    assert call.begin() == Step("order", told)
    assert call.choose("") == Step("taken", told)
    assert call.choose_code("8") == Step("unknown")
    assert call.choose_code("1") == Step("taken", {"code": "done"})
    assert call.add_part("1") == Step("taken", {"part": "1"})
    assert call.add_part("77").outcome == "unknown"
    assert call.finish() == Step("next", told | {"order": str(second)})
    assert call.finish().outcome == "next"  # once more, as after a crash: nothing is done twice
    closing = store.read(closings_of, 1, first)
    assert [(one.by, one.way, one.key, one.contact_id) for one in closing] == [("ana", "phone", "c-1", "c-1")]
    assert store.read(stock.level, 1, "valve", "ana") == -1
    call.choose("")
    call.choose_code("7")
    assert call.finish().outcome == "closed"
    assert call.begin() == Step("none")


def test_a_call_that_was_cut_off_goes_on_where_it_was(store: Store, user_id: Callable[[str], int]) -> None:
    number = given(store)
    call = Call(store, user_id("ana"), "c-1")
    call.begin()
    call.choose("")
    call.choose_code("5")
    call.add_part("1")
    again = Call(store, user_id("ana"), "c-2", NOW + RESUMED_SECONDS)
    assert again.begin() == Step(
        "resume", {"order": str(number), "place": "Los Leones 1234", "code": "needs_part"}
    )
    assert again.finish().outcome == "closed"
    assert store.read(stock.level, 1, "valve", "ana") == -1
    third = Call(store, user_id("ana"), "c-3", NOW + RESUMED_SECONDS + 1)
    assert third.begin() == Step("none")  # it was closed before the line went dead
    assert third.finish().outcome == "unknown"


def test_after_ten_minutes_a_call_begins_anew(store: Store, user_id: Callable[[str], int]) -> None:
    given(store)
    call = Call(store, user_id("ana"), "c-1")
    call.begin()
    call.choose("")
    later = Call(store, user_id("ana"), "c-2", NOW + RESUMED_SECONDS + 1)
    assert later.begin().outcome == "order"
    assert later.finish() == Step("unknown")


def test_another_order_is_chosen_by_its_number(store: Store, user_id: Callable[[str], int]) -> None:
    nobodys, colleagues = given(store, None, address=""), given(store, "beto")
    call = Call(store, user_id("ana"), "c-1")
    assert call.begin() == Step("none")
    assert call.choose("") == Step("unknown")
    assert call.choose("999") == Step("unknown", {"order": "999"})
    assert call.choose("9" * 30).outcome == call.choose("*").outcome == "unknown"
    assert call.choose(str(nobodys)) == Step("taken", {"order": str(nobodys), "place": str(nobodys)})
    call.choose_code("1")
    assert call.finish().outcome == "closed"
    call.choose(str(colleagues))
    call.choose_code("1")
    call.finish()
    flags = [store.read(closings_of, 1, number)[0].flags for number in (nobodys, colleagues)]
    assert flags == [["nobodys", "without_arrival"], ["someone_elses", "without_arrival"]]


def test_two_technicians_on_one_order_close_it_once(store: Store, user_id: Callable[[str], int]) -> None:
    number = given(store)
    calls = [Call(store, user_id(login), f"c-{login}") for login in ("ana", "beto")]
    for call in calls:
        call.begin()
        assert call.choose(str(number)).outcome == "taken"
        call.choose_code("1")
    assert calls[1].finish().outcome == "closed"
    assert calls[0].finish() == Step("refused", {"order": str(number)})
    assert calls[0].choose(str(number)).outcome == "closed"
    assert len(store.read(closings_of, 1, number)) == 1


def test_unsafe_raises_the_emergency(store: Store, user_id: Callable[[str], int]) -> None:
    number = given(store)
    call = Call(store, user_id("ana"), "c-1")
    call.begin()
    call.choose("")
    call.choose_code("6")
    assert call.finish("Olor fuerte").outcome == call.finish().outcome == "emergency"
    cases = store.read(work_list, 1, CaseFilter(), now=NOW).rows
    assert [(one.priority, one.description) for one in cases] == [("urgent", "Olor fuerte")]
    assert store.read(work_order, 1, number).closing == "unsafe"
