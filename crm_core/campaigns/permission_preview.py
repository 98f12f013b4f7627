"""How many of a source might be called, and which rules refuse the others, before anybody becomes a lead.

Every customer costs as many questions as a real claim, so a long list is asked by a sample, drawn with a seed that
makes two looks the same, and the answer says so with intervals (`sampling`); a short one whole. Nothing is written.
Whom a rule only keeps waiting (the hour, a holiday, a cap) is told apart from those for whom waiting does not help.
"""

from collections import Counter
from random import Random

from sqlalchemy.orm import Session

from crm_core import permission
from crm_core.campaigns import sources
from crm_core.campaigns.loading import NO_NUMBER
from crm_core.campaigns.sampling import Estimate, share
from crm_core.campaigns.sources import Source
from crm_core.customers import Customer
from ctiserver.core.message import Frozen
from ctiserver.core.permit import Channel, Purpose, Refused

SAMPLE = 200
SEED = 1


class RuleCount(Frozen):
    """So many of those who were looked at are refused by this rule; `customers`: of the whole list."""

    rule: str
    waits: bool
    """He may be called later."""
    looked_at: int
    customers: Estimate


class Preview(Frozen):
    """`looked_at` of `customers` were asked about, all of them or a sample; `now`, `later`, `never`: of the whole list.

    `refused`: the commonest rule first; `no_number` is one of them.
    """

    customers: int
    looked_at: int
    now: Estimate
    later: Estimate
    never: Estimate
    refused: tuple[RuleCount, ...]


def preview(
    session: Session,
    account_id: int,
    source: Source,
    purpose: Purpose,
    *,
    now: float,
    product: str | None = None,
    sample: int = SAMPLE,
    seed: int = SEED,
) -> Preview:
    """What a campaign for this purpose, which offers this product, would find now.

    Raises NotFound, ConfigError, Refusal.
    """
    query = sources.customers(session, account_id, source, now=now)
    everybody = session.scalars(query.with_only_columns(Customer.id).order_by(Customer.id)).all()
    chosen = sorted(Random(seed).sample(everybody, min(sample, len(everybody))))
    numbers = sources.numbers(session, account_id, chosen, now=now)
    found: Counter[tuple[str, bool]] = Counter()
    for one in chosen:
        refused = _refused(session, account_id, one, numbers.get(one, []), purpose, product, now)
        if refused is not None:
            found[refused] += 1
    waits = sum(count for (_, waiting), count in found.items() if waiting)
    never = found.total() - waits
    size = len(everybody)
    return Preview(
        customers=size,
        looked_at=len(chosen),
        now=_of(len(chosen) - waits - never, len(chosen), size),
        later=_of(waits, len(chosen), size),
        never=_of(never, len(chosen), size),
        refused=tuple(
            RuleCount(rule=rule, waits=waiting, looked_at=count, customers=_of(count, len(chosen), size))
            for (rule, waiting), count in found.most_common()
        ),
    )


def _refused(
    session: Session,
    account_id: int,
    customer_id: int,
    numbers: list[str],
    purpose: Purpose,
    product: str | None,
    now: float,
) -> tuple[str, bool] | None:
    """The rule that refuses him at his every number, and whether waiting helps at one; None: he may be called now."""
    answers: list[Refused] = []
    for number in numbers:
        answer = permission.check(
            session,
            account_id,
            customer_id,
            number,
            channel=Channel.PHONE,
            purpose=purpose,
            automatic=True,
            now=now,
            product=product,
        )
        if answer is None:
            return None
        answers.append(answer)
    if not answers:
        return NO_NUMBER, False
    best = next((answer for answer in answers if answer.until is not None), answers[0])
    return best.rule.value, best.until is not None


def _of(count: int, n: int, size: int) -> Estimate:
    """So many customers of the whole list."""
    if n == 0:
        return Estimate(value=0.0, low=0.0, high=0.0)
    part = share(count, n, size)
    return Estimate(value=part.value * size, low=part.low * size, high=part.high * size)
