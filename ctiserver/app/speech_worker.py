"""A recogniser's process: one language, its model in memory, several callers at once.

It serves only once the model is loaded; until then, and when it dies, callers use their keys.
"""

import asyncio
import signal
from pathlib import Path

import msgspec
import structlog

from ctiserver.app.child import REFUSED_EXIT_STATUS
from ctiserver.app.ears import Answer, Question
from ctiserver.bus import topics
from ctiserver.bus.redis_bus import RedisBus
from ctiserver.core.config import Config
from ctiserver.process import folders
from ctiserver.process.heartbeat import start_beating
from ctiserver.speech.media_stream import NoSound, listen
from ctiserver.speech.recogniser import SpeechModel

_log = structlog.get_logger()


async def answer(model: SpeechModel, body: bytes) -> bytes:
    """Listens to one caller."""
    question = msgspec.json.decode(body, type=Question)
    recogniser = await asyncio.to_thread(model.recogniser, question.phrases)
    try:
        heard = await listen(question.url, recogniser, question.seconds)
    except NoSound as error:
        _log.warning("no sound of a caller", error=str(error))
        return msgspec.json.encode(Answer(failed=True))
    if heard is None:
        return msgspec.json.encode(Answer())
    return msgspec.json.encode(Answer(text=heard.text, confidence=heard.confidence))


async def _serve(config: Config, language: str, number: int, model: SpeechModel) -> None:
    loop, stopping = asyncio.get_running_loop(), asyncio.Event()
    for signal_number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signal_number, stopping.set)
    bus = RedisBus(folders.redis_url(config), prefix=f"{config.installation.name}:")
    await bus.start()
    await bus.serve(topics.speech(language, number), lambda body: asyncio.ensure_future(answer(model, body)))
    start_beating(loop.call_later)
    _log.info("the speech model is loaded", language=language)
    await stopping.wait()
    await bus.stop()


def run(config: Config, language: str, number: int) -> int:
    """Serve until SIGTERM; 78 without Vosk or without the model, which one line explains."""
    folder = folders.speech_dir(config) / language
    model = load(folder)
    if model is None:
        return REFUSED_EXIT_STATUS
    asyncio.run(_serve(config, language, number, model))
    return 0


def load(folder: Path) -> SpeechModel | None:
    """The model; None, and a line in the log, when there can be none."""
    try:
        from ctiserver.speech.vosk_recogniser import VoskModel
    except ImportError as error:
        _log.error("no recogniser here: pip install 'ctiserver[speech]'", error=str(error))
        return None
    try:
        return VoskModel(folder)
    except Exception as error:  # Vosk raises nothing narrower
        _log.error(
            "no speech model; bring one: ctiserver speech install", folder=str(folder), error=str(error)
        )
        return None
