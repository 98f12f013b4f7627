"""A caller says what he wants: real call, real Asterisk, real Vosk in its own process.

The model is a Korean one, installed as if it were Spanish: no Spanish one can be had from a package.
"""

import os
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from ctiserver.core.events import SpeechJudged
from tests.integration.daemon import RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.sipp import Caller, until
from tests.spoken import AGENT, MISHEARD, MODEL, SOUNDS, VISIT

pytestmark = pytest.mark.integration
_FLOW = f"""
name = "main"
start = "wish"
emergency = {{ key = "9", node = "emergency" }}
operator = {{ key = "0", node = "operator" }}

[node.wish]
type = "menu"
prompts = ["one-moment"]
keys = {{ 1 = "agent", 2 = "visit" }}
timeout_seconds = 6
on_failure = "operator"

[node.wish.speech]
phrases.es = {{ 1 = ["{AGENT}"], 2 = ["{VISIT}"] }}

[node.agent]
type = "queue"
queue = "servicio"
collect = {{ reason = "agent" }}

[node.visit]
type = "queue"
queue = "servicio"
collect = {{ reason = "visit" }}

[node.operator]
type = "queue"
queue = "servicio"

[node.emergency]
type = "queue"
queue = "emergencia"
"""
_ordinals = count(1)


@pytest.fixture(scope="module")
def c(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    with center(tmp_path_factory.mktemp("center"), start=False) as running:
        (running.folder / "flows/main.toml").write_text(_FLOW)
        models = running.asterisk.config.installation.state_dir / "speech"
        models.mkdir(parents=True)
        (models / "es").symlink_to(MODEL)
        running.start()
        until(lambda: "speech model is loaded" in running.log(), "a recogniser", 120, running.log)
        yield running


@pytest.fixture
def caller(c: RunningCenter) -> Iterator[Caller]:
    with c.call(number=f"+56933300{next(_ordinals):03}") as calling:
        calling.wait_answered()
        yield calling
        if calling.talking:
            calling.hang_up()


def listens(c: RunningCenter) -> list[str]:
    """The channels through which a caller's sound goes to a recogniser."""
    return [channel for channel in c.asterisk.bridged() if channel.startswith("media-")]


def says(c: RunningCenter, caller: Caller, sound: Path) -> None:
    """Speaks once somebody listens; as people do he says it again if the time for it passed before he was heard."""
    probe = JournalProbe(c.asterisk.config)
    for _ in range(3):
        until(lambda: listens(c), "somebody listens", 30, c.log)
        caller.audio.say(sound)
        until(lambda: not listens(c), "he was heard", 30, c.log)
        until(lambda: verdicts(probe) or listens(c), "what it meant, or another question", 30, c.log)
        if verdicts(probe):
            return
    raise AssertionError(f"nobody heard him: {c.log()}")


def reason(c: RunningCenter) -> str:
    """What the caller wants, as his queue knows it."""
    [contact] = c.wait_stage("queued", seconds=30)
    return str(contact["values"]["reason"])


def verdicts(probe: JournalProbe) -> list[tuple[str, str]]:
    return [(one.pii_text, one.verdict) for one in probe.events(SpeechJudged)]


def test_a_word_leads_to_its_queue_and_the_agent_knows_it(c: RunningCenter, caller: Caller) -> None:
    probe = JournalProbe(c.asterisk.config)
    says(c, caller, SOUNDS[VISIT])
    assert reason(c) == "visit"
    assert verdicts(probe) == [(VISIT, "taken")]


def test_what_is_no_phrase_is_asked_again_and_the_next_word_counts(c: RunningCenter, caller: Caller) -> None:
    probe = JournalProbe(c.asterisk.config)
    says(c, caller, MISHEARD)
    says(c, caller, SOUNDS[AGENT])
    assert reason(c) == "agent"
    assert [verdict for _text, verdict in verdicts(probe)] == ["unclear", "taken"]


def test_keys_work_while_somebody_listens_and_when_the_recogniser_is_dead(
    c: RunningCenter, caller: Caller
) -> None:
    until(lambda: listens(c), "somebody listens", 30, c.log)
    caller.press("1")
    assert reason(c) == "agent"
    caller.hang_up()
    until(lambda: not c.view()["contacts"], "nobody", 15, c.log)
    os.kill(c.children()["speech"], signal.SIGKILL)
    with c.call(number=f"+56933300{next(_ordinals):03}") as second:
        second.wait_answered()
        until(lambda: c.probe.told("NodeEntered", node="wish"), "the menu", 15, c.log)
        second.press("2")
        assert reason(c) == "visit"
        second.hang_up()


def test_a_calls_process_that_is_killed_while_somebody_listens_asks_again(
    c: RunningCenter, caller: Caller
) -> None:
    until(lambda: listens(c), "somebody listens", 60, c.log)
    [before] = listens(c)
    c.kill_calls()
    until(lambda: before not in c.asterisk.bridged(), "the old ear is gone", 30, c.log)
    says(c, caller, SOUNDS[AGENT])
    assert reason(c) == "agent"
