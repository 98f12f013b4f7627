"""Which script belongs to a contact: that of the campaign whose lead it is."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.campaigns.campaign import Campaign
from crm_core.dials import Dial
from crm_core.scripts import script_versions
from crm_core.scripts.script_versions import ScriptVersion


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadScript:
    """What an agent reads to a lead. `values`: what his lead brings; `language`: his own."""

    version: ScriptVersion
    campaign_id: int
    customer_id: int
    language: str
    values: dict[str, Any]


def of_dial(session: Session, account_id: int, dial_id: int) -> LeadScript | None:
    """None: it is no campaign's lead, or its campaign has no script in force."""
    found = session.execute(
        select(Dial, Campaign)
        .join(Campaign, Campaign.id == Dial.campaign_id)
        .where(Dial.account_id == account_id, Dial.id == dial_id)
    ).first()
    if found is None:
        return None
    lead, owner = found
    version = script_versions.in_force(session, account_id, owner.script) if owner.script else None
    if version is None:
        return None
    return LeadScript(
        version=version,
        campaign_id=owner.id,
        customer_id=lead.customer_id,
        language=lead.language,
        values=dict(lead.values),
    )
