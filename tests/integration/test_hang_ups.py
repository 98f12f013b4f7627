"""The caller hangs up at every stage: one record, which says where he was and that it was he."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest

from crm_core.interactions import Interaction
from ctiserver.core.inputs import DigitPressed
from tests.integration.daemon import RunningCenter, center
from tests.integration.journal_probe import JournalProbe
from tests.integration.sipp import Caller, Phone, until
from tests.integration.tone_prompts import tone_prompts

pytestmark = pytest.mark.integration

PROMPT_SECONDS = 60.0
_ordinals = count(1)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningCenter]:
    """One center for all tests here; its prompts last until a key or the end of the call."""
    folder = tmp_path_factory.mktemp("hang-ups")
    with center(folder, more=tone_prompts(folder / "tones", PROMPT_SECONDS)) as started:
        yield started


@pytest.fixture
def c(running: RunningCenter) -> Iterator[RunningCenter]:
    """The center with everybody at home, before and after."""
    running.probe.events.clear()
    yield running
    running.asterisk.wait_quiet()
    until(lambda: not running.view()["contacts"], "the end of all contacts", 10, running.log)
    running.send_home()


@dataclass
class Scene:
    """One caller and ann's phone, which rings until told; steps bring the call forward."""

    c: RunningCenter
    caller: Caller
    ann: Phone

    def greeting(self) -> None:
        self.told("NodeEntered", node="welcome")

    def menu(self) -> None:
        self.caller.press("*")
        self.told("NodeEntered", node="main")

    def second_menu(self) -> None:
        self.caller.press("1")
        self.told("NodeEntered", node="invoices")

    def queue(self) -> None:
        self.caller.press("0")
        self.c.wait_stage("queued")

    def offer(self) -> None:
        self.queue()
        self.c.set_status("ann", "available")
        self.ann.wait_ringing()
        until(lambda: self.c.probe.told("OfferRinging"), "the ringing", 10, self.c.log)

    def talk(self) -> None:
        self.offer()
        self.ann.answer()
        self.c.wait_stage("talking")
        self.c.talk_a_while()

    def invitation(self) -> None:
        self.talk()
        self.ann.hang_up()
        self.c.wait_stage("survey")

    def first_question(self) -> None:
        self.invitation()
        probe = JournalProbe(self.c.asterisk.config)
        self.caller.press("1")
        until(lambda: probe.inputs(DigitPressed), "the key that accepts", 15, self.c.log)

    def second_question(self) -> None:
        self.invitation()
        self.caller.press("14")
        self.told("SurveyAnswered", question="satisfaction")

    def goodbye(self) -> None:
        self.invitation()
        self.caller.press("2")
        self.told("SurveyDeclined")

    def told(self, kind: str, **fields: str) -> None:
        until(lambda: self.c.probe.told(kind, **fields), f"{kind} {fields}", 15, self.c.log)


@dataclass(frozen=True)
class Leaves:
    """The caller hangs up after `step`; what the record then says."""

    step: Callable[[Scene], None]
    where: str
    outcome: str
    path: tuple[str, ...] = ("welcome", "operator")
    offers: tuple[str, ...] = ()
    answers: dict[str, int] = field(default_factory=dict)


TALKED = ("answered",)
STAGES = {
    "greeting": Leaves(Scene.greeting, "ivr", "ended_in_ivr", ("welcome",)),
    "menu": Leaves(Scene.menu, "ivr", "ended_in_ivr", ("welcome", "main")),
    "second menu": Leaves(Scene.second_menu, "ivr", "ended_in_ivr", ("welcome", "main", "invoices")),
    "queue": Leaves(Scene.queue, "queue", "abandoned"),
    "offer": Leaves(Scene.offer, "offer", "abandoned", offers=("withdrawn",)),
    "talk": Leaves(Scene.talk, "talk", "answered", offers=TALKED),
    "survey invitation": Leaves(Scene.invitation, "survey", "answered", offers=TALKED),
    "first question": Leaves(Scene.first_question, "survey", "answered", offers=TALKED),
    "second question": Leaves(
        Scene.second_question, "survey", "answered", offers=TALKED, answers={"satisfaction": 4}
    ),
    "goodbye": Leaves(Scene.goodbye, "goodbye", "answered", offers=TALKED),
}


@pytest.mark.parametrize("leaves", STAGES.values(), ids=STAGES)
def test_a_caller_who_hangs_up_leaves_one_record_that_says_where(c: RunningCenter, leaves: Leaves) -> None:
    number = f"+569555{next(_ordinals):05}"
    with c.phone("ann", ring_seconds=None) as ann, c.call(number=number) as caller:
        caller.wait_answered()
        leaves.step(Scene(c, caller, ann))
        caller.hang_up()
        if leaves.outcome == "answered":
            c.wait_activity("ann", "wrapping_up")
            c.dispose("ann")
        else:
            c.wait_activity("ann", "idle")
    record = c.wait_record(number)
    assert (record.ended_where, record.ended_by, record.outcome) == (leaves.where, "caller", leaves.outcome)
    assert tuple(step["node"] for step in record.menu_path) == leaves.path
    assert tuple(offer.result for offer in record.offers) == leaves.offers
    assert {answer.question: answer.value for answer in record.answers} == leaves.answers
    assert _in_order(record)


def test_a_caller_who_gives_up_while_the_phone_rings_frees_the_agent_without_blame(c: RunningCenter) -> None:
    number = f"+569555{next(_ordinals):05}"
    with c.phone("ann", ring_seconds=None) as ann, c.call(number=number) as caller:
        caller.wait_answered()
        Scene(c, caller, ann).offer()
        caller.hang_up()
        assert ann.wait_ended() == "cancelled"
        c.wait_activity("ann", "idle")
        assert c.view()["agents"]["ann"]["status"] == "available"


def _in_order(record: Interaction) -> bool:
    """Whether the moments that there were came one after the other."""
    moments = (
        record.arrived_at,
        record.answered_by_ivr_at,
        record.queued_at,
        record.connected_at,
        record.ended_at,
    )
    there = [moment for moment in moments if moment is not None]
    return there == sorted(there)
