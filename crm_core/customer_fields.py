"""The fields of a customer that can be written, and what is right in each: a pure check.

Most fields are known by facts: what each source says of them is kept, and `fact_rule` decides what is shown. Values
are brought into the one form in which they are compared, so that "12.345.678-5" and "12345678-5" are no conflict.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from zoneinfo import available_timezones

from ctiserver.core import rut as ruts
from ctiserver.core.errors import Refusal

KNOWN_BY_FACTS = frozenset(
    {
        "kind",
        "is_customer",
        "is_supplier",
        "name",
        "surname",
        "second_surname",
        "rut",
        "birth_date",
        "form_of_address",
        "language",
        "time_zone",
        "preferences",
        "custom",
    }
)
GROUPS = ("preferences", "custom")
"""Fields that hold fields of their own: each is a fact, "custom.meter_brand"."""
EDITABLE = KNOWN_BY_FACTS | {"external_id", "value_class", "value_class_reason", "notes"}


def checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields in the form in which they are kept. Raises Refusal for one that is unknown or wrong."""
    if unknown := sorted(fields.keys() - EDITABLE):
        raise Refusal("no_such_field", f"a customer has no field {', '.join(unknown)}")
    return {field: _CHECKS.get(field, _as_it_is)(value) for field, value in fields.items()}


def flat(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What the facts say: those known by facts alone, groups taken apart."""
    said: dict[str, Any] = {}
    for field, value in fields.items():
        if field in GROUPS:
            said |= {f"{field}.{key}": inner for key, inner in value.items()}
        elif field in KNOWN_BY_FACTS:
            said[field] = value
    return said


def _as_it_is(value: Any) -> Any:
    return value


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Refusal("name_needed", "write the name: a customer cannot be without")
    return " ".join(value.split())


def _words(value: Any) -> str:
    return " ".join(str(value or "").split())


def _rut(value: Any) -> str | None:
    if not value:
        return None
    if (normal := ruts.normalise(str(value))) is None:
        raise Refusal("wrong_rut", f"{value} is no RUT: check its digits, the last one included")
    return normal


def _date(value: Any) -> str | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Refusal("wrong_date", f"write the date as 1984-03-27 instead of {value!r}") from None


def _time_zone(value: Any) -> str | None:
    if value and value not in available_timezones():
        raise Refusal("wrong_time_zone", f"{value!r} is no time zone: write one like America/Santiago")
    return value or None


def _language(value: Any) -> str | None:
    if value and not (isinstance(value, str) and value.isalpha() and len(value) == 2):
        raise Refusal("wrong_language", f"write the language by its two letters, as es, instead of {value!r}")
    return value.lower() if value else None


def _group(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise Refusal("wrong_group", "write preferences and custom fields as names with values")
    return dict(value)


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "surname": _words,
    "second_surname": _words,
    "form_of_address": _words,
    "rut": _rut,
    "birth_date": _date,
    "time_zone": _time_zone,
    "language": _language,
    "preferences": _group,
    "custom": _group,
}
