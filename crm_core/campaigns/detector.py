"""How well the detector of answering machines does in a campaign: its verdicts beside what agents said afterwards.

An agent who finds a machine on the line disposes of the contact with the code `machine`. So we learn which machines
were let pass. Which people were taken for machines agents cannot tell, for nobody spoke with them: certain are only
those who pressed a key in the message that machines are left (never to be called again); there may be more. Therefore
whoever is neither clearly a person nor clearly a machine goes to an agent (`unsure`), a verdict `machine` counts as an
abandon where it was wrong, and detection is off unless a campaign asks for it. No accuracy is promised.
"""

from sqlalchemy import Float, case, func, select
from sqlalchemy.orm import Session

from crm_core.campaigns.campaign import Campaign, campaign
from crm_core.dial_attempts import DialAttempt
from crm_core.interactions import Segment
from crm_core.intervals import share
from crm_core.permission.consents import Consent
from ctiserver.core.message import Frozen

MACHINE = "machine"
"""The code of the disposition with which an agent says that he spoke with a machine."""


class DetectorRow(Frozen):
    """Calls with one verdict for one cause (the detector's word). `seconds`: until it was known, on average.

    `said_machine`, `said_person`: what agents disposed of them as; `key_pressed`: who never wants to be called again.
    """

    verdict: str
    cause: str
    calls: int
    said_machine: int
    said_person: int
    key_pressed: int
    seconds: float


class DetectorTruth(Frozen):
    """All of a campaign; the most frequent row first.

    `passed`: the share of machines among those who were let pass to an agent and of whom he said what they were, with
    its interval of 95 % (`crm_core.intervals`); None: he said so of nobody. `people_at_least`: certainly taken for
    machines.
    """

    rows: tuple[DetectorRow, ...]
    passed: tuple[float, float, float] | None
    people_at_least: int


def truth(session: Session, account_id: int, key: str) -> DetectorTruth:
    """Raises NotFound."""
    rows = _rows(session, campaign(session, account_id, key))
    to_agents = [row for row in rows if row.verdict != MACHINE]
    machines = sum(row.said_machine for row in to_agents)
    told = machines + sum(row.said_person for row in to_agents)
    return DetectorTruth(
        rows=rows,
        passed=share(machines, told) if told else None,
        people_at_least=sum(row.key_pressed for row in rows if row.verdict == MACHINE),
    )


def _rows(session: Session, of: Campaign) -> tuple[DetectorRow, ...]:
    said = (
        select(
            Segment.interaction_id.label("contact"),
            func.max(case((Segment.disposition == MACHINE, 1), else_=0)).label("machine"),
        )
        .where(Segment.disposition.is_not(None))
        .group_by(Segment.interaction_id)
        .subquery()
    )
    pressed = (
        select(Consent.proof.label("contact"))
        .where(Consent.account_id == of.account_id, Consent.given.is_(False), Consent.proof != "")
        .distinct()
        .subquery()
    )
    cause = DialAttempt.detector["cause"].as_string()
    query = (
        select(
            DialAttempt.answered_by,
            cause,
            func.count(),
            func.coalesce(func.sum(said.c.machine), 0),
            func.coalesce(func.sum(1 - said.c.machine), 0),
            func.count(pressed.c.contact),
            func.coalesce(func.sum(DialAttempt.detector["seconds"].as_float(), type_=Float), 0.0),
        )
        .outerjoin(said, said.c.contact == DialAttempt.contact)
        .outerjoin(pressed, pressed.c.contact == DialAttempt.contact)
        .where(
            DialAttempt.account_id == of.account_id,
            DialAttempt.campaign_id == of.id,
            DialAttempt.answered_by.is_not(None),
        )
        .group_by(DialAttempt.answered_by, cause)
    )
    sums: dict[tuple[str, str], list[float]] = {}
    for verdict, said_cause, *counts in session.execute(query):
        word = (said_cause or "").partition("-")[0]  # behind it stand milliseconds
        before = sums.setdefault((verdict, word), [0.0] * 5)
        sums[verdict, word] = [one + more for one, more in zip(before, counts, strict=True)]
    rows = [
        DetectorRow(
            verdict=verdict,
            cause=word,
            calls=round(calls),
            said_machine=round(machine),
            said_person=round(person),
            key_pressed=round(keys),
            seconds=round(seconds / calls, 3),
        )
        for (verdict, word), (calls, machine, person, keys, seconds) in sums.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.calls, row.verdict, row.cause)))
