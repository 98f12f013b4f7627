"""The waiting room against a list in which everybody's score is computed anew each time."""

import gc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from acd import waiting_room
from acd.accumulating import Terms
from acd.overtaking import Waited, out_of_bounds
from acd.waiting_room import WaitingRoom

A = Terms(head_start_seconds=120.0)
C = Terms()
ANY = {"x": 0}


def taken(room: WaitingRoom, now: float, places: dict[Any, int] | None = None) -> str | None:
    best = room.best(ANY if places is None else places, now)
    if best is None:
        return None
    room.leave(best.contact)
    return best.contact


def everybody(room: WaitingRoom, now: float) -> list[str]:
    order = []
    while (contact := taken(room, now)) is not None:
        order.append(contact)
    return order


def test_the_highest_score_is_served_and_ties_go_by_arrival() -> None:
    room = WaitingRoom()
    room.enter("late", "x", A, arrived_at=220.0)
    room.enter("early", "x", C, arrived_at=100.0)
    room.enter("later", "x", A, arrived_at=220.1)
    room.enter("before", "x", A, arrived_at=219.9)
    assert everybody(room, now=300.0) == ["before", "early", "late", "later"]
    assert len(room) == 0
    assert room.best(ANY, 300.0) is None


def test_equal_scores_of_different_slopes_go_by_arrival_too_and_the_order_may_change_later() -> None:
    room = WaitingRoom()
    room.enter("steep", "x", Terms(slope=2.0), arrived_at=50.0)
    room.enter("flat", "x", Terms(), arrived_at=0.0)
    assert room.best(ANY, 99.0) is room["flat"]
    assert room.best(ANY, 100.0) is room["flat"], "both count 100"
    assert room.best(ANY, 100.1) is room["steep"]


def test_whoever_comes_at_the_same_instant_stands_behind() -> None:
    room = WaitingRoom()
    for contact in ("1", "2", "3"):
        room.enter(contact, "x", C, arrived_at=5.0)
    assert everybody(room, now=5.0) == ["1", "2", "3"]


def test_past_the_ceiling_one_is_served_before_all_others_by_arrival() -> None:
    room = WaitingRoom()
    room.enter("second", "y", Terms(ceiling_seconds=300.0), arrived_at=10.0)
    room.enter("first", "x", Terms(ceiling_seconds=305.0), arrived_at=0.0)
    room.enter("dear", "x", Terms(head_start_seconds=1000.0, slope=4.0), arrived_at=300.0)
    both = {"x": 0, "y": 1}
    assert room.best(both, 304.9) is room["dear"]
    best = room.best(both, 305.0)
    assert best is room["first"]
    assert best.score(305.0) == float("inf")
    assert taken(room, 310.0, both) == "first"
    assert taken(room, 310.0, both) == "second", "before the agent's preference, as before the score"
    assert taken(room, 310.0, both) == "dear"


def test_an_agents_preference_goes_before_the_score() -> None:
    room = WaitingRoom()
    room.enter("long", "y", A, arrived_at=0.0)
    room.enter("short", "x", C, arrived_at=99.0)
    assert room.best({"x": 0, "y": 1}, 100.0) is room["short"]
    assert room.best({"x": 0, "y": 0}, 100.0) is room["long"]
    assert room.best({"z": 0}, 100.0) is None
    assert [one.contact for _, one in room.heads(["x", "y"], 100.0)] == ["short", "long"]


def test_a_class_raised_while_waiting_counts_from_the_arrival_and_a_lower_one_takes_nothing() -> None:
    room = WaitingRoom()
    room.enter("other", "x", Terms(head_start_seconds=45.0), arrived_at=100.0)
    room.enter("unknown", "x", C, arrived_at=101.0)
    assert room.raise_class("unknown", A, now=110.0)
    assert room["unknown"].virtual == -19.0
    assert not room.raise_class("unknown", C, now=111.0)
    assert room["unknown"].virtual == -19.0
    assert everybody(room, now=120.0) == ["unknown", "other"]


def test_a_raise_brings_the_ceiling_nearer_and_leaves_the_escalated_where_they_are() -> None:
    room = WaitingRoom()
    room.enter("old", "x", Terms(ceiling_seconds=50.0), arrived_at=0.0)
    room.enter("new", "x", C, arrived_at=10.0)
    assert room.best(ANY, 60.0) is room["old"]
    assert room.raise_class("new", Terms(head_start_seconds=500.0, ceiling_seconds=40.0), now=60.0)
    assert room.raise_class("old", A, now=60.0)
    assert everybody(room, now=60.0) == ["old", "new"]


