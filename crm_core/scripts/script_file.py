"""Reads a script from its TOML text and reports every mistake at once, each with its line. Pure.

What can be wrong with a script as a whole stands in `script_mistakes`.
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import msgspec

from crm_core.scripts import script_mistakes
from crm_core.scripts.script import Objection, Page, Script
from crm_core.scripts.script_mistakes import SENTENCES, Wrong, wrong
from ctiserver.core.errors import ConfigError, Mistake
from ctiserver.core.line_numbers import line_numbers, misshapen, nearest, toml_mistake


def read_script(text: str, path: str, *, dispositions: Collection[str] | None = None) -> Script:
    """The script. `dispositions`: the codes of the results that there are; None: nobody can tell.

    Raises ConfigError with all mistakes, each as `path:line`.
    """
    script = sketch(text, path)
    _refuse_if(script_mistakes.mistakes(script, dispositions), path, line_numbers(text))
    return script


def sketch(text: str, path: str) -> Script:
    """The script as far as it is written: it may lead nowhere. Raises ConfigError for what is no script."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line, what = toml_mistake(error, text)
        twice = any(word in what for word in ("overwrite", "Duplicate", "twice"))
        found = wrong(("",), "key_twice") if twice else wrong(("",), "not_toml", what=what)
        raise ConfigError([_as_mistake(found, path, {("",): line})]) from None
    _refuse_if(_shape(content), path, line_numbers(text))
    return msgspec.convert(content, Script)


def _shape(content: dict[str, Any]) -> Iterator[Wrong]:
    """Missing, unknown and mistyped keys, page by page so that all are found."""
    families: tuple[tuple[str, Any], ...] = (("page", Page), ("objection", Objection))
    tables = {name: content.get(name, {}) for name, _ in families}
    for name, kind in families:
        if not isinstance(tables[name], dict):
            yield wrong((name,), "wrong_shape", what=f"write [{name}.NAME]")
            continue
        for key, one in tables[name].items():
            yield from _misshapen(kind, one, (name, key))
    yield from _misshapen(Script, {key: value for key, value in content.items() if key not in tables}, ())


def _misshapen(kind: Any, content: Any, here: tuple[str, ...]) -> Iterator[Wrong]:
    if found := misshapen(kind, content):
        path, message = found
        yield wrong((*here, *path), "wrong_shape", what=message)


def _refuse_if(found: Iterable[Wrong], path: str, lines: dict[tuple[str, ...], int]) -> None:
    told = [_as_mistake(one, path, lines) for one in found]
    if told:
        raise ConfigError(sorted(told, key=lambda one: int(one.path.rpartition(":")[2])))


def _as_mistake(found: Wrong, path: str, lines: dict[tuple[str, ...], int]) -> Mistake:
    return Mistake(
        f"{path}:{nearest(lines, found.at)}",
        SENTENCES[found.error_id].format(**found.fields),
        found.error_id,
        tuple(found.fields.items()),
    )
