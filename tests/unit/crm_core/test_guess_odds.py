from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.guess_odds import PRIORS, Open, matters, probability

SANTIAGO = ZoneInfo("America/Santiago")


def on(day: int, hour: int = 12) -> float:
    return datetime(2026, 11, day, hour, tzinfo=SANTIAGO).timestamp()


NOW = on(20, 23)


def told(**found: float) -> dict[str, str]:
    return {one.kind: one.recency for one in matters(Open(**found), {}, at=NOW, zone=SANTIAGO)}


@pytest.mark.parametrize(
    ("at", "recency"),
    [(on(18), "today"), (on(20, 8), "today"), (on(21, 0), "tomorrow"), (on(22), "week"), (on(29), "later")],
)
def test_a_visit_is_near_by_the_days_of_the_customer(at: float, recency: str) -> None:
    assert told(visit_at=at) == {"visit": recency}


def test_a_bill_a_case_and_an_order_have_their_own_words() -> None:
    assert told(bill_due_at=on(19), case_opened_at=on(17), order_placed_at=on(12)) == {
        "bill": "overdue",
        "case": "new",
        "order": "older",
    }
    assert told(bill_due_at=on(20), case_opened_at=on(16), order_placed_at=on(13)) == {
        "bill": "due",
        "case": "older",
        "order": "new",
    }
    assert told(bill_due_at=on(26)) == {"bill": "later"}


def test_who_has_nothing_open_is_guessed_nothing() -> None:
    assert matters(Open(), {}, at=NOW, zone=SANTIAGO) == ()


def test_the_likeliest_stands_first_and_history_changes_which_that_is() -> None:
    found = Open(visit_at=on(21), bill_due_at=on(19))
    first, second = matters(found, {}, at=NOW, zone=SANTIAGO)
    assert (first.kind, first.probability, second.kind) == ("visit", 0.4, "bill")
    learned = {("visit", "tomorrow"): (90, 6), ("bill", "overdue"): (90, 47)}
    first, second = matters(found, learned, at=NOW, zone=SANTIAGO)
    assert (first.kind, first.probability) == ("bill", 0.5)
    assert (second.kind, second.probability) == ("visit", 0.1)


@given(st.sampled_from(sorted(PRIORS)), st.integers(0, 10**6), st.floats(0, 1))
def test_a_probability_lies_between_the_prior_and_what_was_seen(
    key: tuple[str, str], calls: int, share: float
) -> None:
    hits = round(calls * share)
    found = probability(*key, {key: (calls, hits)})
    seen = hits / calls if calls else PRIORS[key]
    assert min(seen, PRIORS[key]) - 1e-9 <= found <= max(seen, PRIORS[key]) + 1e-9
