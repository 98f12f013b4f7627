"""From what an engine wants said to what Asterisk plays."""

from pathlib import Path

from ctiserver.app import prompt_files
from ctiserver.asterisk import install
from ctiserver.core.commands import Play
from ctiserver.core.config import Config
from ivr.prompts import Prompts


class SpokenMedia:
    """Resolves keys of the manifest, `number:N` and `place:N` into ARI media URIs, never into none."""

    def __init__(self, prompts: Prompts) -> None:
        self._prompts = prompts

    def __call__(self, play: Play) -> list[str]:
        """The media of a Play, in order."""
        return [uri for say in play.says for uri in self._media(say, play.language)]

    def _media(self, say: str, language: str) -> tuple[str, ...]:
        kind, _, value = say.partition(":")
        if kind == "number":
            return self._prompts.number(int(value), language)
        if kind == "place":
            return self._prompts.place(int(value), language)
        if say not in self._prompts:
            return self._prompts.media("beep", language)
        return self._prompts.media(say, language)


def prompts_of(config: Config) -> Prompts:
    """The installation's prompts, as far as their sounds are there."""
    directory: Path = config.prompts.directory
    asterisk = install.installed(config)
    available = None
    if asterisk:
        available = prompt_files.available(directory, Path(asterisk.data_dir) / "sounds")
    return Prompts(prompt_files.load(directory), str(directory.absolute()), available=available)
