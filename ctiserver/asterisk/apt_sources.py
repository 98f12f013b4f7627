"""Which Debian mirrors this machine already trusts, read from its own apt sources.

Only entries for the machine's own release and the component `main` count, so that third parties' repositories
(whose releases have names of their own, or whose key is another) are never taken for a mirror of Debian.
Pure: works on the text of the files, in the one-line and the deb822 format.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_DEBIAN_KEYRING = "debian-archive-keyring"
_OPTION = re.compile(r"([\w-]+)=([^\s\]]+)")


@dataclass(frozen=True, slots=True)
class Entry:
    """One source of packages; `signed_by` "" means any key that the machine trusts."""

    uri: str
    suite: str
    components: tuple[str, ...]
    signed_by: str = ""


def mirrors(entries: Iterable[Entry], release_names: Iterable[str]) -> list[str]:
    """URIs of Debian mirrors in the order of the sources, each once; empty when there is none."""
    names = frozenset(release_names)
    found = [
        entry.uri
        for entry in entries
        if entry.suite in names
        and "main" in entry.components
        and (not entry.signed_by or _DEBIAN_KEYRING in entry.signed_by)
    ]
    return list(dict.fromkeys(found))


def one_line_entries(text: str) -> Iterator[Entry]:
    """The `deb` lines of a sources.list."""
    for line in text.splitlines():
        match = re.match(r"\s*deb\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)\s*([^#]*)", line)
        if match:
            options = dict(_OPTION.findall(match[1] or ""))
            yield Entry(match[2], match[3], tuple(match[4].split()), options.get("signed-by", ""))


def deb822_entries(text: str) -> Iterator[Entry]:
    """The enabled `deb` stanzas of a *.sources file."""
    for stanza in re.split(r"\n\s*\n", text):
        fields = _fields(stanza)
        if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
            continue
        for uri in fields.get("uris", "").split():
            for suite in fields.get("suites", "").split():
                components = tuple(fields.get("components", "").split())
                yield Entry(uri, suite, components, fields.get("signed-by", ""))


def _fields(stanza: str) -> dict[str, str]:
    """Fields of a deb822 stanza by lower-case name; continuation lines are joined, comments dropped."""
    fields: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0] in " \t":
            fields[name] = f"{fields.get(name, '')} {line.strip()}"
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields
