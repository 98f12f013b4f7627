from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm_core.fact_rule import Standing, verdict, verdicts
from crm_core.provenance import TRUST, Source


def said(value: Any, source: Source, at: float, fact_id: int = 1, field: str = "name") -> Standing:
    return Standing(fact_id=fact_id, field=field, value=value, source=source, at=at)


def test_what_the_customer_said_is_shown_before_what_a_newer_file_says_and_the_file_is_a_conflict() -> None:
    customer, file = said("Ana", Source.CUSTOMER, 1.0), said("Anna", Source.FILE, 9.0)
    found = verdict([file, customer])
    assert (found.shown, list(found.conflicts)) == (customer, [file])


def test_of_equally_trusted_sources_the_newest_is_shown() -> None:
    found = verdict([said("Ana", Source.CUSTOMER, 1.0), said("Anna", Source.AGENT, 2.0)])
    assert found.shown.value == "Anna"


def test_sources_that_agree_are_no_conflict() -> None:
    assert verdict([said("Ana", Source.FILE, 1.0), said("Ana", Source.DOCUMENT, 2.0)]).conflicts == []


def test_each_field_has_its_own_verdict() -> None:
    found = verdicts([said("Ana", Source.FILE, 1.0), said("es", Source.FILE, 1.0, field="language")])
    assert {field: one.shown.value for field, one in found.items()} == {"name": "Ana", "language": "es"}


def test_of_nothing_there_is_no_verdict() -> None:
    with pytest.raises(ValueError, match="nothing"):
        verdict([])


@given(
    st.lists(
        st.builds(
            Standing,
            fact_id=st.integers(1, 99),
            field=st.just("name"),
            value=st.sampled_from(["Ana", "Anna", None]),
            source=st.sampled_from(Source),
            at=st.floats(0, 100),
        ),
        min_size=1,
        unique_by=lambda one: one.fact_id,
    ),
    st.randoms(),
)
def test_the_verdict_minds_no_order_and_hides_no_dissent(standing: list[Standing], chance: Any) -> None:
    found = verdict(standing)
    chance.shuffle(standing)
    assert verdict(standing) == found
    assert {one.value for one in found.conflicts} == {one.value for one in standing} - {found.shown.value}
    assert TRUST[found.shown.source] == max(TRUST[one.source] for one in standing)
