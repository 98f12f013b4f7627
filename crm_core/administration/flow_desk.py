"""Flows as administrators keep them: versions with who made them, and which one is in force; each step audited.

Version 1 is the file in the configured folder, which belongs to the first account; who calls passes the files' texts.
"""

from collections.abc import Mapping

import msgspec
from sqlalchemy.orm import Session

from crm_core import audit, flow_versions
from crm_core.administration.desk import Author
from crm_core.flow_versions import FILE_VERSION, FlowInForce
from ctiserver.core.errors import Conflict, NotFound


class VersionInList(msgspec.Struct, kw_only=True):
    """One version without its text; the file has neither a time nor an author."""

    number: int
    made_at: float | None = None
    made_by: str = ""
    note: str = ""


class KeptFlow(msgspec.Struct, kw_only=True):
    """A flow: which version is in force (None: none yet), and all that there are, the newest first."""

    name: str
    in_force: int | None
    versions: list[VersionInList]


def flows(session: Session, account_id: int, files: Mapping[str, str]) -> list[KeptFlow]:
    """All flows of the account, by name."""
    kept: dict[str, list[VersionInList]] = {}
    for row in flow_versions.versions(session, account_id):
        listed = VersionInList(number=row.number, made_at=row.made_at, made_by=row.made_by, note=row.note)
        kept.setdefault(row.name, []).append(listed)
    for name in files:
        kept.setdefault(name, []).append(VersionInList(number=FILE_VERSION))
    return [
        KeptFlow(name=name, in_force=_in_force(session, name, files), versions=kept[name])
        for name in sorted(kept)
    ]


def flow(session: Session, account_id: int, files: Mapping[str, str], name: str) -> KeptFlow:
    """One of them. Raises NotFound."""
    for found in flows(session, account_id, files):
        if found.name == name:
            return found
    raise NotFound(f"there is no flow {name}")


def text(session: Session, account_id: int, files: Mapping[str, str], name: str, number: int) -> str:
    """The text of a version. Raises NotFound."""
    if number != FILE_VERSION:
        return flow_versions.version(session, account_id, name, number).text
    if name not in files:
        raise NotFound(f"the flow {name} has no file")
    return files[name]


def keep(
    session: Session,
    author: Author,
    files: Mapping[str, str],
    name: str,
    *,
    text: str,
    note: str,
    expected_newest: int | None,
) -> KeptFlow:
    """The flow with its new version, which is not in force yet.

    `expected_newest`: the newest version that its author knew, None for a new flow. Raises Conflict when there is a
    newer one, Refusal for a name that another account uses.
    """
    known = next((one for one in flows(session, author.account_id, files) if one.name == name), None)
    newest = known.versions[0].number if known else None
    if newest != expected_newest:
        raise Conflict(f"version {newest} was kept meanwhile: compare it with yours, then keep yours again")
    kept = flow_versions.keep(
        session, author.account_id, name, text, note=note, at=author.at, by=author.login
    )
    _note(session, author, "flow.keep", name, {}, {"version": kept.number, "note": note})
    return flow(session, author.account_id, files, name)


def put_in_force(
    session: Session, author: Author, files: Mapping[str, str], name: str, number: int
) -> KeptFlow:
    """The flow with another version in force. Raises NotFound."""
    text(session, author.account_id, files, name, number)
    before = _in_force(session, name, files)
    flow_versions.put_in_force(session, author.account_id, name, number)
    session.flush()
    _note(session, author, "flow.put_in_force", name, {"version": before}, {"version": number})
    return flow(session, author.account_id, files, name)


def _in_force(session: Session, name: str, files: Mapping[str, str]) -> int | None:
    chosen = session.get(FlowInForce, name)
    if chosen is not None:
        return chosen.version.number
    return FILE_VERSION if name in files else None


def _note(
    session: Session,
    author: Author,
    action: str,
    name: str,
    before: dict[str, object],
    after: dict[str, object],
) -> None:
    audit.note(
        session,
        account_id=author.account_id,
        at=author.at,
        by=author.login,
        action=action,
        subject=name,
        before=before,
        after=after,
    )
