"""Which of several things that were said about a customer is shown: a pure rule.

Each source has one standing value per field: the newest that it gave. Shown is the standing value of the most trusted
source; among equally trusted ones the newest. Standing values that differ from the shown one are a conflict: they stay
and are shown beside it until a person settles the matter. Nothing is overwritten silently.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crm_core.provenance import TRUST, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What one source says of one field; `at` is when it said so."""

    fact_id: int
    field: str
    value: Any
    source: Source
    at: float
    by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The shown value of one field, and what contradicts it, most trusted first."""

    shown: Standing
    conflicts: Sequence[Standing] = ()


def verdict(standing: Iterable[Standing]) -> Verdict:
    """What is shown of one field. Raises ValueError when nothing stands."""
    ranked = sorted(standing, key=lambda one: (TRUST[one.source], one.at, one.fact_id), reverse=True)
    if not ranked:
        raise ValueError("nothing is known of this field")
    shown, *others = ranked
    return Verdict(shown=shown, conflicts=[one for one in others if one.value != shown.value])


def verdicts(standing: Iterable[Standing]) -> dict[str, Verdict]:
    """The verdict of each field, in the order in which the fields first appear."""
    by_field: dict[str, list[Standing]] = {}
    for one in standing:
        by_field.setdefault(one.field, []).append(one)
    return {field: verdict(said) for field, said in by_field.items()}
