"""Names of people and streets as sounds that were made beforehand, never during a call.

One wav per text and language, named by the hash of what it says, in the installation's state folder. What has none is
said in another way, or not at all. `NameRendering` in the jobs process makes them.
"""

from hashlib import sha256
from pathlib import Path

from ctiserver.core.config import Config

FOLDER = "names"


class RenderedNames:
    """Looks on the disk each time: the sounds are made by another process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def file(self, text: str, language: str) -> Path:
        """Where the sound of a name is, or would be."""
        name = sha256(" ".join(text.split()).encode()).hexdigest()[:24]
        return self._folder / language / f"{name}.wav"

    def sound(self, text: str, language: str) -> str | None:
        """The sound's path without extension, as Asterisk plays it; None: it was not made."""
        file = self.file(text, language)
        return str(file.with_suffix("")) if file.exists() else None


def names_of(config: Config) -> RenderedNames:
    """Those of this installation."""
    return RenderedNames(config.installation.state_dir.absolute() / FOLDER)
