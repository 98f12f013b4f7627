"""From a key to the sound that answers it."""

from bench.flows import PERIOD_SECONDS, pacing, reactions
from bench.rtp_capture import Heard


def test_the_time_is_that_to_the_first_sound_after_the_key() -> None:
    one = Heard(keys=[(10.0, 10.002)], sounds=[9.5, 10.01, 10.03])
    found = reactions([one], 0, 20)
    assert [round(seconds, 3) for seconds in found.from_first] == [0.01]
    assert [round(seconds, 3) for seconds in found.from_last] == [0.008]


def test_a_key_on_a_prompt_or_without_an_answer_tells_nothing() -> None:
    over = Heard(keys=[(10.0, 10.0)], sounds=[9.98, 10.0, 10.02])
    silent = Heard(keys=[(10.0, 10.0)], sounds=[10.0 + PERIOD_SECONDS])
    found = reactions([over, silent, Heard(keys=[(10.0, 10.0)])], 0, 20)
    assert (found.from_last, found.over_a_prompt, found.no_answer) == ([], 1, 2)


def test_only_keys_of_the_time_when_all_are_there_count() -> None:
    one = Heard(keys=[(1.0, 1.0), (5.0, 5.0), (9.0, 9.0)], sounds=[1.1, 5.1, 9.1])
    assert len(reactions([one], 4.0, 9.0).from_first) == 1


def test_the_generators_lateness_is_the_error_of_its_period() -> None:
    one = Heard(keys=[(1.0, 1.0), (1.0 + PERIOD_SECONDS, 5.0), (1.03 + 2 * PERIOD_SECONDS, 9.0)])
    assert [round(late, 3) for late in pacing([one])] == [0.0, 0.03]
