"""What the caller hears, in which language; and the emergency line, from wherever he is."""

from collections.abc import Callable, Iterator
from itertools import count

import pytest

from tests.integration.asterisk import DID_EMERGENCY, DID_EN
from tests.integration.daemon import RunningCenter, center
from tests.integration.sipp import Caller, until
from tests.integration.tone_prompts import HERTZ, tone_prompts

pytestmark = pytest.mark.integration

PROMPT_SECONDS = 1.5
_ordinals = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """One center for all tests here, with tones for prompts and an early announcement of the place."""
    folder = tmp_path_factory.mktemp("heard")
    prompts = tone_prompts(folder / "tones", PROMPT_SECONDS)
    queue = {"announce_after_seconds": 1, "announce_every_seconds": 3600}
    with center(folder, more=prompts, queue=queue) as started:
        yield started


@pytest.fixture
def c(running: RunningCenter) -> Iterator[RunningCenter]:
    """The center with everybody at home, before and after."""
    running.probe.events.clear()
    yield running
    running.asterisk.wait_quiet()
    until(lambda: not running.view()["contacts"], "the end of all contacts", 10, running.log)
    running.send_home()


def number() -> str:
    """A caller's number that no other test uses."""
    return f"+569777{next(_ordinals):05}"


def hears_music(caller: Caller) -> Callable[[], bool]:
    """Whether there is sound, and no prompt."""
    return lambda: caller.audio.level() > 50 and not any(map(caller.audio.hears, HERTZ.values()))


def test_a_waiting_caller_hears_music_then_his_place_then_music_again(c: RunningCenter) -> None:
    with c.call(number=number(), keys=[(0.3, "0")]) as caller:
        c.wait_stage("queued")
        until(hears_music(caller), "music", 10, c.log)
        until(lambda: caller.audio.hears(HERTZ["es"]), "the place", 10, c.log)
        [told] = c.probe.told("PlaceTold")
        assert (told["place"], told["language"]) == (1, "es")
        until(hears_music(caller), "music again", 10, c.log)
        caller.hang_up()


def test_an_english_caller_hears_english_in_the_flow_and_in_the_queue(c: RunningCenter) -> None:
    caller_number = number()
    with c.call(did=DID_EN, number=caller_number) as caller:
        until(lambda: caller.audio.hears(HERTZ["en"]), "the greeting", 10, c.log)
        assert not caller.audio.hears(HERTZ["es"])
        caller.press("0")
        c.wait_stage("queued")
        until(hears_music(caller), "music", 10, c.log)
        until(lambda: caller.audio.hears(HERTZ["en"]), "the place", 10, c.log)
        caller.hang_up()
    assert c.wait_record(caller_number).language == "en"


def test_a_caller_who_chooses_english_hears_english_from_then_on(c: RunningCenter) -> None:
    caller_number = number()
    with c.call(number=caller_number) as caller:
        until(lambda: caller.audio.hears(HERTZ["es"]), "the greeting", 10, c.log)
        caller.press("8")
        until(lambda: caller.audio.hears(HERTZ["en"]), "English", 10, c.log)
        caller.hang_up()
    record = c.wait_record(caller_number)
    assert record.language == "en"
    assert [step["node"] for step in record.menu_path] == ["welcome", "main", "english", "main"]


def test_the_emergency_key_works_in_the_greeting_and_in_the_queue_and_goes_before_everybody(
    c: RunningCenter,
) -> None:
    patient, leaking, burning = number(), number(), number()
    with (
        c.phone("ann") as ann,
        c.phone("bob") as bob,
        c.call(number=patient, keys=[(0.3, "0")]) as one,
    ):
        c.wait_stage("queued")
        with c.call(number=leaking, keys=[(0.3, "9")]) as two, c.call(number=burning) as three:
            c.wait_stage("queued", 2)
            three.wait_answered()
            three.press("0")
            c.wait_stage("queued", 3)
            c.set_status("ann", "available")
            [first] = c.wait_stage("talking")
            assert (first["pii_number"], first["queue"]) == (leaking, "emergencia")
            assert first["why"]["rule"] == "emergency"
            three.press("9")
            until(lambda: c.probe.told("ContactQueued", queue="emergencia")[1:], "his move", 10, c.log)
            c.set_status("bob", "available")
            served = {x["pii_number"] for x in c.wait_stage("talking", 2)}
            assert served == {leaking, burning}
            c.talk_a_while()
            two.hang_up()
            three.hang_up()
        ann.wait_ended()
        bob.wait_ended()
        one.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.wait_activity("bob", "wrapping_up")
        c.send_home()
    in_greeting, in_queue = c.wait_record(leaking), c.wait_record(burning)
    assert (in_greeting.emergency, in_greeting.queue, in_greeting.survey) == (True, "emergencia", None)
    assert (in_queue.emergency, in_queue.queue) == (True, "emergencia")
    assert [step["node"] for step in in_queue.menu_path] == ["welcome", "operator", "emergency"]
    assert c.wait_record(patient).outcome == "abandoned"


def test_the_emergency_number_needs_no_key_and_no_menu(c: RunningCenter) -> None:
    caller_number = number()
    with c.phone("ann"), c.call(did=DID_EMERGENCY, number=caller_number) as caller:
        [waiting] = c.wait_stage("queued")
        assert (waiting["queue"], waiting["path"]) == ("emergencia", ["emergency"])
        until(lambda: caller.audio.hears(HERTZ["es"]), "that help is being called", 10, c.log)
        c.set_status("ann", "available")
        c.wait_stage("talking")
        c.talk_a_while()
        caller.hang_up()
        c.wait_activity("ann", "wrapping_up")
        c.send_home()
    record = c.wait_record(caller_number)
    assert (record.emergency, record.outcome) == (True, "answered")
