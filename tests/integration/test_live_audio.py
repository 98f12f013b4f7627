"""What a caller says reaches a recogniser: Asterisk's WebSocket, the real Vosk, a real call."""

import asyncio
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from ctiserver.core.commands import Answer, DropLeg, Listen, StopListening
from ctiserver.core.ids import LegId
from ctiserver.core.inputs import CallArrived, LegAnswered, SpeechMissed
from ctiserver.speech.media_stream import NoSound, listen
from ctiserver.speech.recogniser import Heard, Recogniser
from ctiserver.speech.vosk_recogniser import VoskModel
from tests.integration.ari_center import AriCenter
from tests.integration.asterisk import PrivateAsterisk
from tests.integration.reactor_thread import ReactorThread
from tests.integration.sipp import Caller, until
from tests.spoken import AGENT, MODEL, NO, SOUNDS, VISIT, YES

pytestmark = pytest.mark.integration
MENU, ANSWERS = (AGENT, VISIT), (YES, NO)


@pytest.fixture(scope="module")
def thread() -> Iterator[ReactorThread]:
    running = ReactorThread()
    yield running
    running.stop()


class Listener:
    """A recogniser that tells when sound comes to it: what is said before the connection stands is lost."""

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser
        self.begun = threading.Event()

    def accept(self, sound: bytes) -> Heard | None:
        self.begun.set()
        return self._recogniser.accept(sound)

    def finish(self) -> Heard | None:
        return self._recogniser.finish()


class Hearing:
    """Recognises in a thread what the switch offers; `heard` are the results in order."""

    def __init__(self, asterisk: PrivateAsterisk) -> None:
        self._url = f"ws://127.0.0.1:{asterisk.config.asterisk.http_port}/media/"
        self._model = VoskModel(MODEL)
        self._threads = ThreadPoolExecutor(2)
        self._listeners: list[Listener] = []
        self.heard: list[Future[Heard | None]] = []

    def __call__(self, command: Listen, connection: str) -> None:
        listener = Listener(self._model.recogniser(command.phrases))
        self._listeners.append(listener)
        listening = listen(self._url + connection, listener, command.seconds)
        self.heard.append(self._threads.submit(asyncio.run, listening))

    def wait(self, number: int) -> Future[Heard | None]:
        """What the listener of this number, from 0, will have heard; returns as soon as sound comes to him."""
        until(lambda: len(self.heard) > number and self._listeners[number].begun.is_set(), "sound to hear")
        return self.heard[number]


@pytest.fixture
def center(asterisk: PrivateAsterisk, thread: ReactorThread) -> Iterator[AriCenter]:
    with AriCenter(asterisk, thread, hear=Hearing(asterisk)) as running:
        yield running
    asterisk.wait_quiet()


def listening(center: AriCenter, leg: LegId, seconds: float, phrases: tuple[str, ...] = MENU) -> Listen:
    command = Listen(
        listening=center.new_id("listening"), leg=leg, language="es", phrases=phrases, seconds=seconds
    )
    center.perform(command)
    return command


def answered(center: AriCenter, caller: Caller) -> LegId:
    leg = center.wait(CallArrived).leg
    center.perform(Answer(leg=leg))
    center.wait(LegAnswered, leg=leg)
    caller.wait_answered()
    return leg


def test_words_of_a_caller_are_recognised_one_listening_after_the_other(
    asterisk: PrivateAsterisk, center: AriCenter
) -> None:
    hearing = center.hearing
    with asterisk.call() as caller:
        leg = answered(center, caller)
        for number, word in enumerate((AGENT, YES, VISIT, NO)):
            phrases = MENU if word in MENU else ANSWERS
            command = listening(center, leg, 6, phrases)
            result = hearing.wait(number)
            caller.audio.say(SOUNDS[word])
            began = time.monotonic()
            heard = result.result(timeout=60)
            assert heard is not None
            print(f"{heard.text} ({heard.confidence:.2f}) {time.monotonic() - began:.2f} s after it began")
            assert (heard.text, heard.confidence > 0.8) == (word, True)
            center.perform(StopListening(listening=command.listening))
        silence = listening(center, leg, seconds=1)
        assert hearing.wait(4).result(timeout=60) is None
        center.perform(StopListening(listening=silence.listening), DropLeg(leg=leg))
        caller.wait_ended()


def test_a_caller_who_hangs_up_ends_the_sound_and_nothing_is_left(
    asterisk: PrivateAsterisk, center: AriCenter
) -> None:
    with asterisk.call() as caller:
        leg = answered(center, caller)
        listening(center, leg, seconds=60)
        result = center.hearing.wait(0)
        caller.hang_up()
    assert result.result(timeout=60) is None


def test_a_leg_that_is_gone_gives_no_sound_and_says_so(center: AriCenter) -> None:
    command = listening(center, LegId("nobody"), seconds=5)
    assert center.wait(SpeechMissed, listening=command.listening).reason == "failed"


def test_a_connection_that_asterisk_does_not_know_is_no_sound(asterisk: PrivateAsterisk) -> None:
    url = f"ws://127.0.0.1:{asterisk.config.asterisk.http_port}/media/unknown"
    recogniser = VoskModel(MODEL).recogniser(MENU)
    with pytest.raises(NoSound):
        asyncio.run(listen(url, recogniser, 1))
