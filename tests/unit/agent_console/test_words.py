"""The texts: both languages have the same ones, and pages use no others."""

import re
import typing
from collections.abc import Mapping
from pathlib import Path

import pytest

import agent_console
from acd import device
from agent_console.pages import words
from agent_console.roles import ROLES, Permission
from crm_core.scripts.script_mistakes import SENTENCES as SENTENCES_OF_SCRIPTS
from ctiserver.core.inputs import LegFailed
from ivr.wrong import SENTENCES

_FOLDER = Path(agent_console.__file__).parent
_SOURCES = [*_FOLDER.glob("templates/*.html"), *_FOLDER.glob("static/js/*.js")]
_KEY = re.compile(r"""\bt\(\s*["'`]([a-z_0-9]+)["'`]\s*[,)]""")
_FAMILY = re.compile(r"""\b(?:of\(["']([a-z_]+)["']|t\(["'`]([a-z_]+_)["'`$])""")


def test_both_languages_have_the_same_texts() -> None:
    assert list(words("es")) == list(words("en"))
    assert all(words("es").values())
    assert all(words("en").values())


def test_the_same_places_are_left_open_in_both_languages() -> None:
    for key, text in words("es").items():
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", words("en")[key])), key


def test_pages_use_known_texts_only() -> None:
    used = {(file.name, key) for file in _SOURCES for key in _KEY.findall(file.read_text())}
    assert len(used) > 80
    assert {(name, key) for name, key in used if key not in words("es")} == set()


def test_every_family_of_texts_has_members() -> None:
    for file in _SOURCES:
        for one, other in _FAMILY.findall(file.read_text()):
            family = f"{one}_" if one else other
            assert any(key.startswith(family) for key in words("es")), (file.name, family)


def test_no_script_builds_html_from_text() -> None:
    for file in _FOLDER.glob("static/js/*.js"):
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write", file.read_text()), (
            file
        )


@pytest.mark.parametrize("language", ["es", "en"])
def test_roles_permissions_and_what_pauses_an_agent_have_words(language: str) -> None:
    reasons = (*typing.get_args(typing.get_type_hints(LegFailed)["reason"]), device.LOST, "missed_offer")
    families = {"role": ROLES, "permission": Permission, "reason": reasons, "not_taken": reasons}
    wanted = {f"{family}_{name}" for family, names in families.items() for name in names}
    assert len(wanted) > 40
    assert wanted - words(language).keys() == set()


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(("family", "sentences"), [("flow", SENTENCES), ("script", SENTENCES_OF_SCRIPTS)])
def test_every_mistake_of_a_text_is_worded_with_what_its_sentence_speaks_of(
    language: str, family: str, sentences: Mapping[str, str]
) -> None:
    worded = {
        key.removeprefix(f"{family}_wrong_"): text
        for key, text in words(language).items()
        if key.startswith(f"{family}_wrong_")
    }
    assert set(worded) == set(sentences)
    for error_id, sentence in sentences.items():
        given = set(re.findall(r"(?<!\{)\{(\w+)(?:!r)?\}", sentence))
        assert set(re.findall(r"\{(\w+)\}", worded[error_id])) <= given, error_id
