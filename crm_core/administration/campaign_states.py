"""Starting, pausing and stopping a campaign.

The engines work by the rows of campaigns, so a change of state is in force as soon as the configuration is read again.
A campaign starts when nothing is missing; all that is missing is told at once, each with what would mend it. Whoever
asks for the state that it is in already gets it: two people who press the same button do no harm.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm_core.accounts import account
from crm_core.administration.desk import Author, write_down
from crm_core.campaigns.campaign import NEXT, Campaign
from crm_core.dials import Dial
from crm_core.permission.legal_profiles import rows_for
from crm_core.permission.profile import ANY_COUNTRY
from ctiserver.core.errors import ConfigError, Mistake, NotFound, Refusal
from ctiserver.core.permit import Channel, Purpose

BY_MACHINE = ("progressive", "predictive")
"""Modes in which nobody clicks before a customer is dialled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What a campaign needs that its row does not say.

    `flows`: the names of flows; `clicks_only`: the installation dials nobody without a click; `trunk`: it has one.
    """

    flows: Collection[str]
    scripts: Collection[str]
    clicks_only: bool
    trunk: bool


def missing(session: Session, row: Campaign, around: Surroundings, *, now: float) -> list[Mistake]:
    """Why the campaign cannot run, by the field of its form (`list`: its leads) where that is mended; []: it can."""
    return [
        *_leads(session, row),
        *_agents(row),
        *_law(session, row),
        *_mode(row, around),
        *_texts(row, around),
        *_time(row, now),
    ]


def start(session: Session, author: Author, key: str, around: Surroundings) -> Campaign:
    """The campaign, running. Raises NotFound, Refusal, ConfigError with all that is missing."""
    row = _locked(session, author, key)
    if row.state != "running":
        _need_next(row, "running")
        if found := missing(session, row, around, now=author.at):
            raise ConfigError(found)
        _move(session, author, row, "running", "campaign.start")
    return row


def pause(session: Session, author: Author, key: str) -> Campaign:
    """The campaign, paused: nobody is dialled; who has been is served. Raises NotFound, Refusal."""
    row = _locked(session, author, key)
    if row.state != "paused":
        _need_next(row, "paused")
        _move(session, author, row, "paused", "campaign.pause")
    return row


def stop(session: Session, author: Author, key: str) -> Campaign:
    """The campaign, stopped for good; leads that wait are never called. Raises NotFound, Refusal."""
    row = _locked(session, author, key)
    if row.state != "stopped":
        _need_next(row, "stopped")
        _move(session, author, row, "stopped", "campaign.stop")
    return row


def _locked(session: Session, author: Author, key: str) -> Campaign:
    query = select(Campaign).where(Campaign.account_id == author.account_id, Campaign.key == key)
    row = session.scalar(query.with_for_update(of=Campaign))
    if row is None:
        raise NotFound(f"account {author.account_id} has no campaign {key!r}")
    return row


def _need_next(row: Campaign, state: str) -> None:
    if state not in NEXT[row.state]:
        raise Refusal(f"campaign_{row.state}", f"a campaign that is {row.state} cannot become {state}")


def _move(session: Session, author: Author, row: Campaign, state: str, action: str) -> None:
    before, row.state = row.state, state
    row.state_at, row.state_by = author.at, author.login
    write_down(session, author, action, row.key, {"state": before}, {"state": state})


def _leads(session: Session, row: Campaign) -> Iterable[Mistake]:
    planned = select(Dial.id).where(Dial.campaign_id == row.id, Dial.state == "planned")
    if session.scalar(planned.limit(1)) is None:
        yield Mistake("list", "load a list: nobody is there to be called", "no_leads")


def _agents(row: Campaign) -> Iterable[Mistake]:
    if row.queue.retired:
        yield Mistake("queue", "this queue was retired: choose another one", "unknown")
    elif not any(not link.agent.user.disabled for link in row.queue.agents):
        yield Mistake("queue", "nobody serves this queue: give it agents", "no_agents")


def _law(session: Session, row: Campaign) -> Iterable[Mistake]:
    """Of the account's own country; where a customer is, the permit of each call asks.

    In every mode: which customer is shown next a machine chooses too, and its claim asks as a machine does.
    """
    country = account(session, row.account_id).country
    rules = rows_for(session, row.account_id, [country], Purpose(row.purpose), Channel.PHONE)
    if all(one.profile.country == ANY_COUNTRY for one in rules):
        yield Mistake("purpose", f"no row of the law of {country} speaks of this purpose: add one", "no_law")
    if waiting := [one.profile.key for one in rules if not one.confirmed]:
        named = ", ".join(waiting)
        yield Mistake(
            "purpose", f"an administrator has to confirm: {named}", "law_unconfirmed", (("rows", named),)
        )


def _mode(row: Campaign, around: Surroundings) -> Iterable[Mistake]:
    if around.clicks_only and row.mode in BY_MACHINE:
        yield Mistake("mode", "here nothing dials without a click: choose preview or manual", "clicks_only")
    if not around.trunk:
        yield Mistake("mode", "no trunk is configured: name one in [dialing] of ctiserver.toml", "no_trunk")


def _texts(row: Campaign, around: Surroundings) -> Iterable[Mistake]:
    if row.script is not None and row.script not in around.scripts:
        yield Mistake("script", "no version of this script is in force: choose another one", "no_script")
    if row.mode in BY_MACHINE and row.message_flow not in around.flows:
        yield Mistake("message_flow", "choose what he hears for whom no agent is free", "no_message")
    if row.machine_flow is not None and row.machine_flow not in around.flows:
        yield Mistake("machine_flow", "there is no such flow: choose another one", "unknown")


def _time(row: Campaign, now: float) -> Iterable[Mistake]:
    if row.ends_at is not None and row.ends_at <= now:
        yield Mistake("ends_at", "its last day is over: choose a later one", "over_already")
