"""From the columns of somebody's table to the fields of a customer: guessed from their names, then from a person.

A column goes to one field or to none. A row is right or it is rejected with all its reasons at once; nothing is
guessed of a value that is wrong.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from crm_core.contact_points import email_of
from crm_core.customer_fields import checked
from crm_core.phone_numbers import E164, normalise
from crm_core.plain_text import plain
from ctiserver.core.errors import Refusal
from ctiserver.core.message import Frozen

FIELDS: dict[str, tuple[str, ...]] = {
    "external_id": ("codigo cliente", "numero cliente", "id cliente", "customer id", "customer number", "id"),
    "name": ("nombre", "nombres", "name", "first name", "given name", "razon social", "empresa", "company"),
    "surname": ("apellido", "apellido paterno", "primer apellido", "apellidos", "surname", "last name"),
    "second_surname": ("apellido materno", "segundo apellido", "second surname"),
    "rut": ("rut", "run", "rut cliente", "tax id"),
    "birth_date": ("fecha nacimiento", "fecha de nacimiento", "nacimiento", "birth date", "date of birth"),
    "phone": ("telefono", "celular", "movil", "fono", "telefono 1", "phone", "mobile", "telephone"),
    "phone_2": ("telefono 2", "otro telefono", "phone 2", "other phone"),
    "email": ("correo", "correo electronico", "e mail", "email", "mail"),
    "street": ("direccion", "calle", "domicilio", "address", "street"),
    "city": ("comuna", "ciudad", "city", "town"),
    "postal_code": ("codigo postal", "postal code", "zip", "postcode"),
    "language": ("idioma", "language"),
    "form_of_address": ("tratamiento", "salutation", "title"),
    "notes": ("notas", "observaciones", "comentarios", "notes", "remarks"),
}
"""The fields that a column can go to, and the plain names by which each is recognised."""
_FIELD_OF = {name: field for field, names in FIELDS.items() for name in names}
_DAY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_PLACE = ("street", "city", "postal_code")
_LONGEST_VALUE = 2000


class Row(Frozen):
    """What a row says of a customer: `fields` are those of `customer_fields`, `address` those of an address."""

    fields: dict[str, Any]
    phones: tuple[E164, ...] = ()
    email: str | None = None
    address: dict[str, str] = {}


class Rejected(Exception):
    """A row that cannot be taken; `reasons` are pairs of field and sentence."""

    def __init__(self, reasons: Sequence[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in reasons))
        self.reasons = tuple(reasons)


def guess(columns: Sequence[str]) -> dict[str, str]:
    """Field to column, for those columns whose name says it; the first of several."""
    found: dict[str, str] = {}
    for column in columns:
        field = _FIELD_OF.get(plain(column))
        if field is not None:
            found.setdefault(field, column)
    return found


def check_mapping(mapping: Mapping[str, str], columns: Sequence[str]) -> None:
    """Raises Refusal for a mapping that names what is not there, or no name."""
    if unknown := sorted(mapping.keys() - FIELDS.keys()):
        raise Refusal("no_such_field", f"there is no field {', '.join(unknown)} to import into")
    if missing := sorted(set(mapping.values()) - set(columns)):
        raise Refusal("no_such_column", f"the file has no column {', '.join(missing)}")
    if "name" not in mapping:
        raise Refusal("name_needed", "choose the column with the name: nobody can be imported without")


def read_row(values: Mapping[str, str], *, country: str, mapping: Mapping[str, str]) -> Row:
    """What the row says. `values`: by column. Raises Rejected."""
    said = {field: values[column] for field, column in mapping.items() if values[column]}
    wrong = [(field, "longer than 2000 letters") for field in said if len(said[field]) > _LONGEST_VALUE]
    if "name" not in said:
        wrong.append(("name", "missing"))
    if wrong:
        raise Rejected(wrong)
    phones = [_phone(said[field], country, field, wrong) for field in ("phone", "phone_2") if field in said]
    email = _email(said["email"], wrong) if "email" in said else None
    fields = _fields(said, wrong)
    if wrong:
        raise Rejected(wrong)
    place: dict[str, str] = {key: said[key] for key in _PLACE if key in said}
    return Row(
        fields=fields,
        phones=tuple(number for number in dict.fromkeys(phones) if number),
        email=email,
        address=place if place.keys() & {"street", "city"} else {},
    )


def _fields(said: Mapping[str, str], wrong: list[tuple[str, str]]) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for field in said:
        if field in ("phone", "phone_2", "email", *_PLACE):
            continue
        value = _day(said[field]) if field == "birth_date" else said[field]
        try:
            fields |= checked({field: value})
        except Refusal as refusal:
            wrong.append((field, str(refusal)))
    return fields


def _day(written: str) -> str:
    """ "27-03-1984", as it is written here, becomes "1984-03-27"; anything else stays."""
    found = _DAY.fullmatch(written)
    return f"{found[3]}-{found[2]:>02}-{found[1]:>02}" if found else written


def _phone(written: str, country: str, field: str, wrong: list[tuple[str, str]]) -> E164 | None:
    number = normalise(written, country)
    if number is None:
        wrong.append((field, f"{written!r} is no telephone number"))
    return number


def _email(written: str, wrong: list[tuple[str, str]]) -> str | None:
    try:
        return email_of(written)
    except Refusal as refusal:
        wrong.append(("email", str(refusal)))
        return None
