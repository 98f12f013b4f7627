"""Has streets and comunas spoken soon after they were saved: a thread of the jobs process, at low priority.

The tool is the one that speaks the prompts. Without one nothing is spoken and nothing is lost: calls say the number of
the house, and what waits is spoken when a tool is there. The sounds keep within their part of the disk; the oldest go.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from crm_core import spoken_names
from crm_core.db import Store
from crm_core.spoken_names import Wanted
from ctiserver.app import prompt_files, prompt_rendering
from ctiserver.app.background_turns import BackgroundTurns
from ctiserver.app.prompt_rendering import Order
from ctiserver.app.rendered_names import names_of
from ctiserver.core.config import Config
from ctiserver.core.errors import InstallError

_log = structlog.get_logger()
EVERY_SECONDS = 3.0
AT_ONCE = 50
PATIENCE_SECONDS = 300.0
"""So long the tool may take for all that it is given at once."""
_MEGABYTE = 1_000_000
_SHORT: Mapping[str, str] = {
    "av": "avenida",
    "avda": "avenida",
    "pje": "pasaje",
    "psje": "pasaje",
    "cno": "camino",
    "gral": "general",
    "pdte": "presidente",
    "sta": "santa",
    "sto": "santo",
    "dr": "doctor",
}
_WORD = re.compile(r"\b([A-Za-z]+)\.?(?=\s)")


class NameRendering:
    """A thread from `start` to `stop`; `environment` may name the tool, as for `ctiserver ivr say`."""

    def __init__(self, store: Store, config: Config, environment: Mapping[str, str] = os.environ) -> None:
        self._store, self._config, self._environment = store, config, environment
        self._names = names_of(config)
        self._phonemes = prompt_files.load(config.prompts.directory).voices
        self._turns = BackgroundTurns("names", self.turn, every_seconds=EVERY_SECONDS)
        self._said_why = ""

    def start(self) -> None:
        """Begin to speak what waits."""
        self._turns.start()

    def stop(self) -> None:
        """Speak nothing more; what is under way ends by itself and is spoken anew some day."""
        self._turns.stop()

    def turn(self) -> bool:
        """Speak some of what waits; whether anything was spoken. Raises StoreError, OSError."""
        wanted = self._store.read(spoken_names.to_speak, AT_ONCE)
        command = self._command() if wanted else []
        if not command:
            return False
        missing = {one.id: one for one in wanted}
        try:
            self._speak(wanted, command, missing)
        except InstallError as error:
            _log.error("names cannot be spoken", names=len(missing), error=str(error))
            self._store.write(spoken_names.not_spoken, list(missing))
        most_bytes = self._config.prompts.names_megabytes * _MEGABYTE
        for gone in self._store.write(spoken_names.give_way, most_bytes):
            self._names.file(gone).unlink(missing_ok=True)
        return len(missing) < len(wanted)

    def _command(self) -> list[str]:
        """The tool; [] where there is none, which is said once."""
        try:
            command = prompt_rendering.command_from(self._environment, self._config.prompts.renderer)
            why = "" if shutil.which(command[0]) else f"there is no program {command[0]}"
            why = why or ("" if self._names.voices else "no prompt is spoken by a voice")
        except InstallError as error:
            command, why = [], str(error)
        if why and why != self._said_why:
            _log.warning("names of streets are not spoken; calls say the number of the house", why=why)
        self._said_why = why
        return [] if why else command

    def _speak(self, wanted: Sequence[Wanted], command: Sequence[str], missing: dict[int, Wanted]) -> None:
        folder = self._names.file("x").parent
        folder.mkdir(parents=True, exist_ok=True)
        # Beside the target, so that taking a sound over is one rename within a file system.
        with tempfile.TemporaryDirectory(dir=folder, prefix=".speaking-") as made:
            scratch = Path(made)
            by_wav = {scratch / f"{one.id}.wav": one for one in wanted}
            orders = [self._order(one, wav) for wav, one in by_wav.items()]
            for wav in prompt_rendering.speak(orders, command, scratch, PATIENCE_SECONDS):
                self._keep(by_wav[wav], wav)
                del missing[by_wav[wav].id]

    def _order(self, name: Wanted, wav: Path) -> Order:
        voice = self._names.voices.get(name.language) or next(iter(self._names.voices.values()))
        return Order(words=in_full(name), voice=voice, phonemes=self._phonemes[voice], wav=wav)

    def _keep(self, name: Wanted, wav: Path) -> None:
        prompt_rendering.checked_sound(wav, f"name {name.id}")
        sound, size_bytes = self._names.name(name.text, name.language), wav.stat().st_size
        target = self._names.file(sound)
        target.parent.mkdir(exist_ok=True)
        os.replace(wav, target)
        kept = self._store.write(spoken_names.spoken, name.id, sound, size_bytes)
        if not kept and not self._store.read(spoken_names.in_use, sound):
            target.unlink(missing_ok=True)


def in_full(name: Wanted) -> str:
    """What the voice is given: the usual short forms of Spanish addresses as words."""
    if name.language != "es":
        return name.text
    return _WORD.sub(lambda found: _SHORT.get(found[1].lower(), found[0]), name.text)
