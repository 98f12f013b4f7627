"""The figures of a campaign as `results` gives them, and the shares and costs that are made of them."""

from crm_core.campaigns.spending import Spent
from ctiserver.core.message import Frozen


class Cell(Frozen):
    """Attempts of one kind: how many, how many were answered, spoke with an agent, converted."""

    key: str
    attempts: int
    answered: int
    contacts: int
    conversions: int


class AgentCell(Frozen):
    """One agent's part. `cost_minor`: of the calls that he took, lines included."""

    agent: str
    contacts: int
    conversions: int
    talk_seconds: float
    wrap_up_seconds: float
    cost_minor: float


class Penetration(Frozen):
    """Leads: all; waiting, under way, over; ever dialled; answered, by whomever; who spoke; right parties; converted.

    `refused`: those given up because of a rule, by rule.
    """

    leads: int
    waiting: int
    under_way: int
    over: int
    dialled: int
    answered: int
    contacts: int
    right_parties: int
    conversions: int
    refused: dict[str, int]


class Abandons(Frozen):
    """Of the campaign's window: live answers, abandons, and those because an agent left, which do not count."""

    answers: int
    abandons: int
    by_leaving: int
    limit: float


class Results(Frozen):
    """`results`: attempts by how they ended; `dispositions`: contacts by the last that an agent said.

    `by_number`: the place in his order, from "1"; `by_hour`: "0" to "23"; `by_weekday`: "0" is Monday. `hours_left`: of
    dialling, at the pace so far, until the list's end; None: there is no pace yet.
    """

    penetration: Penetration
    results: dict[str, int]
    dispositions: dict[str, int]
    by_number: tuple[Cell, ...]
    by_hour: tuple[Cell, ...]
    by_weekday: tuple[Cell, ...]
    by_agent: tuple[AgentCell, ...]
    abandons: Abandons
    spent: Spent
    hours_left: float | None


def rate(part: int, whole: int) -> float | None:
    """The share; None: of nothing."""
    return part / whole if whole else None


def cost_per(spent: Spent, many: int) -> float | None:
    """What each cost, in the smallest unit; None: there was none."""
    return spent.cost_minor / many if many else None
