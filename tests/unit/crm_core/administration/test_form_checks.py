"""Mistakes of forms name the limits that were checked, so that whoever typed the number can mend it."""

import tomllib
from importlib import resources

import pytest

from crm_core.administration import checks


def test_a_number_outside_of_its_limits_names_them_both() -> None:
    (mistake,) = checks.whole("hold_reminder_seconds", 5, 10, 3_600)
    assert (mistake.path, mistake.error_id) == ("hold_reminder_seconds", "wrong_level")
    assert dict(mistake.fields) == {"least": "10", "most": "3600"}
    assert "from 10 to 3600" in mistake.message


@pytest.mark.parametrize(("value", "right"), [(9, False), (10, True), (20, True), (21, False)])
def test_both_limits_are_themselves_allowed(value: int, right: bool) -> None:
    assert (list(checks.whole("field", value, 10, 20)) == []) is right


def test_only_an_optional_number_may_be_left_empty() -> None:
    assert list(checks.whole("field", None, 1, 2, optional=True)) == []
    assert [one.error_id for one in checks.whole("field", None, 1, 2)] == ["wrong_level"]


def test_a_level_is_named_by_what_it_is_the_level_of() -> None:
    (mistake,) = checks.levels("skills", {"technical": 101}, ["technical"], 100)
    assert (mistake.path, mistake.message) == ("skills", "give technical a number from 0 to 100")


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_sentence_that_people_read_has_a_place_for_both_limits(language: str) -> None:
    words = tomllib.loads(
        (resources.files("agent_console") / "words" / f"{language}.toml").read_text("utf-8")
    )
    assert {"{least}", "{most}"} <= set(words["mistake_wrong_level"].strip(".").split())
