"""The calls process as operations see it: a question that blocks its thread until the answer comes."""

import asyncio
import secrets
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Any

import msgspec

from ctiserver.bus import topics
from ctiserver.bus.port import Bus, NoAnswer
from ctiserver.core.errors import Refusal
from ctiserver.core.events import RequestAnswered

_SECONDS = 3.0
_JOB_SECONDS = 10.0


class BusEngines:
    """Called in threads; the bus lives on the loop."""

    def __init__(self, bus: Bus, loop: asyncio.AbstractEventLoop) -> None:
        self._bus, self._loop = bus, loop

    def request(self, kind: str, principal_login: str, fields: dict[str, Any]) -> str:
        request_id = secrets.token_hex(8)
        body = {"type": kind, "by": principal_login} | fields
        body.setdefault("request_id", request_id)
        try:
            answer = msgspec.json.decode(
                self._ask(topics.REQUESTS, msgspec.json.encode(body)), type=RequestAnswered
            )
        except NoAnswer as error:
            error.request_id = body["request_id"]  # type: ignore[attr-defined]
            raise
        if answer.error_id:
            raise Refusal(answer.error_id, answer.message)
        return answer.request_id

    def provision(self) -> None:
        self._ask(topics.PROVISION, b"")

    def reload(self) -> str:
        version: str = msgspec.json.decode(self._ask(topics.RELOAD, b""))["version"]
        return version

    def ask_job(self, kind: str, body: bytes) -> bytes:
        return self._ask(topics.job(kind), body, _JOB_SECONDS)

    def _ask(self, topic: str, body: bytes, seconds: float = _SECONDS) -> bytes:
        question = asyncio.run_coroutine_threadsafe(
            self._bus.request(topic, body, timeout_seconds=seconds), self._loop
        )
        try:
            return question.result(seconds + 1.0)
        except FutureTimeout:
            raise NoAnswer("the calls process did not answer") from None
