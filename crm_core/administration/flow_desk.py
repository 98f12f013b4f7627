"""Flows and surveys as administrators keep them: versions with who made them, one in force; each step audited.

Version 1 is the file in the configured folder, which belongs to the first account; who calls passes the files' texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
from sqlalchemy.orm import Session

from crm_core import flow_versions
from crm_core.administration.desk import Author, write_down
from crm_core.flow_versions import FILE_VERSION, FlowInForce
from ctiserver.core.errors import Conflict, NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The texts of one kind of one account.

    `kind`: the audit's word for one; `prefix`: what their names begin with in the store; `files`: those of the
    configured folder, by name.
    """

    kind: str
    prefix: str
    account_id: int
    files: Mapping[str, str]

    def stored(self, name: str) -> str:
        """What the store calls it."""
        return self.prefix + name

    def name(self, stored: str) -> str | None:
        """What people call it; None: it is of another kind."""
        own = stored.removeprefix(self.prefix)
        return own if stored.startswith(self.prefix) and "/" not in own else None


class VersionInList(msgspec.Struct, kw_only=True):
    """One version without its text; the file has neither a time nor an author."""

    number: int
    made_at: float | None = None
    made_by: str = ""
    note: str = ""


class KeptFlow(msgspec.Struct, kw_only=True):
    """A flow or survey: which version is in force (None: none yet), and all that there are, the newest first."""

    name: str
    in_force: int | None
    versions: list[VersionInList]


def flows(session: Session, shelf: Shelf) -> list[KeptFlow]:
    """All on the shelf, by name."""
    kept: dict[str, list[VersionInList]] = {}
    for row in flow_versions.versions(session, shelf.account_id):
        if (name := shelf.name(row.name)) is not None:
            listed = VersionInList(number=row.number, made_at=row.made_at, made_by=row.made_by, note=row.note)
            kept.setdefault(name, []).append(listed)
    for name in shelf.files:
        kept.setdefault(name, []).append(VersionInList(number=FILE_VERSION))
    return [
        KeptFlow(name=name, in_force=_in_force(session, shelf, name), versions=kept[name])
        for name in sorted(kept)
    ]


def texts_in_force(session: Session, shelf: Shelf) -> dict[str, str]:
    """The texts that calls begin with now, by name."""
    return {
        one.name: text(session, shelf, one.name, one.in_force)
        for one in flows(session, shelf)
        if one.in_force is not None
    }


def flow(session: Session, shelf: Shelf, name: str) -> KeptFlow:
    """One of them. Raises NotFound."""
    for found in flows(session, shelf):
        if found.name == name:
            return found
    raise NotFound(f"there is no {shelf.kind} {name}")


def text(session: Session, shelf: Shelf, name: str, number: int) -> str:
    """The text of a version. Raises NotFound."""
    if number != FILE_VERSION:
        return flow_versions.version(session, shelf.account_id, shelf.stored(name), number).text
    if name not in shelf.files:
        raise NotFound(f"the {shelf.kind} {name} has no file")
    return shelf.files[name]


def keep(
    session: Session,
    author: Author,
    shelf: Shelf,
    name: str,
    *,
    text: str,
    note: str,
    expected_newest: int | None,
) -> KeptFlow:
    """The flow with its new version, which is not in force yet.

    `expected_newest`: the newest version that its author knew, None for a new one. Raises Conflict when there is a
    newer one, Refusal for a name that another account uses.
    """
    known = next((one for one in flows(session, shelf) if one.name == name), None)
    newest = known.versions[0].number if known else None
    if newest != expected_newest:
        raise Conflict(f"version {newest} was kept meanwhile: compare it with yours, then keep yours again")
    kept = flow_versions.keep(
        session, author.account_id, shelf.stored(name), text, note=note, at=author.at, by=author.login
    )
    write_down(session, author, f"{shelf.kind}.keep", name, {}, {"version": kept.number, "note": note})
    return flow(session, shelf, name)


def put_in_force(session: Session, author: Author, shelf: Shelf, name: str, number: int) -> KeptFlow:
    """The flow with another version in force. Raises NotFound."""
    text(session, shelf, name, number)
    before = _in_force(session, shelf, name)
    flow_versions.put_in_force(session, author.account_id, shelf.stored(name), number)
    session.flush()
    write_down(session, author, f"{shelf.kind}.put_in_force", name, {"version": before}, {"version": number})
    return flow(session, shelf, name)


def _in_force(session: Session, shelf: Shelf, name: str) -> int | None:
    chosen = session.get(FlowInForce, shelf.stored(name))
    if chosen is not None:
        return chosen.version.number
    return FILE_VERSION if name in shelf.files else None
