"""Words that are almost what was typed: one edit away, in words of five or more letters.

Every longer word of a customer's name is kept with each of its deletions, the words that remain when one letter falls
away. Two words that are one edit apart (a letter more, less, other, or two neighbours exchanged) share a deletion or
one is the other's (symmetric deletion, W. Garbe's SymSpell), so that a few equal keys find them in any database.
Words stay when the customer goes: a vocabulary names nobody.
"""

from collections.abc import Iterable

from sqlalchemy import ForeignKey, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import plain_sql
from crm_core.base import Base

FORGIVEN_FROM_LETTERS = 5
_SHORTEST = FORGIVEN_FROM_LETTERS - 1  # the typed or the known word may have lost a letter
_LONGEST = 30
ALTERNATIVES_AT_MOST = 12


class Spelling(Base):
    """`word` occurs in the account; `variant` is the word itself or what remains without one letter."""

    __tablename__ = "spellings"

    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"), primary_key=True)
    variant: Mapped[str] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(primary_key=True)


_INSERT = text(
    "INSERT INTO spellings (account_id, variant, word) VALUES (:account_id, :variant, :word) ON CONFLICT DO NOTHING"
)


_KNOWN = "SELECT word FROM spellings WHERE account_id = :account_id AND variant IN ({variants})"


def remember(session: Session, account_id: int, words: Iterable[str]) -> None:
    """From now on these words are found by what is almost them."""
    wanted = {word for word in words if _is_forgiven(word)}
    if not wanted:
        return
    known = select(Spelling.word).where(
        Spelling.account_id == account_id, Spelling.variant.in_(wanted), Spelling.variant == Spelling.word
    )
    new = wanted.difference(session.scalars(known))
    rows = [
        {"account_id": account_id, "variant": variant, "word": word}
        for word in sorted(new)  # always in the same order: two writers never wait for each other in a ring
        for variant in sorted(variants(word))
    ]
    if rows:
        session.execute(_INSERT, rows)


def alternatives(session: Session, account_id: int, typed: Iterable[str]) -> dict[str, list[str]]:
    """For each typed word the known ones that are one edit away, in alphabetical order; without the word itself."""
    tried = {word: variants(word) for word in typed if _is_forgiven(word)}
    found: dict[str, list[str]] = {word: [] for word in tried}
    keys = {f"v{place}": key for place, key in enumerate(sorted(set[str]().union(*tried.values())))}
    if not keys:
        return found
    statement = _KNOWN.format(variants=", ".join(f":{name}" for name in keys))
    rows = plain_sql.rows(session, statement, {"account_id": account_id} | keys)
    for known in sorted({row[0] for row in rows}):
        for word, near in found.items():
            if len(near) < ALTERNATIVES_AT_MOST and is_forgiven(word, known):
                near.append(known)
    return found


def is_forgiven(typed: str, known: str) -> bool:
    """Whether `typed` is `known` with one mistake, in a word that is long enough."""
    return max(len(typed), len(known)) >= FORGIVEN_FROM_LETTERS and one_edit_apart(typed, known)


def variants(word: str) -> set[str]:
    """The word, and what remains of it without one of its letters."""
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


def one_edit_apart(one: str, other: str) -> bool:
    """Whether one insertion, deletion, substitution or exchange of neighbours makes one word of the other."""
    if one == other or abs(len(one) - len(other)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    rest, other_rest = one[start:], other[start:]
    return (
        rest[1:] == other_rest[1:]
        or rest[1:] == other_rest
        or rest == other_rest[1:]
        or (rest[:2] == other_rest[1::-1] and rest[2:] == other_rest[2:])
    )


def _is_forgiven(word: str) -> bool:
    return _SHORTEST <= len(word) <= _LONGEST and word.isalpha()
