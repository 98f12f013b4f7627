import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec

from ctiserver.app.ears import Answer, BusEars, Question, worker_names
from ctiserver.bus import topics
from ctiserver.bus.local import LocalBus
from ctiserver.core.commands import Listen
from ctiserver.core.ids import LegId, ListeningId
from ctiserver.core.inputs import SpeechHeard, SpeechMissed
from ctiserver.core.message import Input

Worker = Callable[[Question], Awaitable[Answer]]


def listen(name: str) -> Listen:
    return Listen(
        listening=ListeningId(name), leg=LegId("leg"), language="es", phrases=("saldo", "visita"), seconds=5
    )


async def told(worker: Worker | None, *listenings: str, callers_per_worker: int = 2) -> list[Any]:
    """What the ears said of each listening, in the order in which they said it."""
    bus, said, complete = LocalBus(), [], asyncio.Event()

    def emit(one: Input) -> None:
        said.append(one)
        if len(said) == len(listenings):
            complete.set()

    async def serve(body: bytes) -> bytes:
        assert worker
        return msgspec.json.encode(await worker(msgspec.json.decode(body, type=Question)))

    if worker:
        await bus.serve(topics.speech("es", 0), serve)
    ears = BusEars(
        bus=bus,
        media_url="ws://asterisk/media/",
        workers=1,
        callers_per_worker=callers_per_worker,
        now=lambda: 9.0,
        emit=emit,
    )
    for name in listenings:
        ears.hear(listen(name), f"connection-{name}")
    await complete.wait()
    return said


def test_a_recogniser_is_given_the_phrases_and_the_place_of_the_sound_and_its_answer_is_told() -> None:
    questions = []

    async def worker(question: Question) -> Answer:
        questions.append(question)
        return Answer(text="saldo", confidence=0.9)

    assert asyncio.run(told(worker, "l1")) == [
        SpeechHeard(at=9.0, listening=ListeningId("l1"), pii_text="saldo", confidence=0.9)
    ]
    assert questions == [
        Question(url="ws://asterisk/media/connection-l1", phrases=("saldo", "visita"), seconds=5)
    ]


def test_silence_and_failure_are_told_apart() -> None:
    async def silence(_question: Question) -> Answer:
        return Answer()

    async def failure(_question: Question) -> Answer:
        return Answer(failed=True)

    for worker, reason in ((silence, "silence"), (failure, "failed"), (None, "failed")):
        [missed] = asyncio.run(told(worker, "l1"))
        assert missed == SpeechMissed(at=9.0, listening=ListeningId("l1"), reason=reason)


def test_who_comes_when_all_are_listened_to_is_told_at_once() -> None:
    async def worker(_question: Question) -> Answer:
        return Answer(text="visita", confidence=1.0)

    said = asyncio.run(told(worker, "l1", "l2", "l3", callers_per_worker=2))
    assert {one.listening: getattr(one, "reason", "heard") for one in said} == {
        "l1": "heard",
        "l2": "heard",
        "l3": "busy",
    }


def test_each_language_has_its_own_processes() -> None:
    assert worker_names(("en", "es"), 2) == [("en", 0), ("en", 1), ("es", 0), ("es", 1)]