def test_a_new_profile_goes_on_from_the_scores_reached() -> None:
    room = WaitingRoom()
    room.enter("dear", "x", A, arrived_at=100.0)
    room.enter("plain", "x", C, arrived_at=0.0)
    room.apply({"dear": Terms(), "plain": Terms(slope=4.0)}, now=150.0)
    assert [room[one].score(150.0) for one in ("dear", "plain")] == [170.0, 150.0]
    assert room.best(ANY, 156.0) is room["dear"]
    assert room.best(ANY, 157.0) is room["plain"]
    room.apply({"dear": Terms(ceiling_seconds=50.0)}, now=157.0)
    assert room.best(ANY, 157.0) is room["dear"], "he has waited longer than that"
    room.apply({"dear": Terms()}, now=157.0)
    assert room.best(ANY, 157.0) is room["plain"], "a ceiling taken away holds for nobody"


def test_a_call_back_keeps_its_place_and_goes_back_by_two_minutes_when_nobody_answers() -> None:
    room = WaitingRoom()
    room.enter("callback", "x", Terms(ceiling_seconds=300.0), arrived_at=0.0)
    room.enter("near", "x", Terms(ceiling_seconds=300.0), arrived_at=100.0)
    room.enter("far", "x", Terms(ceiling_seconds=300.0), arrived_at=130.0)
    assert room.best(ANY, 200.0) is room["callback"]
    room.put_back("callback", 120.0)
    assert room.best(ANY, 200.0) is room["near"]
    assert everybody(room, now=1000.0) == ["near", "callback", "far"], "past the ceiling as well"


def test_relaxed_skills_are_one_more_place_and_leaving_one_leaves_all() -> None:
    room = WaitingRoom()
    room.enter("picky", "expert", C, arrived_at=0.0)
    room.spread("picky", "anybody")
    room.spread("picky", "anybody")
    assert room.best({"anybody": 0}, 10.0) is room["picky"]
    assert taken(room, 10.0, {"expert": 0}) == "picky"
    assert room.best({"anybody": 0, "expert": 0}, 10.0) is None


def test_whoever_stands_there_cannot_enter_again_and_may_come_back_to_his_place() -> None:
    room = WaitingRoom()
    room.enter("me", "x", C, arrived_at=0.0)
    with pytest.raises(ValueError, match="already"):
        room.enter("me", "x", C, arrived_at=1.0)
    room.enter("you", "x", C, arrived_at=1.0)
    assert taken(room, 5.0) == "me"
    assert room.leave("me") is None
    room.enter("me", "x", C, arrived_at=0.0)
    assert everybody(room, 5.0) == ["me", "you"]


def standings() -> int:
    """How many there are in memory."""
    gc.collect()
    return sum(type(it) is waiting_room.Standing for it in gc.get_objects())


def test_who_left_takes_no_memory_for_long() -> None:
    before, room = standings(), WaitingRoom()
    room.enter("stays", "x", C, arrived_at=0.0)
    for number in range(1000):
        room.enter(f"c{number}", "x", Terms(slope=1.0 + number % 8, ceiling_seconds=1e9), arrived_at=1.0)
        room.leave(f"c{number}")
    assert standings() - before <= 200
    assert room.best(ANY, 10.0) is room["stays"]


TERMS = st.sampled_from(
    [
        C,
        A,
        Terms(head_start_seconds=45.0, ceiling_seconds=90.0),
        Terms(slope=2.0),
        Terms(slope=4.0, head_start_seconds=30.0),
        Terms(slope=0.5, ceiling_seconds=60.0),
    ]
)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["enter"] * 4 + ["serve"] * 3 + ["leave", "raise", "apply", "back", "spread"]),
        TERMS,
        st.sampled_from(["x", "y"]),
        st.integers(0, 30),
        st.integers(0, 50),
    ),
    max_size=60,
)


class Model:
    """Everybody in a list, as the rule says it: H + b * (t - a), which each change re-writes as it says."""

    def __init__(self) -> None:
        self.all: dict[str, dict[str, Any]] = {}

    def best(self, preference: dict[str, int], now: float) -> str | None:
        def key(name: str) -> tuple[float, ...]:
            it = self.all[name]
            if it["due"] is not None and it["due"] <= now:
                return (0.0, 0.0, it["since"], it["a"], it["n"])
            first = min(preference[place] for place in it["places"] if place in preference)
            return (1.0, first, -(it["base"] + it["b"] * (now - it["at"])), it["a"], it["n"])

        able = [name for name, it in self.all.items() if it["places"] & preference.keys()]
        return min(able, key=key) if able else None


