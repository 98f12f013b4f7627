"""Where in a TOML text a key stands, so that a mistake can be shown with its line.

`tomllib` forgets lines; this reads only what flows, surveys and scripts use: table headers, arrays of tables and keys.
"""

import re
import tomllib
from typing import Any

import msgspec

_HEADER = re.compile(r"^\s*(\[\[?)\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"^\s*([A-Za-z0-9_\-.\"']+)\s*=")


def line_numbers(text: str) -> dict[tuple[str, ...], int]:
    """The line (from 1) of each table and key by its path; tables of an array carry their index."""
    found: dict[tuple[str, ...], int] = {}
    counts: dict[tuple[str, ...], int] = {}
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.match(line):
            table = _parts(header[2])
            if header[1] == "[[":
                counts[table] = counts.get(table, -1) + 1
                table = (*table, str(counts[table]))
            found.setdefault(table, number)
        elif key := _KEY.match(line):
            found.setdefault((*table, *_parts(key[1])), number)
    return found


def nearest(lines: dict[tuple[str, ...], int], path: tuple[str, ...]) -> int:
    """The line of a path, else that of the table around it, else 1."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


def toml_mistake(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, str]:
    """The line (from 1) where a text ceases to be TOML, and what is wrong there."""
    line = getattr(error, "lineno", None) or _line_in(str(error), text)
    return line, str(error).partition(" (at")[0]


def misshapen(kind: Any, content: Any) -> tuple[tuple[str, ...], str] | None:
    """The path of the first key in which the content is not of this kind, and what is wrong with it; None: it is."""
    try:
        msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        message, _, at = str(error).partition(" - at `$")
        parts = at.rstrip("`").replace("[...]", "").replace("[", ".").replace("]", "").split(".")
        _, _, unknown = message.partition("unknown field ")
        return tuple(filter(None, [*parts, unknown.strip("`")])), message
    return None


def _line_in(message: str, text: str) -> int:
    if "at end of document" in message:
        return len(text.splitlines()) or 1
    _, _, rest = message.partition("at line ")
    digits = "".join(character for character in rest.split(",")[0] if character.isdigit())
    return int(digits or 1)


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
