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
import wave
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from ctiserver.app import prompt_files
from ctiserver.core.errors import InstallError
from ivr.prompt_manifest import Manifest, Prompt

COMMAND_VARIABLE = "CTI_PROMPT_RENDERER"
QUIETEST_DBFS = -35.0
_MEND = "set it up as docs/prompts.md tells, then repeat: ctiserver ivr say"


def command_from(environment: Mapping[str, str]) -> list[str]:
    """The rendering command out of CTI_PROMPT_RENDERER. Raises InstallError if that is not set."""
    command = shlex.split(environment.get(COMMAND_VARIABLE, ""))
    if not command:
        raise InstallError(f"no tool to render prompts is configured in {COMMAND_VARIABLE}: {_MEND}")
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
    by_wav = {str(scratch / f"{prompt.language}-{prompt.key}.wav"): prompt for prompt in wanted}
    orders = scratch / "orders.jsonl"
    orders.write_text("".join(_order(manifest, prompt, wav) for wav, prompt in by_wav.items()), "utf-8")
    complaints = scratch / "complaints.txt"
    with orders.open() as given, complaints.open("w") as heard:
        try:
            tool = subprocess.Popen(command, stdin=given, stdout=subprocess.PIPE, stderr=heard, text=True)
        except OSError as error:
            reason = f"{error.strerror}: {error.filename}"
            raise InstallError(f"the tool to render prompts cannot be started ({reason}): {_MEND}") from None
        try:
            with tool:
                for line in tool.stdout or ():
                    wav = line.strip()
                    if wav in by_wav:
                        yield by_wav.pop(wav), Path(wav)
        except BaseException:
            tool.kill()
            raise
    if tool.returncode or by_wav:
        last = complaints.read_text("utf-8", "replace").strip().rpartition("\n")[2] or "no word why"
        raise InstallError(f"the tool to render prompts left {len(by_wav)} undone ({last}): {_MEND}")


def _order(manifest: Manifest, prompt: Prompt, wav: str) -> str:
    phonemes = manifest.voices[prompt.voice]
    order = {"words": prompt.words, "voice": prompt.voice, "phonemes": phonemes, "wav": wav}
    return json.dumps(order, ensure_ascii=False) + "\n"


def _take_over(prompt: Prompt, wav: Path, directory: Path) -> Prompt:
    try:
        sound = prompt_files.measure(wav)
    except (OSError, EOFError, wave.Error):
        raise InstallError(f"the tool to render prompts gave no wav for {prompt.key}: {_MEND}") from None
    if (sound.rate_hz, sound.bits, sound.channels) != (8000, 16, 1):
        raise InstallError(f"the sound of {prompt.key} is not 8 kHz, 16 bits, mono: {_MEND}")
    if not QUIETEST_DBFS < sound.rms_dbfs < math.inf:
        raise InstallError(f"the sound of {prompt.key} is next to silence: {_MEND}")
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
