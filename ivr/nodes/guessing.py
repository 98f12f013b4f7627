"""A node that guesses why somebody calls and offers that as one key: "are you calling about tomorrow's visit?".

Guessed is the likeliest of what is open of him (`Matter`), if he is known by his number and the node leads somewhere
for it. Of the way through the menus a right guess saves `saves_seconds`; a wrong one costs `limit_seconds` at most, for
they run from the first word on and then the flow goes on. It is offered only where more is saved than lost on average:

    probability * saves_seconds > (1 - probability) * limit_seconds

Any other key goes on at once and counts for what is behind; the key of the guess still counts at the menu there, for
whoever needs a moment to answer. One caller in ten is left without the question, by lot, so that it can be told what it
saves; the lot is drawn from the contact's id, for a journal that is replayed must draw it again.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import ClassVar

from ctiserver.core.customers import MATTERS, Matter
from ctiserver.core.events import GuessTaken, ReasonGuessed, Treatment
from ctiserver.core.toml_mistakes import Wrong, wrong
from ivr.caller import Caller
from ivr.nodes.base import Known, NodeBase
from ivr.session_state import Session

LONGEST_SECONDS = 3.0
HELD_OUT_ONE_IN = 10
_PROMPTS = {("visit", "today"): "guess-visit-today", ("visit", "tomorrow"): "guess-visit-tomorrow"}


class Guess(NodeBase, tag="guess"):
    """`offers`: the node for each kind of matter that may be guessed; `next`: the node for everybody else."""

    offers: dict[str, str]
    key: str
    next: str
    limit_seconds: float = LONGEST_SECONDS
    saves_seconds: float = 15.0

    speaks_in_time: ClassVar[bool] = True

    def exits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.offers.values(), self.next)))

    def ways(self) -> Mapping[str, str]:
        return {self.next: "…"} | dict.fromkeys(self.offers.values(), self.key)

    def says(self) -> tuple[str, ...]:
        of_day = [prompt for (kind, _), prompt in _PROMPTS.items() if kind in self.offers]
        return (*of_day, *(f"guess-{kind}" for kind in self.offers if kind in MATTERS), self._press())

    def wrong(self, known: Known) -> Iterator[Wrong]:
        if not self.offers:
            yield wrong(("offers",), "no_offers")
        for kind in self.offers:
            if kind not in MATTERS:
                yield wrong(("offers", kind), "no_matter", kind=kind, kinds=", ".join(MATTERS))
        if not 0 < self.limit_seconds <= LONGEST_SECONDS:
            yield wrong(("limit_seconds",), "guess_too_long", most=f"{LONGEST_SECONDS:g}")

    def enter(self, caller: Caller) -> str | None:
        session = caller.session
        guessed, session.matters = likeliest(session.matters, self.offers), ()
        if guessed is None:
            return self.next
        treatment = self._treatment(session, guessed)
        caller.tell(
            ReasonGuessed(
                at=caller.turn.at,
                contact=session.contact,
                kind=guessed.kind,
                recency=guessed.recency,
                probability=guessed.probability,
                treatment=treatment,
                node=self.offers[guessed.kind],
            )
        )
        if treatment != "offered":
            return self.next
        session.guessing, session.guess_node = session.node, self.offers[guessed.kind]
        words = _PROMPTS.get((guessed.kind, guessed.recency), f"guess-{guessed.kind}")
        caller.hear((words, self._press()))
        caller.wait(self.limit_seconds)
        return None

    def ahead(self, caller: Caller) -> str | None:
        return self.next

    def pressed(self, caller: Caller, digit: str) -> str | None:
        caller.stop_waiting()
        caller.hush()
        caller.tell(GuessTaken(at=caller.turn.at, contact=caller.session.contact))
        return caller.session.guess_node

    def silent(self, caller: Caller) -> str | None:
        caller.hush()
        return self.next

    def _press(self) -> str:
        """The words for its key; the checker tells where there are none."""
        return f"press-{self.key}"

    def _treatment(self, session: Session, guessed: Matter) -> Treatment:
        if not is_worth_it(guessed.probability, self.saves_seconds, self.limit_seconds):
            return "not_worth"
        return "held_out" if is_held_out(session.contact) else "offered"


def likeliest(matters: Sequence[Matter], offers: Mapping[str, str]) -> Matter | None:
    """What he most probably calls about, of what is offered; None: nothing is open of him. The first of equals."""
    return max((one for one in matters if one.kind in offers), key=lambda one: one.probability, default=None)


def is_worth_it(probability: float, saves_seconds: float, costs_seconds: float) -> bool:
    """Whether the question saves time on average."""
    return probability * saves_seconds > (1 - probability) * costs_seconds


def is_held_out(contact: str) -> bool:
    """Whether this contact is one of the tenth that is not asked; always the same for the same id."""
    return int.from_bytes(sha256(contact.encode()).digest()[:8]) % HELD_OUT_ONE_IN == 0