def change(
    room: WaitingRoom, model: Model, kind: str, name: str, terms: Terms, place: str, now: float
) -> None:
    it = model.all[name]
    counts = it["base"] + it["b"] * (now - it["at"])
    if kind == "leave":
        assert room.leave(name) is not None
        del model.all[name]
    elif kind == "raise":
        room.raise_class(name, terms, now=now)
        b = max(it["b"], terms.slope)
        it.update(base=max(counts, terms.head_start_seconds + b * (now - it["a"])), at=now, b=b)
        if terms.ceiling_seconds is not None:
            it["due"] = min(it["due"] or float("inf"), it["since"] + terms.ceiling_seconds)
    elif kind == "apply":
        room.apply({name: terms}, now=now)
        it.update(base=counts, at=now, b=terms.slope)
        it["due"] = None if terms.ceiling_seconds is None else it["since"] + terms.ceiling_seconds
    elif kind == "back":
        room.put_back(name, 120.0)
        it["at"] += 120.0
        it["since"] += 120.0
        it["due"] = None if it["due"] is None else it["due"] + 120.0
    else:
        room.spread(name, place)
        it["places"].add(place)


@settings(max_examples=150, deadline=None)
@given(steps=STEPS)
def test_whatever_happens_the_one_served_is_he_whom_the_rule_names(
    steps: list[tuple[str, Terms, str, int, int]],
) -> None:
    room, model, now = WaitingRoom(), Model(), 1000.0
    for number, (kind, terms, place, gap, which) in enumerate(steps):
        now += gap
        names = sorted(model.all)
        name = names[which % len(names)] if names else ""
        if kind == "enter":
            came = now - which  # some come back to the place that they had
            room.enter(f"c{number:02}", place, terms, arrived_at=came)
            ceiling = terms.ceiling_seconds
            model.all[f"c{number:02}"] = {
                "a": came,
                "n": number,
                "base": terms.head_start_seconds,
                "at": came,
                "b": terms.slope,
                "since": came,
                "due": None if ceiling is None else came + ceiling,
                "places": {place},
            }
        elif kind == "serve":
            preference = {"x": which % 2, "y": gap % 2}
            best = room.best(preference, now)
            assert (best.contact if best else None) == model.best(preference, now)
            if best:
                room.leave(best.contact)
                del model.all[best.contact]
        elif name:
            change(room, model, kind, name, terms, place, now)
    assert len(room) == len(model.all)


def log_of(callers: list[tuple[int, Terms, int]]) -> list[Waited]:
    """Callers come after gaps; whenever the next comes, as many are served as he says."""
    room, log, now = WaitingRoom(), [], 0.0
    terms_of: dict[str, Terms] = {}
    for number, (gap, terms, served) in enumerate([*callers, (50, C, len(callers))]):
        now += gap
        for _ in range(served):
            best = room.best(ANY, now)
            if best is None:
                break
            room.leave(best.contact)
            log.append(
                Waited(
                    contact=best.contact,
                    place="x",
                    arrived_at=best.arrived_at,
                    terms=terms_of[best.contact],
                    left_at=now,
                )
            )
            now += 0.001
        terms_of[f"c{number}"] = terms
        room.enter(f"c{number}", "x", terms, arrived_at=now)
    return log


CALLERS = st.lists(st.tuples(st.integers(0, 60), TERMS, st.integers(0, 3)), max_size=40)


@settings(deadline=None)
@given(callers=CALLERS)
def test_nobody_is_overtaken_beyond_the_bounds(callers: list[tuple[int, Terms, int]]) -> None:
    assert out_of_bounds(log_of(callers)) == []


def test_two_scores_swapped_are_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    dear, plain = Terms(slope=2.0, head_start_seconds=30.0), C
    callers = [(1, dear if number % 2 else plain, number % 2) for number in range(40)]
    assert out_of_bounds(log_of(callers)) == []
    honest = waiting_room.score

    def swapped(virtual: float, slope: float, now: float) -> float:
        other = {1.0: 2.0, 2.0: 1.0}[slope]
        return honest(virtual, other, now)

    monkeypatch.setattr(waiting_room, "score", swapped)
    assert out_of_bounds(log_of(callers)) != []
