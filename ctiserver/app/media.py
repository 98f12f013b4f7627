"""From what an engine wants said to what Asterisk plays."""

from ctiserver.core.commands import Play
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
