"""How often a guessed reason was right, and what offering it saves, against the tenth that was left without.

    hit rate = offered guesses whose key was pressed / offered       interval of E. B. Wilson (`crm_core.intervals`)
    net seconds saved of a call = mean seconds of those held out - mean seconds of those asked

Seconds run from the moment of the guess to the first node that does something for the caller (a queue, an action),
or to the end of his call. All who were asked count, whether the guess was right or not, so that what wrong guesses cost
is in it. The interval of the difference of the two means is that of B. L. Welch, "The generalization of Student's
problem when several different population variances are involved", Biometrika 34 (1947), 28-35.
"""

from dataclasses import dataclass
from math import sqrt

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from crm_core import intervals
from crm_core.guesses import Guess
from crm_core.interactions import Interaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Sums:
    """Guesses of one treatment. `ended`: of whom the seconds are known."""

    guesses: int = 0
    taken: int = 0
    about: int = 0
    ended: int = 0
    seconds: float = 0.0
    squares: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessFigures:
    """The report. Shares from 0 to 1, times in seconds; None: too few to say.

    `by_himself`: of those held out, how many came to the guessed node without being asked.
    """

    offered: int
    taken: int
    hit_rate: float | None
    hit_low: float | None
    hit_high: float | None
    held_out: int
    by_himself: int
    not_worth: int
    asked_seconds: float | None
    held_out_seconds: float | None
    saved_seconds: float | None
    saved_low: float | None
    saved_high: float | None


def guess_report(
    session: Session, account_id: int, from_at: float, until_at: float, *, flow: str | None = None
) -> GuessFigures:
    """The guesses of a span of time, `until_at` excluded; added up by the database."""
    took = Guess.goal_at - Guess.at
    query = (
        select(
            Guess.treatment,
            func.count(),
            func.count(Guess.taken_at),
            func.sum(case((Guess.about.is_(True), 1), else_=0)),
            func.count(Guess.goal_at),
            func.coalesce(func.sum(took), 0.0),
            func.coalesce(func.sum(took * took), 0.0),
        )
        .where(Guess.account_id == account_id, Guess.at >= from_at, Guess.at < until_at)
        .group_by(Guess.treatment)
    )
    if flow is not None:
        query = query.join(Interaction, Interaction.id == Guess.contact_id).where(Interaction.flow == flow)
    found = {
        treatment: Sums(
            guesses=n, taken=taken, about=int(about), ended=ended, seconds=seconds, squares=squares
        )
        for treatment, n, taken, about, ended, seconds, squares in session.execute(query)
    }
    return figures(found)


def figures(found: dict[str, Sums]) -> GuessFigures:
    """The figures of the sums by treatment."""
    asked, held, spared = (found.get(name, Sums()) for name in ("offered", "held_out", "not_worth"))
    rate = intervals.share(asked.taken, asked.guesses) if asked.guesses else (None, None, None)
    saved = _difference(held, asked)
    return GuessFigures(
        offered=asked.guesses,
        taken=asked.taken,
        hit_rate=rate[0],
        hit_low=rate[1],
        hit_high=rate[2],
        held_out=held.guesses,
        by_himself=held.about,
        not_worth=spared.guesses,
        asked_seconds=asked.seconds / asked.ended if asked.ended else None,
        held_out_seconds=held.seconds / held.ended if held.ended else None,
        saved_seconds=saved[0],
        saved_low=saved[1],
        saved_high=saved[2],
    )


def _difference(one: Sums, other: Sums) -> tuple[float | None, float | None, float | None]:
    """Mean of one minus mean of the other, with its interval; of fewer than two nothing is known of the spread."""
    if not one.ended or not other.ended:
        return None, None, None
    middle = one.seconds / one.ended - other.seconds / other.ended
    if min(one.ended, other.ended) < 2:
        return middle, None, None
    a, b = _variance_of_mean(one), _variance_of_mean(other)
    if a + b == 0.0:
        return middle, middle, middle
    freedom = (a + b) ** 2 / (a * a / (one.ended - 1) + b * b / (other.ended - 1))
    half = intervals.student(freedom) * sqrt(a + b)
    return middle, middle - half, middle + half


def _variance_of_mean(sums: Sums) -> float:
    spread = max(0.0, sums.squares - sums.seconds**2 / sums.ended)
    return spread / (sums.ended - 1) / sums.ended
