"""What the permission operations take and answer, and how rows of the store become answers."""

import msgspec

from agent_console.listing import PageQuery
from crm_core import permission, phone_numbers
from crm_core.permission.consents import Consent
from crm_core.permission.do_not_call import DoNotCall
from crm_core.permission.legal_profiles import ProfileInForce
from crm_core.permission.profile import LegalProfile
from ctiserver.core.errors import Refusal
from ctiserver.core.permit import Channel, Purpose, Rule


class ConsentAnswer(msgspec.Struct, kw_only=True):
    """One thing that he said; `channel` and `purpose` may be `any`. `expires_at` None: until he says otherwise."""

    id: int
    channel: str
    purpose: str
    given: bool
    at: float
    expires_at: float | None
    source: str
    wording: str
    proof: str
    by: str


class NewConsent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`given` false takes it back. `at` None: just now. A consent needs `wording`: what he was asked."""

    channel: str
    purpose: str
    given: bool
    source: str
    wording: str = ""
    proof: str = ""
    at: float | None = None
    expires_at: float | None = None


class MayI(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A contact that somebody wants to make; `address` a number or an e-mail of his. Automatic: a machine dials."""

    address: str
    channel: Channel
    purpose: Purpose
    automatic: bool = False
    product: str | None = None


class MayIAnswer(msgspec.Struct, kw_only=True):
    """`rule` None: permitted. `until` None: waiting does not help. `row`: what refused, by its key or number."""

    permitted: bool
    rule: Rule | None
    until: float | None
    row: str
    words: str


class DoNotCallEntry(msgspec.Struct, kw_only=True):
    """An address on a list: `own`, or a register."""

    id: int
    address: str
    on_list: str
    since: float
    source: str
    by: str


class DoNotCallQuery(PageQuery, kw_only=True, forbid_unknown_fields=True):
    """`contains`: a part of the address."""

    contains: str = ""


class DoNotCallEntries(msgspec.Struct, kw_only=True):
    """A page of those that match, the latest first; `counts`: how many stand on each list."""

    entries: list[DoNotCallEntry]
    next: str | None
    counts: dict[str, int]


class NewDoNotCall(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A number, as people write it, or an e-mail; `source`: where the customer asked for it."""

    address: str
    source: str


class RegisterContent(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The whole register as it is now: who is not in it any more is taken off."""

    addresses: list[str]


class RegisterLoaded(msgspec.Struct, kw_only=True):
    """`wrong`: what is no number, at most 20 of them."""

    came: int
    gone: int
    wrong: list[str]


class ProfileAnswer(msgspec.Struct, kw_only=True):
    """A row of the law as it counts for this account; `version` 0: as the release has it."""

    profile: LegalProfile
    confirmed_by: str
    confirmed_at: float | None
    version: int
    outdated: bool


class WayToContact(msgspec.Struct, kw_only=True):
    """One address of his and one purpose, by hand and now; the fields of `MayIAnswer`."""

    address: str
    channel: Channel
    purpose: Purpose
    rule: Rule | None
    until: float | None
    words: str


class OwnerQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A number, as people write it."""

    number: str


class NumberOwner(msgspec.Struct, kw_only=True):
    """Somebody whom a number belongs to."""

    customer_id: int
    name: str


class PermissionOfCustomer(msgspec.Struct, kw_only=True):
    """What his page shows: who, how and what for he may be contacted now, and all that he said about it."""

    name: str
    ways: list[WayToContact]
    consents: list[ConsentAnswer]


def address_of(written: str, country: str, channel: Channel) -> str:
    """As the store keeps it. Raises Refusal for what is no number."""
    if channel not in permission.NUMBERED:
        return written.strip().casefold()
    number = phone_numbers.normalise(written, country)
    if number is None:
        raise Refusal("wrong_address", "this is no telephone number: write it with its area or country code")
    return number


def consent_answer(row: Consent) -> ConsentAnswer:
    """A consent as it is answered."""
    return ConsentAnswer(
        id=row.id,
        channel=row.channel,
        purpose=row.purpose,
        given=row.given,
        at=row.at,
        expires_at=row.expires_at,
        source=row.source,
        wording=row.wording,
        proof=row.proof,
        by=row.by,
    )


def entry_answer(row: DoNotCall) -> DoNotCallEntry:
    """An entry as it is answered."""
    return DoNotCallEntry(
        id=row.id, address=row.address, on_list=row.on_list, since=row.since, source=row.source, by=row.by
    )


def profile_answer(row: ProfileInForce) -> ProfileAnswer:
    """A row of the law as it is answered."""
    return ProfileAnswer(
        profile=row.profile,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        version=row.version,
        outdated=row.outdated,
    )
