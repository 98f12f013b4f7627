"""The one cause of each pair, and the router's own order held against what it chose."""

from hypothesis import given
from hypothesis import strategies as st

from crm_core.passing import CAUSES, Pair, cause, should_have_won, worth_more

FLAGS = (
    "emergency",
    "ringing",
    "call_back_held",
    "left_free",
    "able_on_break",
    "escalated",
    "named",
    "preferred",
)


@given(st.fixed_dictionaries({flag: st.booleans() for flag in (*FLAGS, "able", "justified")}))
def test_every_pair_has_exactly_one_cause_and_the_first_that_applies(flags: dict[str, bool]) -> None:
    found = cause(Pair(**flags))
    assert found in CAUSES
    for flag in ("emergency", "ringing", "call_back_held", "left_free"):
        if flags[flag]:
            assert found == flag
            return
    if not flags["able"]:
        assert found == ("pause" if flags["able_on_break"] else "skill")
    elif not flags["justified"]:
        assert found == "unjustified"
    else:
        expected = [("escalated", "ceiling"), ("named", "named"), ("preferred", "preference")]
        assert found == next((word for flag, word in expected if flags[flag]), "score")


def test_an_unknown_class_is_the_lowest() -> None:
    assert worth_more("A", "B")
    assert worth_more("A", None)
    assert not worth_more("", "C")
    assert not worth_more("B", "B")


def test_scores_that_differ_by_a_rounding_are_alike_and_old_records_are_believed() -> None:
    alike = {
        "contact": "c1",
        "emergency": False,
        "preference": 0,
        "score_seconds": 50.0,
        "waited_seconds": 50.0,
    }
    other = alike | {"contact": "c2", "score_seconds": 50.001, "waited_seconds": 50.001}
    assert should_have_won({"heads": [alike, other]}) is None
    assert should_have_won({"heads": [alike, dict(other, score_seconds=51.0)]}) == other["contact"]
    assert should_have_won({"heads": [alike, dict(other, score_seconds=51.0, waited_seconds=None)]}) is None
    assert should_have_won({"rule": "called", "heads": [alike, dict(other, score_seconds=51.0)]}) is None
