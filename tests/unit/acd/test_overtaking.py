from acd.accumulating import Terms
from acd.overtaking import Waited, out_of_bounds

A = Terms(head_start_seconds=120.0)
C = Terms()


def waited(contact: str, terms: Terms, came: float, left: float, *, served: bool = True) -> Waited:
    return Waited(contact=contact, place="x", arrived_at=came, terms=terms, left_at=left, served=served)


def pairs(*log: Waited) -> list[tuple[str, str]]:
    return [(passed.contact, served.contact) for passed, served in out_of_bounds(log)]


def test_a_head_start_may_be_used_up_and_not_a_second_more() -> None:
    early = waited("early", C, 0.0, 200.0)
    assert pairs(early, waited("dear", A, 119.0, 150.0)) == []
    assert pairs(early, waited("dear", A, 121.0, 150.0)) == [("early", "dear")]
    assert pairs(early, waited("plain", C, 1.0, 150.0)) == [("early", "plain")]


def test_serving_the_earlier_instead_of_the_higher_score_is_found_too() -> None:
    assert pairs(waited("dear", A, 100.0, 200.0), waited("plain", C, 0.0, 150.0)) == [("dear", "plain")]
    assert pairs(waited("dear", A, 100.0, 300.0), waited("plain", C, -100.0, 250.0)) == []


def test_a_steeper_class_overtakes_within_its_share_of_the_wait() -> None:
    early = waited("early", C, 0.0, 200.0)
    assert pairs(early, waited("steep", Terms(slope=4.0), 74.0, 100.0)) == []
    assert pairs(early, waited("steep", Terms(slope=4.0), 76.0, 100.0)) == [("early", "steep")]


def test_past_the_ceiling_only_an_earlier_arrival_that_is_past_it_too_goes_first() -> None:
    old = waited("old", Terms(ceiling_seconds=50.0), 0.0, 200.0)
    assert pairs(old, waited("dear", A, 1.0, 49.0)) == []
    assert pairs(old, waited("dear", A, 1.0, 50.0)) == [("old", "dear")]
    older = waited("older", Terms(ceiling_seconds=90.0), -10.0, 100.0)
    assert pairs(old, older) == []
    younger = waited("younger", Terms(ceiling_seconds=10.0), 10.0, 100.0)
    assert pairs(old, younger) == [("old", "younger")]


def test_who_left_who_came_later_and_who_waits_elsewhere_was_not_passed() -> None:
    served = waited("served", C, 50.0, 100.0)
    assert pairs(served, waited("gone", C, 0.0, 100.0, served=False)) == []
    assert pairs(served, waited("gave up", C, 0.0, 101.0, served=False)) == [("gave up", "served")]
    elsewhere = Waited(contact="other", place="y", arrived_at=0.0, terms=C, left_at=200.0)
    assert pairs(served, elsewhere, waited("after", C, 100.0, 300.0)) == []
