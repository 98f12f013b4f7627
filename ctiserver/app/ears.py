"""Who listens to callers for the calls process: the recognisers' processes, over the bus.

Recognising takes a core for a while; here it would hold up every call. Each process listens to a limited number of
callers at once; when all are taken the caller is not kept waiting: he has his keys.
"""

from asyncio import Future, ensure_future
from collections.abc import Callable, Sequence
from typing import Literal

import msgspec
import structlog

from ctiserver.bus import topics
from ctiserver.bus.port import Bus
from ctiserver.core.commands import Listen
from ctiserver.core.errors import CtiError
from ctiserver.core.inputs import SpeechHeard, SpeechMissed
from ctiserver.core.message import Input

_log = structlog.get_logger()
_PATIENCE_SECONDS = 5.0
"""Beyond the time that a caller has: connecting, and the last recognising."""


class Question(msgspec.Struct, kw_only=True):
    """What a recogniser's process is asked; `url`: where the sound comes from."""

    url: str
    phrases: tuple[str, ...]
    seconds: float


class Answer(msgspec.Struct, kw_only=True):
    """What it says; without `text` it heard nothing, or (`failed`) could not listen."""

    text: str = ""
    confidence: float = 0.0
    failed: bool = False


class BusEars:
    """Shares callers among the processes of their language; never raises."""

    def __init__(
        self,
        *,
        bus: Bus,
        media_url: str,
        workers: int,
        callers_per_worker: int,
        now: Callable[[], float],
        emit: Callable[[Input], None],
    ) -> None:
        """`media_url`: Asterisk's, to which the name of a connection is added; `workers`: per language."""
        self._bus, self._media_url, self._now, self._emit = bus, media_url, now, emit
        self._workers, self._callers_per_worker = workers, callers_per_worker
        self._taken: dict[str, int] = {}
        self._asking: set[Future[None]] = set()

    def hear(self, listen: Listen, connection: str) -> None:
        """Emits SpeechHeard or SpeechMissed, in a while."""
        topic = self._least_busy(listen.language)
        if self._taken.get(topic, 0) >= self._callers_per_worker:
            self._missed(listen, "busy")
        else:
            self._taken[topic] = self._taken.get(topic, 0) + 1
            asking = ensure_future(self._ask(topic, listen, self._media_url + connection))
            self._asking.add(asking)
            asking.add_done_callback(self._asking.discard)

    def _least_busy(self, language: str) -> str:
        topics_of_language = [topics.speech(language, number) for number in range(self._workers)]
        return min(topics_of_language, key=lambda topic: self._taken.get(topic, 0))

    async def _ask(self, topic: str, listen: Listen, url: str) -> None:
        question = Question(url=url, phrases=listen.phrases, seconds=listen.seconds)
        patience = listen.seconds + _PATIENCE_SECONDS
        try:
            body = await self._bus.request(topic, msgspec.json.encode(question), timeout_seconds=patience)
            answer = msgspec.json.decode(body, type=Answer)
        except (CtiError, TimeoutError, msgspec.DecodeError) as error:
            _log.warning("nobody listened to a caller", listening=listen.listening, error=str(error))
            answer = Answer(failed=True)
        finally:
            self._taken[topic] -= 1
        if answer.text:
            self._emit(
                SpeechHeard(
                    at=self._now(),
                    listening=listen.listening,
                    pii_text=answer.text,
                    confidence=answer.confidence,
                )
            )
        else:
            self._missed(listen, "failed" if answer.failed else "silence")

    def _missed(self, listen: Listen, reason: Literal["silence", "busy", "failed"]) -> None:
        self._emit(SpeechMissed(at=self._now(), listening=listen.listening, reason=reason))


def worker_names(languages: Sequence[str], workers: int) -> list[tuple[str, int]]:
    """Language and number of each process."""
    return [(language, number) for language in languages for number in range(workers)]
