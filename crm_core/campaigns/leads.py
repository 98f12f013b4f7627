"""A lead: the dial of one customer of one campaign. Its key is the two of them, so nobody is a lead twice."""

from collections.abc import Sequence
from typing import Any

from crm_core.base import NEVER_AT
from crm_core.campaigns.campaign import Campaign

ABOUT = "campaign"


def about_key(campaign_id: int, customer_id: int) -> str:
    """By which the lead is found among the dials about campaigns."""
    return f"{campaign_id}/{customer_id}"


def new_lead(
    to: Campaign, customer_id: int, numbers: Sequence[str], *, language: str, by: str, now: float
) -> dict[str, Any]:
    """The columns of a lead that is due at once; `numbers` in E.164, in the order in which they are tried."""
    return {
        "account_id": to.account_id,
        "customer_id": customer_id,
        "campaign_id": to.id,
        "number": numbers[0],
        "numbers": list(numbers),
        "agent": None,
        "asked_for_at": None,
        "passed_over": {},
        "in_sample": False,
        "purpose": to.purpose,
        "about_kind": ABOUT,
        "about_key": about_key(to.id, customer_id),
        "flow": "",
        "survey": "",
        "language": language,
        "values": {},
        "not_before": now,
        "not_after": NEVER_AT if to.ends_at is None else to.ends_at,
        "next_at": now,
        "attempts": 0,
        "attempts_at_most": to.attempts_at_most,
        "afterwards": "nothing",
        "state": "planned",
        "made_by": by,
        "made_at": now,
    }
