"""The texts: both languages have the same ones, and pages use no others."""

import re
from pathlib import Path

import agent_console
from agent_console.pages import words

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
