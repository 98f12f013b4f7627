"""Where a customer is reached: telephones, e-mails, addresses. They are kept and ended, never deleted."""

from typing import Annotated, Any

import msgspec

from agent_console.api_customers import whole_number
from agent_console.customer_shapes import Point, point_of
from agent_console.listing import number_of
from agent_console.operations import Call, Operations
from agent_console.provenance_fields import Told, origin
from agent_console.roles import Permission
from crm_core import contact_points, customers
from crm_core.accounts import account
from crm_core.contact_points import Address, Email, Phone
from crm_core.customer_audit import changed_detail


class NewPoint(Told, kw_only=True, forbid_unknown_fields=True):
    """Of a telephone number or e-mail address: what is left out stays as it was."""

    label: str | msgspec.UnsetType = msgspec.UNSET
    preferred: bool | msgspec.UnsetType = msgspec.UNSET
    valid_from: float | msgspec.UnsetType | None = msgspec.UNSET
    valid_until: float | msgspec.UnsetType | None = msgspec.UNSET


class NewAddress(NewPoint, kw_only=True, forbid_unknown_fields=True):
    """A place; `region`: ISO 3166-2, "CL-RM"; latitude and longitude in degrees, WGS 84, both or none."""

    street: str = ""
    city: str = ""
    region: str | None = None
    postal_code: str = ""
    country: str | None = None
    latitude: Annotated[float, msgspec.Meta(ge=-90, le=90)] | None = None
    longitude: Annotated[float, msgspec.Meta(ge=-180, le=180)] | None = None


_PLACE = ("street", "city", "region", "postal_code", "country", "latitude", "longitude")


def add_to(operations: Operations) -> None:
    """This family's rows."""
    add = operations.add

    @add(
        "PUT",
        "/customers/{customer_id}/phones/{number}",
        Permission.CHANGE_CUSTOMERS,
        "He has this telephone number",
    )
    def keep_phone(call: Call, customer_id: str, number: str, body: NewPoint) -> Point:
        def change(session: Any) -> Point:
            owner = customers.customer(session, call.principal.account_id, number_of(customer_id))
            whole = whole_number(number, account(session, owner.account_id).country)
            _note(call, session, owner.id, "keep phone", {"number": whole})
            return point_of(
                contact_points.keep_phone(session, owner.account_id, owner.id, whole, **_said(call, body))
            )

        return call.services.store.write(change)

    @add(
        "DELETE",
        "/customers/{customer_id}/phones/{number}",
        Permission.CHANGE_CUSTOMERS,
        "It is no longer his",
    )
    def end_phone(call: Call, customer_id: str, number: str) -> Point:
        return _end(call, Phone, customer_id, number)

    @add(
        "PUT",
        "/customers/{customer_id}/emails/{address}",
        Permission.CHANGE_CUSTOMERS,
        "He has this e-mail address",
    )
    def keep_email(call: Call, customer_id: str, address: str, body: NewPoint) -> Point:
        def change(session: Any) -> Point:
            owner = customers.customer(session, call.principal.account_id, number_of(customer_id))
            _note(call, session, owner.id, "keep e-mail", {"address": address})
            return point_of(
                contact_points.keep_email(session, owner.account_id, owner.id, address, **_said(call, body))
            )

        return call.services.store.write(change)

    @add(
        "DELETE",
        "/customers/{customer_id}/emails/{address}",
        Permission.CHANGE_CUSTOMERS,
        "It is no longer his",
    )
    def end_email(call: Call, customer_id: str, address: str) -> Point:
        return _end(call, Email, customer_id, address)

    @add("POST", "/customers/{customer_id}/addresses", Permission.CHANGE_CUSTOMERS, "He has this address")
    def keep_address(call: Call, customer_id: str, body: NewAddress) -> Point:
        def change(session: Any) -> Point:
            owner = customers.customer(session, call.principal.account_id, number_of(customer_id))
            place = {field: getattr(body, field) for field in _PLACE}
            _note(call, session, owner.id, "keep address", place)
            return point_of(
                contact_points.keep_address(session, owner.account_id, owner.id, **place, **_said(call, body))
            )

        return call.services.store.write(change)

    @add(
        "DELETE", "/customers/{customer_id}/addresses/{number}", Permission.CHANGE_CUSTOMERS, "He left there"
    )
    def end_address(call: Call, customer_id: str, number: str) -> Point:
        return _end(call, Address, customer_id, number)


def _said(call: Call, body: NewPoint) -> dict[str, Any]:
    given = {field: getattr(body, field) for field in ("label", "preferred", "valid_from", "valid_until")}
    given = {field: value for field, value in given.items() if value is not msgspec.UNSET}
    return {"origin": origin(call, body), "now": call.services.now(), **given}


def _end(call: Call, kind: Any, customer_id: str, key: str) -> Point:
    def change(session: Any) -> Point:
        account_id, owner = call.principal.account_id, number_of(customer_id)
        name = key
        if kind is Phone:
            name = whole_number(key, account(session, account_id).country)
        found = contact_points.point(session, kind, account_id, owner, name)
        contact_points.end(session, found, by=call.principal.login, now=call.services.now())
        _note(call, session, owner, "end contact point", {"key": name})
        return point_of(found)

    return call.services.store.write(change)


def _note(call: Call, session: Any, customer_id: int, action: str, after: dict[str, Any]) -> None:
    who = call.principal
    changed_detail(
        session, who.account_id, customer_id, action, by=who.login, at=call.services.now(), after=after
    )
