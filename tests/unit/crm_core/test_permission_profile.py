"""Legal profile rows: what may be written, and what the release comes with."""

from datetime import date
from typing import Any

import pytest

from crm_core.permission.profile import checked, shipped
from ctiserver.core.errors import ConfigError
from ctiserver.core.permit import Channel, Purpose

RIGHT: dict[str, Any] = {
    "key": "house-lunch",
    "country": "*",
    "purposes": ["sales"],
    "channels": ["phone"],
    "source": "our director",
    "checked_on": "2026-01-01",
    "valid_from": "2020-01-01",
    "hours": {"mon-thu": "09:00-13:00 15:00-18:30", "fri": "09:00-24:00"},
}


def test_hours_are_read_by_day() -> None:
    row = checked(RIGHT)
    assert row.spans(0) == ((540, 780), (900, 1110))
    assert row.spans(4) == ((540, 1440),)
    assert row.spans(6) == ()
    assert checked(RIGHT | {"hours": {}}).spans(6) == ((0, 1440),)


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"country": "Chile"}, "country"),
        ({"source": " "}, "source"),
        ({"purposes": []}, "purposes"),
        ({"hours": {"lun": "09:00-10:00"}}, "hours.lun"),
        ({"hours": {"mon": "10:00-09:00"}}, "hours.mon"),
        ({"hours": {"mon": "9-10"}}, "hours.mon"),
        ({"hours": {"fri-mon": "09:00-10:00"}}, "hours.fri-mon"),
        ({"caps": [{"at_most": 1, "window": "year"}]}, "caps"),
        ({"valid_until": "2019-12-31"}, "valid_until"),
        ({"key": "Two Words"}, "key"),
        ({"channels": ["smoke"]}, "smoke"),
        ({"checked_on": "yesterday"}, "checked_on"),
    ],
)
def test_a_wrong_row_is_refused_with_the_place(wrong: dict[str, Any], where: str) -> None:
    with pytest.raises(ConfigError, match=where):
        checked(RIGHT | wrong)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        checked(RIGHT | {"country": "x", "source": "", "hours": {"day": "all"}})
    assert len(refused.value.mistakes) == 3


def test_the_release_covers_every_purpose_of_seven_countries_with_a_source() -> None:
    for country in ("CL", "CO", "MX", "PE", "AR", "ES", "US"):
        for purpose in Purpose:
            covering = [
                row
                for row in shipped().values()
                if row.country == country
                and row.speaks_of(purpose, Channel.PHONE)
                and row.in_force(date(2026, 9, 14))
            ]
            assert covering, (country, purpose)
    assert all(row.source for row in shipped().values())
    looked_up = [row.checked_on for row in shipped().values() if row.checked_on]
    assert looked_up
    assert all(day >= date(2026, 1, 1) for day in looked_up)
