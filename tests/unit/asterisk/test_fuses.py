from itertools import pairwise

from ctiserver.asterisk.fuses import Fuses
from ctiserver.core.commands import SetFuse
from ctiserver.core.ids import LegId, PlaybackId
from tests.unit.asterisk.hand_clock import HandClock

LEG, PROMPT, NEXT_PROMPT = LegId("x.1"), PlaybackId("p1"), PlaybackId("p2")
FUSE = SetFuse(leg=LEG, seconds=60, refresh_seconds=20)


class World:
    """Fuses and what they sent: (time since the beginning, leg, seconds)."""

    def __init__(self) -> None:
        self.clock = HandClock(0)
        self.sent: list[tuple[float, LegId, float]] = []
        self.fuses = Fuses(
            self.clock, lambda leg, seconds: self.sent.append((self.clock.now(), leg, seconds))
        )


def test_a_fuse_is_renewed_before_it_can_burn_down() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.clock.advance(200, 0.5)
    times = [at for at, _leg, _seconds in world.sent]
    assert len(times) > 9
    assert all(later - earlier <= 20.5 for earlier, later in pairwise(times))


def test_the_renewals_of_many_legs_are_spread() -> None:
    world = World()
    for number in range(100):
        world.fuses.set(SetFuse(leg=LegId(f"x.{number}"), seconds=60, refresh_seconds=20))
    world.sent.clear()
    world.clock.advance(21, 0.1)
    seconds = [int(at) for at, _leg, _seconds in world.sent]
    assert len(seconds) >= 100
    assert max(seconds.count(second) for second in set(seconds)) < 30


def test_a_fuse_without_renewal_is_lit_once() -> None:
    world = World()
    world.fuses.set(SetFuse(leg=LEG, seconds=14_400))
    world.clock.advance(100, 1)
    assert world.sent == [(0, LEG, 14_400)]


def test_a_new_fuse_takes_the_place_of_the_old() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.set(SetFuse(leg=LEG, seconds=14_400))
    world.clock.advance(100, 1)
    assert [seconds for _at, _leg, seconds in world.sent] == [60, 14_400]


def test_a_fuse_that_is_renewed_already_is_not_sent_again_when_the_caller_moves_on() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.set(FUSE)
    assert len(world.sent) == 1
    world.fuses.set(SetFuse(leg=LEG, seconds=14_400))
    world.fuses.set(FUSE)
    assert [seconds for _at, _leg, seconds in world.sent] == [60, 14_400, 60]


def test_after_a_lost_link_every_fuse_is_lit_again() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.forget_all()
    world.fuses.set(FUSE)
    assert len(world.sent) == 2


def test_a_leg_that_ended_has_no_fuse() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.forget(LEG)
    world.clock.advance(100, 1)
    assert len(world.sent) == 1


def test_a_process_that_was_stopped_reads_the_news_before_it_renews() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.clock.jump(90)
    assert len(world.sent) == 1
    world.clock.advance(1.1)
    assert [round(at, 6) for at, _leg, _seconds in world.sent] == [0, 91]


def test_a_leg_that_fell_to_the_fallback_during_the_stop_is_left_in_peace() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.clock.jump(90)
    world.fuses.forget(LEG)
    world.clock.advance(100, 1)
    assert len(world.sent) == 1


def test_no_fuse_is_set_while_a_prompt_plays_for_asterisk_would_not_answer() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.prompt_begins(LEG, PROMPT)
    world.clock.advance(50, 1)
    assert len(world.sent) == 1
    world.fuses.prompt_ended(PROMPT)
    world.clock.advance(2, 0.5)
    assert len(world.sent) == 2
    world.clock.advance(100, 1)
    assert len(world.sent) >= 6


def test_a_prompt_begins_with_a_young_fuse() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.clock.advance(40, 0.5)
    lit = len(world.sent)
    world.clock.advance(11, 0.5)
    world.fuses.prompt_begins(LEG, PROMPT)
    assert world.clock.now() - world.sent[-1][0] <= 10
    assert len(world.sent) > lit


def test_the_last_of_several_prompts_counts() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.prompt_begins(LEG, PROMPT)
    world.fuses.prompt_begins(LEG, NEXT_PROMPT)
    world.clock.advance(15, 1)
    world.fuses.prompt_ended(PROMPT)
    world.clock.advance(15, 1)
    assert len(world.sent) == 1
    world.fuses.prompt_ended(NEXT_PROMPT)
    world.clock.advance(2, 0.5)
    assert len(world.sent) == 2


def test_a_fuse_that_is_set_while_a_prompt_plays_waits_for_its_end() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.prompt_begins(LEG, PROMPT)
    world.fuses.set(SetFuse(leg=LEG, seconds=14_400))
    assert [seconds for _at, _leg, seconds in world.sent] == [60]
    world.fuses.prompt_ended(PROMPT)
    world.clock.advance(100, 1)
    assert [seconds for _at, _leg, seconds in world.sent] == [60, 14_400]


def test_after_a_lost_link_the_fuse_of_a_leg_with_a_prompt_is_lit_at_its_end() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.forget_all()
    world.fuses.prompt_begins(LEG, PROMPT)
    world.fuses.set(FUSE)
    world.fuses.prompt_begins(LEG, PROMPT)
    assert len(world.sent) == 1
    world.fuses.prompt_ended(PROMPT)
    assert len(world.sent) == 2


def test_the_prompt_of_a_leg_that_ended_is_of_no_consequence() -> None:
    world = World()
    world.fuses.set(FUSE)
    world.fuses.prompt_begins(LEG, PROMPT)
    world.fuses.forget(LEG)
    world.fuses.prompt_ended(PROMPT)
    world.clock.advance(100, 1)
    assert len(world.sent) == 1
