"""A script as it is written: pages that an agent walks with a customer, and what he replies to objections.

A page says something, asks one thing, or ends the talk. A question's answer decides the page after it. Objections
stand beside the pages: from every one of them the agent may go to an objection, reads the reply, and comes back or
goes where the objection leads; an objection below another one is offered after the other's reply. Pure.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

LANGUAGES = ("es", "en")
Kind = Literal["say", "yes_no", "choice", "text", "number", "date", "end"]
CHOICES_AT_MOST = 9
"""So many keys there are to choose with."""


class _Written(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """Something with a text in each language."""

    es: str = ""
    en: str = ""

    def text(self, language: str) -> str:
        """In this language; "" for one that there is not."""
        return str(getattr(self, language, ""))


class Choice(_Written, kw_only=True, frozen=True):
    """One answer of several. `value` is what is kept; `next` None: the page's."""

    value: str
    next: str | None = None


class Page(_Written, kw_only=True, frozen=True):
    """One step. What is answered is kept as `question`, "" for the page's own name.

    `next` leads on; after yes or no `yes` and `no` do, where they are written. `disposition`: the result that an end
    suggests.
    """

    kind: Kind = "say"
    question: str = ""
    next: str | None = None
    yes: str | None = None
    no: str | None = None
    choice: tuple[Choice, ...] = ()
    disposition: str | None = None

    @property
    def asks(self) -> bool:
        """Whether it has an answer."""
        return self.kind not in ("say", "end")

    def ways(self) -> Iterator[str]:
        """The pages that may come after it."""
        if self.kind == "yes_no":
            named = [self.yes or self.next, self.no or self.next]
        elif self.kind == "choice":
            named = [one.next or self.next for one in self.choice]
        else:
            named = [self.next]
        yield from dict.fromkeys(to for to in named if to is not None)

    def lacks_way(self) -> bool:
        """Whether some answer leads nowhere, because no page is written for it."""
        if self.kind == "end" or self.next is not None:
            return False
        if self.kind == "yes_no":
            return self.yes is None or self.no is None
        return self.kind != "choice" or any(one.next is None for one in self.choice)


class Objection(_Written, kw_only=True, frozen=True):
    """What a customer says against it (`es`, `en`), and the reply. `next` None: back to the page where he said it.

    `parent`: the objection after whose reply it is offered; None: it is offered on every page.
    """

    reply_es: str = ""
    reply_en: str = ""
    next: str | None = None
    parent: str | None = None

    def reply(self, language: str) -> str:
        """In this language; "" for one that there is not."""
        return str(getattr(self, f"reply_{language}", ""))


class Script(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A script. `values`: what each of its leads brings, by name, and its texts may speak of."""

    start: str
    values: tuple[str, ...] = ()
    page: dict[str, Page] = {}
    objection: dict[str, Objection] = {}

    def question_of(self, page: str) -> str | None:
        """The name under which the page's answer is kept; None: it asks nothing, or is not there."""
        found = self.page.get(page)
        return (found.question or page) if found and found.asks else None
