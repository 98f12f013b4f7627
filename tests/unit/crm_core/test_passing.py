"""The one cause of each pair, and the router's own order held against what it chose."""

from hypothesis import given
from hypothesis import strategies as st

from crm_core.passing import CAUSES, Pair, cause, should_have_won, worth_more

FLAGS = (
    "emergency",
    "ringing",
    "call_back_held",
    "left_free",
    "named_for_another",
    "unanswered",
    "able_on_break",
    "escalated",
    "named",
    "preferred",
)


@given(st.fixed_dictionaries({flag: st.booleans() for flag in (*FLAGS, "able", "justified")}))
def test_every_pair_has_exactly_one_cause_and_the_first_that_applies(flags: dict[str, bool]) -> None:
    found = cause(Pair(**flags))
    assert found in CAUSES
    for flag in FLAGS[:6]:
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


PUBLISHED = (
    ("emergency", Pair(emergency=True)),
    ("ringing", Pair(ringing=True)),
    ("call_back_held", Pair(call_back_held=True)),
    ("left_free", Pair(left_free=True)),
    ("pause", Pair(able=False, able_on_break=True)),
    ("skill", Pair(able=False)),
    ("ceiling", Pair(escalated=True)),
    ("named", Pair(named=True)),
    ("preference", Pair(preferred=True)),
    ("score", Pair()),
)
"""Emergency, ringing, call-back hold, kept for another tier, pause, skill, ceiling, named, preference, head start."""


def test_the_causes_stand_in_the_order_of_the_ledgers_definition_and_each_is_reached_by_its_own_fact() -> (
    None
):
    names = [name for name, _ in PUBLISHED]
    assert [one for one in CAUSES if one in names] == names
    assert [cause(pair) for _, pair in PUBLISHED] == names
    assert set(CAUSES) - set(names) == {"named_for_another", "unanswered", "unjustified"}
    assert cause(Pair(named_for_another=True, able=False)) == "named_for_another"
    assert cause(Pair(unanswered=True, able=False)) == "unanswered"
    assert cause(Pair(justified=False)) == "unjustified"


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
