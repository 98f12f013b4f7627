"""Permission to contact: the one door through which every contact with a customer leaves.

    permit(session, 1, ana, "+56971884213", channel=Channel.PHONE, purpose=Purpose.SALES, automatic=True, now=now)

gives a `Permit`, stored in the same transaction, or `Refused(rule, until)`. Nothing else in the product makes a Permit;
what dials or sends hands it to `use`, which lets it through once. docs/permission.md tells the rules.
"""

from crm_core.permission.facts import NUMBERED
from crm_core.permission.granting import VALID_SECONDS, check, granted, permit, recheck, release, use, use_of
from crm_core.permission.overview import overview

__all__ = [
    "NUMBERED",
    "VALID_SECONDS",
    "check",
    "granted",
    "overview",
    "permit",
    "recheck",
    "release",
    "use",
    "use_of",
]
