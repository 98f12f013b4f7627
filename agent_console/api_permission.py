"""Permission to contact: what a customer said, who must not be contacted, what the law says, and "may I?".

"May I?" is answered in words too, in the language of whoever asks; programs go by `rule` and `until`. Reading and
writing down what customers say is everybody's who talks to them; only an administrator confirms what the law says,
loads a register or takes somebody off a list.
"""

from typing import Any

import msgspec

from agent_console.listing import Listing, PageQuery, number_of, page_of
from agent_console.operations import Call, Operations
from agent_console.permission_answers import (
    ConsentAnswer,
    DoNotCallEntries,
    DoNotCallEntry,
    DoNotCallQuery,
    MayI,
    MayIAnswer,
    NewConsent,
    NewDoNotCall,
    NumberOwner,
    OwnerQuery,
    PermissionOfCustomer,
    ProfileAnswer,
    RegisterContent,
    RegisterLoaded,
    WayToContact,
    address_of,
    consent_answer,
    entry_answer,
    profile_answer,
)
from agent_console.permission_words import clock_of, in_words
from agent_console.preconditions import expected_version
from agent_console.roles import Permission
from crm_core import permission, phone_numbers
from crm_core.accounts import account
from crm_core.candidates import find_by_number
from crm_core.customers import customer
from crm_core.permission import consents, do_not_call, legal_profiles
from crm_core.permission.profile import LegalProfile
from ctiserver.core.permit import Channel


def add_to(operations: Operations) -> None:
    """This family's rows."""
    _add_consents(operations)
    _add_permission(operations)
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
    def customer_consents(call: Call, customer_id: str, query: PageQuery) -> Listing[ConsentAnswer]:
        who = call.principal

        def read(session: Any) -> Listing[ConsentAnswer]:
            said = consents.history(session, who.account_id, number_of(customer_id))
            page = page_of(said, lambda row: row.id, query.cursor, query.limit)
            return Listing(items=[consent_answer(row) for row in page.items], next=page.next)

        return call.services.store.read(read)

    @add(
        "POST",
        "/customers/{customer_id}/consents",
        Permission.CONTACT_PERMISSION,
        "Write down that he consents, or takes it back",
    )
    def add_consent(call: Call, customer_id: str, body: NewConsent) -> ConsentAnswer:
        who, services = call.principal, call.services
        return services.store.write(
            lambda session: consent_answer(
                consents.note(
                    session,
                    who.account_id,
                    number_of(customer_id),
                    by=who.login,
                    now=services.now(),
                    **msgspec.structs.asdict(body),
                )
            )
        )


def _add_permission(operations: Operations) -> None:
    add = operations.add

    @add("GET", "/permission/customers", Permission.CONTACT_PERMISSION, "Whose a number is")
    def owners_of_number(call: Call, query: OwnerQuery) -> list[NumberOwner]:
        who = call.principal

        def find(session: Any) -> list[NumberOwner]:
            number = address_of(query.number, account(session, who.account_id).country, Channel.PHONE)
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
        who, now, number = call.principal, call.services.now(), number_of(customer_id)

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
                consents=[consent_answer(row) for row in consents.history(session, who.account_id, number)],
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
                number_of(customer_id),
                address_of(body.address, home.country, body.channel),
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

        def read(session: Any) -> DoNotCallEntries:
            page = do_not_call.entries(
                session,
                who.account_id,
                now=now,
                contains=query.contains.strip().casefold(),
                cursor=query.cursor,
                limit=query.limit,
            )
            return DoNotCallEntries(
                entries=[entry_answer(row) for row in page.rows],
                next=page.next,
                counts=do_not_call.counts(session, who.account_id, now=now),
            )

        return call.services.store.read(read)

    @add("POST", "/do-not-call", Permission.CONTACT_PERMISSION, "Somebody asked not to be contacted")
    def add_do_not_call(call: Call, body: NewDoNotCall) -> DoNotCallEntry:
        who, services = call.principal, call.services

        def put(session: Any) -> DoNotCallEntry:
            channel = Channel.EMAIL if "@" in body.address else Channel.PHONE
            address = address_of(body.address, account(session, who.account_id).country, channel)
            return entry_answer(
                do_not_call.add(
                    session, who.account_id, address, source=body.source, by=who.login, now=services.now()
                )
            )

        return services.store.write(put)

    @add("DELETE", "/do-not-call/{entry_id}", Permission.CONTACT_LAW, "End an entry; it stays in the history")
    def end_do_not_call(call: Call, entry_id: str) -> dict[str, Any]:
        who, services = call.principal, call.services
        services.store.write(
            do_not_call.end, who.account_id, number_of(entry_id), by=who.login, now=services.now()
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
                profile_answer(row) for row in legal_profiles.profiles(session, call.principal.account_id)
            ]
        )

    @add("PUT", "/legal-profiles/{key}", Permission.CONTACT_LAW, "Write a row; it waits to be confirmed")
    def put_legal_profile(call: Call, key: str, body: LegalProfile) -> ProfileAnswer:
        who, services = call.principal, call.services
        return services.store.write(
            lambda session: profile_answer(
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
            lambda session: profile_answer(
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
