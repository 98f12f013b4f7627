"""Mistakes in a text of TOML that people write (a flow, a survey, a script): each with its line, all at once. Pure.

A mistake has a stable id and the fields that its sentence speaks of, so that a screen can say it in its reader's
language; the English sentences stand where the mistakes are found, in a table by id. Three are the same everywhere:
`not_toml` (what), `key_twice` and `wrong_shape` (what).
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.line_numbers import line_numbers, misshapen, nearest, toml_mistake

Sentences = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Wrong:
    """One mistake: the path of the key that it is in, its id, and what its sentence speaks of."""

    at: tuple[str, ...]
    error_id: str
    fields: dict[str, str]


def wrong(at: Iterable[str], error_id: str, **fields: object) -> Wrong:
    """A mistake at a path."""
    return Wrong(tuple(at), error_id, {name: str(value) for name, value in fields.items()})


def content_of(text: str, path: str, sentences: Sentences) -> dict[str, Any]:
    """What the text says. Raises ConfigError where it is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what = toml_mistake(error, text)
        twice = any(word in what for word in ("overwrite", "Duplicate", "twice"))
        found = wrong(("",), "key_twice") if twice else wrong(("",), "not_toml", what=what)
        raise ConfigError([_as_mistake(found, path, {("",): line}, sentences)]) from None


def misshapen_in(kind: Any, content: Any, here: tuple[str, ...]) -> Iterator[Wrong]:
    """The first key that is missing, unknown or mistyped in what shall be of this kind and stands `here`."""
    if found := misshapen(kind, content):
        path, message = found
        yield wrong((*here, *path), "wrong_shape", what=message)


def refuse_if(found: Iterable[Wrong], text: str, path: str, sentences: Sentences) -> None:
    """Raises ConfigError with these mistakes, if there are any, each as `path:line`, in the order of the text."""
    lines = line_numbers(text)
    told = [_as_mistake(one, path, lines, sentences) for one in found]
    if told:
        raise ConfigError(sorted(told, key=lambda one: int(one.path.rpartition(":")[2])))


def _as_mistake(found: Wrong, path: str, lines: dict[tuple[str, ...], int], sentences: Sentences) -> Mistake:
    return Mistake(
        f"{path}:{nearest(lines, found.at)}",
        sentences[found.error_id].format(**found.fields),
        found.error_id,
        tuple(found.fields.items()),
    )
