"""What was guessed of a contact's reason, and how far it was right: one row for each guess.

`about`: whether it was what he called for: he took it, or came to its node by himself as the first that did something
for him. `goal_at`: when he came to that first node, a queue or an action, whichever it was; where he came to none, when
he left. Of the callers of one treatment the seconds up to there are what a guess can save.
"""

from sqlalchemy import Double, ForeignKey, Index, case, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base, EpochSeconds, one_of
from crm_core.guess_odds import Odds
from ctiserver.core import events as e

TREATMENTS = ("offered", "held_out", "not_worth")
HISTORY_SECONDS = 60 * 86_400.0
"""How long a call counts for what is expected of the next ones."""
_GOALS = frozenset({"action", "queue", "transfer", "callback", "voicemail", "survey", "hangup"})


class Guess(Base):
    """One guess; `about` and `goal_at` are None until he is where he wanted to go, or gone."""

    __tablename__ = "guesses"
    __table_args__ = (Index(None, "account_id", "at"), one_of("treatment", TREATMENTS))

    contact_id: Mapped[str] = mapped_column(
        ForeignKey("interactions.id", ondelete="CASCADE"), primary_key=True
    )
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    recency: Mapped[str]
    probability: Mapped[float] = mapped_column(Double)
    treatment: Mapped[str]
    """Offered; held out by lot, to compare with; or not worth the time."""
    node: Mapped[str]
    """Where it leads."""
    at: Mapped[EpochSeconds]
    taken_at: Mapped[EpochSeconds | None]
    goal_at: Mapped[EpochSeconds | None]
    about: Mapped[bool | None]


def made(event: e.ReasonGuessed, account_id: int) -> Guess:
    """The new row."""
    return Guess(
        contact_id=event.contact,
        account_id=account_id,
        kind=event.kind,
        recency=event.recency,
        probability=event.probability,
        treatment=event.treatment,
        node=event.node,
        at=event.at,
    )


def taken(guess: Guess | None, event: e.GuessTaken) -> None:
    """He pressed its key."""
    if guess is not None:
        guess.taken_at, guess.about = event.at, True


def came_to(guess: Guess | None, event: e.NodeEntered) -> None:
    """He came to a node; the first that does something for him tells what he wanted."""
    if guess is None or guess.goal_at is not None:
        return
    if event.node == guess.node:
        guess.about, guess.goal_at = True, event.at
    elif event.kind in _GOALS:
        guess.about, guess.goal_at = bool(guess.about), event.at


def left(guess: Guess | None, event: e.ContactEnded) -> None:
    """He is gone."""
    if guess is not None and guess.goal_at is None:
        guess.about, guess.goal_at = bool(guess.about), event.at


def history(session: Session, account_id: int, since_at: float) -> Odds:
    """Calls and hits by kind and recency, of guesses that are known to be right or wrong; a single statement."""
    query = (
        select(Guess.kind, Guess.recency, func.count(), func.sum(case((Guess.about.is_(True), 1), else_=0)))
        .where(Guess.account_id == account_id, Guess.at >= since_at, Guess.about.is_not(None))
        .group_by(Guess.kind, Guess.recency)
    )
    return {(kind, recency): (calls, int(hits)) for kind, recency, calls, hits in session.execute(query)}
