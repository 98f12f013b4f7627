"""What prompts say of a caller."""

import pytest

from ctiserver.core.customers import Candidate
from ivr.session_state import Phase, Session
from ivr.variables import spoken

ANA = Candidate(customer_id=7, pii_name="Ana Rojas", value_class="A")
ROSA = Candidate(customer_id=8, pii_name="Rosa", value_class="B")


def session(customer_id: int | None) -> Session:
    return Session(
        contact="c",  # type: ignore[arg-type]
        account_id=1,
        leg="leg",  # type: ignore[arg-type]
        did="600",
        pii_number="+56971884213",
        flow="main",
        flow_version="1",
        language="es",
        phase=Phase.FLOW,
        candidates=(ANA, ROSA),
        customer_id=customer_id,
    )


@pytest.mark.parametrize(
    ("customer_id", "heard"),
    [(7, ("name:Ana Rojas", "visit-call")), (8, ("name:Rosa", "visit-call")), (None, ("visit-call",))],
)
def test_only_who_is_known_is_called_by_his_name(customer_id: int | None, heard: tuple[str, ...]) -> None:
    assert spoken(("{name:customer_name}", "visit-call"), session(customer_id), 0.0) == heard


def test_a_sentence_of_which_a_part_has_no_value_is_left_out_whole() -> None:
    assert spoken(("balance-is {amount:balance}", "goodbye"), session(7), 0.0) == ("goodbye",)
