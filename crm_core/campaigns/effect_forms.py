"""What an agent writes down for a disposition that brings something about, and every mistake in it at once.

Days and hours are the customer's own: "2026-10-03", "2026-10-03T10:30".
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import msgspec

from ctiserver.core.errors import ConfigError, Mistake

EFFECTS = ("promise_to_pay", "sale", "appointment", "wrong_person", "list_update", "do_not_call")
LONGEST_APPOINTMENT_MINUTES = 8 * 60


class PromiseForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """He pays so much, by the end of that day; `invoice_id` None: on account."""

    amount_minor: int = 0
    currency: str = "CLP"
    day: str = ""
    invoice_id: int | None = None

    def mistakes(self) -> Iterator[Mistake]:
        """Those that need no look at the store."""
        if self.amount_minor < 1:
            yield _wrong("amount", "write an amount of more than nothing", "wrong_amount")
        if _day(self.day) is None:
            yield _wrong("day", "choose the day until which he pays", "no_day")


class SaleForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """He buys so many of a product of the catalogue."""

    product: str = ""
    quantity: int = 1

    def mistakes(self) -> Iterator[Mistake]:
        """Those that need no look at the store."""
        if not self.product:
            yield _wrong("product", "choose what he buys", "no_product")
        if self.quantity < 1:
            yield _wrong("quantity", "write a quantity of 1 or more", "no_quantity")


class AppointmentForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A field seller visits him. `seller`: a colleague's log-in."""

    at: str = ""
    minutes: int = 60
    place: str = ""
    seller: str = ""

    def mistakes(self) -> Iterator[Mistake]:
        """Those that need no look at the store."""
        if _moment(self.at) is None:
            yield _wrong("at", "choose the day and the hour", "no_moment")
        if not 5 <= self.minutes <= LONGEST_APPOINTMENT_MINUTES:
            yield _wrong("minutes", "an appointment takes from 5 minutes to 8 hours", "wrong_minutes")
        if not self.place.strip():
            yield _wrong("place", "write where they meet", "no_place")
        if not self.seller:
            yield _wrong("seller", "choose who goes there", "no_seller")


class ListForm(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """What is new of him, as he says it; "": nothing."""

    phone: str = ""
    email: str = ""
    street: str = ""
    city: str = ""

    def mistakes(self) -> Iterator[Mistake]:
        """Those that need no look at the store."""
        if not any(one.strip() for one in (self.phone, self.email, self.street, self.city)):
            yield _wrong("phone", "write the new number, e-mail or address", "nothing_new")


class NothingToAsk(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """The disposition says it all."""

    def mistakes(self) -> Iterator[Mistake]:
        """None."""
        yield from ()


Form = PromiseForm | SaleForm | AppointmentForm | ListForm | NothingToAsk
FORMS: dict[str, type[Form]] = {
    "promise_to_pay": PromiseForm,
    "sale": SaleForm,
    "appointment": AppointmentForm,
    "wrong_person": NothingToAsk,
    "list_update": ListForm,
    "do_not_call": NothingToAsk,
}
"""By effect."""


def read(effect: str, given: dict[str, Any]) -> Form:
    """The form as it was filled in. Raises ConfigError with all mistakes, each by its field."""
    try:
        form: Form = msgspec.convert(given, FORMS[effect])
    except msgspec.ValidationError as error:
        _, _, at = str(error).partition(" - at `$.")
        raise ConfigError([_wrong(at.rstrip("`") or "effect", str(error), "")]) from None
    if found := list(form.mistakes()):
        raise ConfigError(found)
    return form


def _wrong(field: str, message: str, error_id: str) -> Mistake:
    return Mistake(field, message, error_id)


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None


def _moment(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if "T" in written else None
    except ValueError:
        return None
