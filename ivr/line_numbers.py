"""Where in a TOML text a key stands, so that a mistake can be shown with its line.

`tomllib` forgets lines; this reads only what flows and surveys use: table headers, arrays of tables and keys.
"""

import re

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


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in dotted.split("."))
