"""Has an external tool speak the prompts that have no sound yet or whose text has changed.

The tool is a program of its own (`sounds/render_kokoro.py` in a virtual environment that docs/prompts.md
tells how to make), because its model and its GPL phonemes have no place in the product. It reads one JSON
order per line and names each file that it has finished. A file is taken over only if it is telephone sound
and no silence; those that were finished before a failure are kept, and the manifest says what every wav
speaks.
"""

import json
import math
import os
import shlex
import subprocess
import tempfile
import threading
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ctiserver.app import prompt_files
from ctiserver.core.errors import InstallError
from ivr.prompt_manifest import Manifest, Prompt

COMMAND_VARIABLE = "CTI_PROMPT_RENDERER"
QUIETEST_DBFS = -35.0
_MEND = "set it up as docs/prompts.md tells, then repeat: ctiserver ivr say"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What the tool is to speak, as which voice with which phonemes, into which file."""

    words: str
    voice: str
    phonemes: str
    wav: Path


def command_from(environment: Mapping[str, str], configured: str = "") -> list[str]:
    """The rendering command out of CTI_PROMPT_RENDERER, else the configured one. Raises InstallError for none."""
    command = shlex.split(environment.get(COMMAND_VARIABLE, "") or configured)
    if not command:
        raise InstallError(
            f"no tool to render prompts is configured in prompts.renderer or {COMMAND_VARIABLE}: {_MEND}"
        )
    return command


def stale(manifest: Manifest, directory: Path) -> list[Prompt]:
    """The rendered prompts that have no wav, or one that speaks another text."""
    return [
        prompt
        for prompt in manifest
        if prompt.source == "rendered"
        and (prompt.text_sha256 != prompt.words_sha256 or not prompt_files.wav_of(prompt, directory).exists())
    ]


def render(directory: Path, command: Sequence[str], report: Callable[[str], None]) -> list[Prompt]:
    """Renders what is stale in a prompts folder; the renewed prompts, in order of the manifest.

    Raises InstallError if the tool is absent, fails, or gives something that is not telephone sound.
    """
    manifest = prompt_files.load(directory)
    renewed: list[Prompt] = []
    wanted = stale(manifest, directory)
    if not wanted:
        report("every prompt is up to date")
        return renewed
    try:
        # Beside the target, so that taking a file over is one rename within a file system.
        with tempfile.TemporaryDirectory(dir=directory, prefix=".rendering-") as scratch:
            for prompt, wav in _spoken(manifest, wanted, command, Path(scratch)):
                renewed.append(_take_over(prompt, wav, directory))
                report(f"{prompt.language}/{prompt.key}: {renewed[-1].seconds:.1f} s")
    finally:
        if renewed:
            prompt_files.save(_with(manifest, renewed), directory)
    return renewed


def _spoken(
    manifest: Manifest, wanted: Sequence[Prompt], command: Sequence[str], scratch: Path
) -> Iterator[tuple[Prompt, Path]]:
    by_wav = {scratch / f"{prompt.language}-{prompt.key}.wav": prompt for prompt in wanted}
    orders = [
        Order(words=one.words, voice=one.voice, phonemes=manifest.voices[one.voice], wav=wav)
        for wav, one in by_wav.items()
    ]
    for wav in speak(orders, command, scratch):
        yield by_wav[wav], wav


def speak(
    orders: Sequence[Order], command: Sequence[str], scratch: Path, patience_seconds: float | None = None
) -> Iterator[Path]:
    """The wav of each order as the tool finishes it. After `patience_seconds`, unless None, the tool is ended.

    Raises InstallError if the tool is absent, fails or leaves something undone.
    """
    undone = {str(order.wav) for order in orders}
    written = scratch / "orders.jsonl"
    written.write_text("".join(_line(order) for order in orders), "utf-8")
    complaints = scratch / "complaints.txt"
    with written.open() as given, complaints.open("w") as heard:
        try:
            tool = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=heard, text=True)
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}"
            raise InstallError(f"the tool to render prompts cannot be started ({reason}): {_MEND}") from None
        patience = threading.Timer(patience_seconds or 0.0, tool.kill)
        if patience_seconds is not None:
            patience.start()
        try:
            with tool:
                for line in tool.stdout or ():
                    wav = line.strip()
                    if wav in undone:
                        undone.remove(wav)
                        yield Path(wav)
        except BaseException:
            tool.kill()
            raise
        finally:
            patience.cancel()
    if tool.returncode or undone:
        last = complaints.read_text("utf-8", "replace").strip().rpartition("\n")[2] or "no word why"
        raise InstallError(f"the tool to render prompts left {len(undone)} undone ({last}): {_MEND}")


def _line(order: Order) -> str:
    written = {"words": order.words, "voice": order.voice, "phonemes": order.phonemes, "wav": str(order.wav)}
    return json.dumps(written, ensure_ascii=False) + "\n"


def checked_sound(wav: Path, what: str) -> prompt_files.Sound:
    """What the tool made of `what`. Raises InstallError for what is not telephone sound, or next to silence."""
    try:
        sound = prompt_files.measure(wav)
    except (OSError, EOFError, wave.Error):
        raise InstallError(f"the tool to render prompts gave no wav for {what}: {_MEND}") from None
    if (sound.rate_hz, sound.bits, sound.channels) != (8000, 16, 1):
        raise InstallError(f"the sound of {what} is not 8 kHz, 16 bits, mono: {_MEND}")
    if not QUIETEST_DBFS < sound.rms_dbfs < math.inf:
        raise InstallError(f"the sound of {what} is next to silence: {_MEND}")
    return sound


def _take_over(prompt: Prompt, wav: Path, directory: Path) -> Prompt:
    sound = checked_sound(wav, prompt.key)
    target = prompt_files.wav_of(prompt, directory)
    target.parent.mkdir(exist_ok=True)
    os.replace(wav, target)
    return replace(
        prompt,
        text_sha256=prompt.words_sha256,
        wav_sha256=sound.sha256,
        seconds=round(sound.seconds, 3),
    )


def _with(manifest: Manifest, renewed: Sequence[Prompt]) -> Manifest:
    fresh = {(prompt.key, prompt.language): prompt for prompt in renewed}
    prompts = {
        key: {language: fresh.get((key, language), prompt) for language, prompt in by_language.items()}
        for key, by_language in manifest.prompts.items()
    }
    return replace(manifest, prompts=prompts)
