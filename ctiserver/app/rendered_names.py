"""Names of streets and comunas as sounds that were made beforehand, never during a call.

One wav per text, language and voice, named by their hash, in the installation's state folder. What has none in the
caller's language is said in the other one's voice, else in another way, or not at all. `NameRendering` in the jobs
process makes them.
"""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ctiserver.app import prompt_files
from ctiserver.core.config import Config
from ctiserver.process import folders
from ivr.prompt_manifest import Manifest


class RenderedNames:
    """Looks on the disk each time: the sounds are made by another process."""

    def __init__(self, folder: Path, voices: Mapping[str, str]) -> None:
        """`voices`: that of each language."""
        self._folder, self.voices = folder, voices

    def name(self, text: str, language: str) -> str:
        """What the sound of a text is called, "es/0a1b2c": without folder and extension."""
        said = "\n".join((self.voices.get(language, ""), " ".join(text.split())))
        return f"{language}/{sha256(said.encode()).hexdigest()[:24]}"

    def file(self, name: str) -> Path:
        """Where a sound is, or would be."""
        return self._folder / f"{name}.wav"

    def sound(self, text: str, language: str) -> str | None:
        """The sound's path without extension, as Asterisk plays it; None: it was not made."""
        for one in sorted(self.voices, key=lambda other: other != language):
            file = self.file(self.name(text, one))
            if file.exists():
                return str(file.with_suffix(""))
        return None


def names_of(config: Config) -> RenderedNames:
    """Those of this installation, spoken by the voices of its prompts. Raises ConfigError without prompts."""
    manifest = prompt_files.load(config.prompts.directory)
    return RenderedNames(folders.names_dir(config).absolute(), voices_of(manifest))


def voices_of(manifest: Manifest) -> dict[str, str]:
    """The voice of each language in which something is rendered."""
    return {one.language: one.voice for one in manifest if one.source == "rendered" and one.voice}
