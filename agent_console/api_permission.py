"""Permission to contact: what a customer said, who must not be contacted, what the law says, and "may I?".

"May I?" is answered in words too, in the language of whoever asks; programs go by `rule` and `until`. Reading and
writing down what customers say is everybody's who talks to them; only an administrator confirms what the law says,
loads a register or takes somebody off a list.
"""

from typing import Any

import msgspec

from agent_console.operations import Call, Operations
from agent_console.permission_words import clock_of, in_words
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core import permission, phone_numbers
from crm_core.accounts import account
from crm_core.customers import customer, find_by_number
from crm_core.permission import consents, do_not_call, legal_profiles
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


class DoNotCallQuery(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """`contains`: a part of the address."""

    contains: str = ""


class DoNotCallEntries(msgspec.Struct, kw_only=True):
    """The latest 200 that match; `counts`: how many stand on each list."""

    entries: list[DoNotCallEntry]
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


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _add_consents(operations)
    _add_lists(operations)
    _add_profiles(operations)


def _add_consents(operations: Operations) -> None:
    add = operations.add

    @add(
        "GET",
        "/customers/{customer_id}/consents",
        Permission.CONTACT_PERMISSION,
        "All that a customer said about being contacted, the latest first",
    )
    def customer_consents(call: Call, customer_id: str) -> list[ConsentAnswer]:
        who = call.principal
        return call.services.store.read(
            lambda session: [
                _consent(row) for row in consents.history(session, who.account_id, _number(customer_id))
            ]
        )

    @add(
        "POST",
        "/customers/{customer_id}/consents",
        Permission.CONTACT_PERMISSION,
        "Write down that he consents, or takes it back",
    )
    def add_consent(call: Call, customer_id: str, body: NewConsent) -> ConsentAnswer:
        who, services = call.principal, call.services
        return services.store.write(
            lambda session: _consent(
                consents.note(
                    session,
                    who.account_id,
                    _number(customer_id),
                    by=who.login,
                    now=services.now(),
                    **msgspec.structs.asdict(body),
                )
            )
        )

    @add("GET", "/permission/customers", Permission.CONTACT_PERMISSION, "Whose a number is")
    def owners_of_number(call: Call, query: OwnerQuery) -> list[NumberOwner]:
        who = call.principal

        def find(session: Any) -> list[NumberOwner]:
            number = _address(query.number, account(session, who.account_id).country, Channel.PHONE)
            found = find_by_number(session, who.account_id, phone_numbers.E164(number))
            return [NumberOwner(customer_id=one.customer_id, name=one.pii_name) for one in found]

        return call.services.store.read(find)

    @add(
        "GET",
        "/customers/{customer_id}/permission",
        Permission.CONTACT_PERMISSION,
        "How and what for a customer may be contacted now, by hand, and what he said about it",
    )
    def permission_of_customer(call: Call, customer_id: str) -> PermissionOfCustomer:
        who, now, number = call.principal, call.services.now(), _number(customer_id)

        def read(session: Any) -> PermissionOfCustomer:
            clock = clock_of(account(session, who.account_id).time_zone)
            return PermissionOfCustomer(
                name=customer(session, who.account_id, number).display_name,
                ways=[
                    WayToContact(
                        address=one.address,
                        channel=one.channel,
                        purpose=one.purpose,
                        rule=one.refused.rule if one.refused else None,
                        until=one.refused.until if one.refused else None,
                        words=in_words(one.refused, who.language, clock),
                    )
                    for one in permission.overview(session, who.account_id, number, now=now)
                ],
                consents=[_consent(row) for row in consents.history(session, who.account_id, number)],
            )

        return call.services.store.read(read)

    @add(
        "POST",
        "/customers/{customer_id}/may-i",
        Permission.CONTACT_PERMISSION,
        "Would a contact be permitted now, and if not, by which rule and until when; nothing is stored",
    )
    def may_i(call: Call, customer_id: str, body: MayI) -> MayIAnswer:
        who, services = call.principal, call.services

        def ask(session: Any) -> MayIAnswer:
            home = account(session, who.account_id)
            refused = permission.check(
                session,
                who.account_id,
                _number(customer_id),
                _address(body.address, home.country, body.channel),
                channel=body.channel,
                purpose=body.purpose,
                automatic=body.automatic,
                product=body.product,
                now=services.now(),
            )
            told = in_words(refused, who.language, clock_of(home.time_zone))
            if refused is None:
                return MayIAnswer(permitted=True, rule=None, until=None, row="", words=told)
            return MayIAnswer(
                permitted=False, rule=refused.rule, until=refused.until, row=refused.row, words=told
            )

        return services.store.read(ask)


def _add_lists(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/do-not-call", Permission.CONTACT_PERMISSION, "Addresses that must not be contacted")
    def do_not_call_list(call: Call, query: DoNotCallQuery) -> DoNotCallEntries:
        who, now = call.principal, call.services.now()
        return call.services.store.read(
            lambda session: DoNotCallEntries(
                entries=[
                    _entry(row)
                    for row in do_not_call.entries(
                        session, who.account_id, now=now, contains=query.contains.strip().casefold()
                    )
                ],
                counts=do_not_call.counts(session, who.account_id, now=now),
            )
        )

    @add("POST", "/do-not-call", Permission.CONTACT_PERMISSION, "Somebody asked not to be contacted")
    def add_do_not_call(call: Call, body: NewDoNotCall) -> DoNotCallEntry:
        who, services = call.principal, call.services

        def put(session: Any) -> DoNotCallEntry:
            channel = Channel.EMAIL if "@" in body.address else Channel.PHONE
            address = _address(body.address, account(session, who.account_id).country, channel)
            return _entry(
                do_not_call.add(
                    session, who.account_id, address, source=body.source, by=who.login, now=services.now()
                )
            )

        return services.store.write(put)

    @add("DELETE", "/do-not-call/{entry_id}", Permission.CONTACT_LAW, "End an entry; it stays in the history")
    def end_do_not_call(call: Call, entry_id: str) -> dict[str, Any]:
        who, services = call.principal, call.services
        services.store.write(
            do_not_call.end, who.account_id, _number(entry_id), by=who.login, now=services.now()
        )
        return {}

    @add("PUT", "/do-not-call/registers/{register}", Permission.CONTACT_LAW, "Load a public register, whole")
    def load_register(call: Call, register: str, body: RegisterContent) -> RegisterLoaded:
        who, services = call.principal, call.services

        def load(session: Any) -> RegisterLoaded:
            country = account(session, who.account_id).country
            read = [(written, phone_numbers.normalise(written, country)) for written in body.addresses]
            came, gone = do_not_call.replace_register(
                session,
                who.account_id,
                register,
                (number for _, number in read if number),
                by=who.login,
                now=services.now(),
            )
            wrong = [written[:40] for written, number in read if number is None]
            return RegisterLoaded(came=came, gone=gone, wrong=wrong[:20])

        return services.store.write(load)


def _add_profiles(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/legal-profiles", Permission.READ_CONFIGURATION, "What the law says, as far as it was read")
    def legal_profile_rows(call: Call) -> list[ProfileAnswer]:
        return call.services.store.read(
            lambda session: [
                _profile(row) for row in legal_profiles.profiles(session, call.principal.account_id)
            ]
        )

    @add("PUT", "/legal-profiles/{key}", Permission.CONTACT_LAW, "Write a row; it waits to be confirmed")
    def put_legal_profile(call: Call, key: str, body: LegalProfile) -> ProfileAnswer:
        who, services = call.principal, call.services
        return services.store.write(
            lambda session: _profile(
                legal_profiles.change(
                    session,
                    who.account_id,
                    msgspec.to_builtins(body) | {"key": key},
                    expected_version=expected_version(),
                    by=who.login,
                    now=services.now(),
                )
            )
        )

    @add("POST", "/legal-profiles/{key}/confirm", Permission.CONTACT_LAW, "I have read this row: it is right")
    def confirm_legal_profile(call: Call, key: str) -> ProfileAnswer:
        who, services = call.principal, call.services
        return services.store.write(
            lambda session: _profile(
                legal_profiles.confirm(
                    session,
                    who.account_id,
                    key,
                    expected_version=expected_version(),
                    by=who.login,
                    name=who.name or who.login,
                    now=services.now(),
                )
            )
        )


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else 0


def _address(written: str, country: str, channel: Channel) -> str:
    """As the store keeps it. Raises Refusal for what is no number."""
    if channel not in permission.NUMBERED:
        return written.strip().casefold()
    number = phone_numbers.normalise(written, country)
    if number is None:
        raise Refusal("wrong_address", "this is no telephone number: write it with its area or country code")
    return number


def _consent(row: Consent) -> ConsentAnswer:
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


def _entry(row: DoNotCall) -> DoNotCallEntry:
    return DoNotCallEntry(
        id=row.id, address=row.address, on_list=row.on_list, since=row.since, source=row.source, by=row.by
    )


def _profile(row: ProfileInForce) -> ProfileAnswer:
    return ProfileAnswer(
        profile=row.profile,
        confirmed_by=row.confirmed_by,
        confirmed_at=row.confirmed_at,
        version=row.version,
        outdated=row.outdated,
    )
