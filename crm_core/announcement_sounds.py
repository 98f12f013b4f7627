"""Recordings of a company's own for its announcements: uploaded, listened to, then chosen in an announcement.

The file lies below the company's own folder under a name that we make, never one that somebody typed; only what is
stored as a row is read. A recording that an announcement says cannot be removed.
"""

import os
import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.base import Base, EpochSeconds
from ctiserver.core.errors import NotFound, Refusal, StoreError

LONGEST_NAME = 80
MOST = 100
"""Recordings of one account: at two minutes each, 200 MB."""
YOUNG_SECONDS = 86_400.0
"""A file that is no older may belong to an upload that is not over."""
_KEY = re.compile(r"[0-9a-f]{32}")


class AnnouncementSound(Base):
    """One recording. `key` names it in announcements and its file."""

    __tablename__ = "announcement_sounds"
    __table_args__ = (Index(None, "account_id", "key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    key: Mapped[str]
    name: Mapped[str]
    seconds: Mapped[float]
    added_at: Mapped[EpochSeconds]
    added_by: Mapped[str]


def sounds_of(session: Session, account_id: int) -> Sequence[AnnouncementSound]:
    """Those of the account, the latest first."""
    query = select(AnnouncementSound).where(AnnouncementSound.account_id == account_id)
    return session.scalars(query.order_by(AnnouncementSound.id.desc())).all()


def sound(session: Session, account_id: int, key: str, *, lock: bool = False) -> AnnouncementSound:
    """One of the account. Raises NotFound.

    `lock`: nobody chooses or removes it until this transaction is over; of two who do either the second finds out.
    """
    query = select(AnnouncementSound).where(
        AnnouncementSound.account_id == account_id, AnnouncementSound.key == key
    )
    found = session.scalar(query.with_for_update() if lock else query)
    if found is None:
        raise NotFound("there is no such recording")
    return found


def add(
    session: Session,
    folder: Path,
    account_id: int,
    name: str,
    wav: bytes,
    seconds: float,
    *,
    by: str,
    now: float,
) -> AnnouncementSound:
    """Keep telephone sound: its file is on disk before its row is. Raises Refusal, StoreError."""
    plain = " ".join("".join(letter if letter.isprintable() else " " for letter in name).split())
    if not plain or len(plain) > LONGEST_NAME:
        raise Refusal("sound_name", f"give it a name of at most {LONGEST_NAME} letters")
    query = select(func.count()).where(AnnouncementSound.account_id == account_id)
    if (session.scalar(query) or 0) >= MOST:
        raise Refusal("sound_too_many", f"there are {MOST} recordings: remove one that no announcement says")
    row = AnnouncementSound(
        account_id=account_id,
        key=secrets.token_hex(16),
        name=plain,
        seconds=seconds,
        added_at=now,
        added_by=by,
    )
    session.add(row)
    session.flush()
    _write(file_of(folder, account_id, row.key), wav)
    told = {"name": plain, "seconds": round(seconds, 1)}
    _note(session, row, "announcement_sound.add", {}, told, by=by, now=now)
    return row


def take_out(session: Session, row: AnnouncementSound, *, by: str, now: float) -> None:
    """The row goes, and its file after the commit, by `drop_file`."""
    session.delete(row)
    session.flush()
    _note(session, row, "announcement_sound.remove", {"name": row.name}, {}, by=by, now=now)


def file_of(folder: Path, account_id: int, key: str) -> Path:
    """Where the file of a recording is, or would be. Raises NotFound for what is no key of ours."""
    if not _KEY.fullmatch(key):
        raise NotFound("there is no such recording")
    return folder / str(account_id) / f"{key}.wav"


def content_of(folder: Path, row: AnnouncementSound) -> bytes:
    """The wav file. Raises StoreError when it is gone."""
    try:
        return file_of(folder, row.account_id, row.key).read_bytes()
    except OSError as error:
        raise StoreError(f"the file of recording {row.id} cannot be read: {error}") from error


def drop_file(folder: Path, account_id: int, key: str) -> None:
    """Once its row is gone for good, that is after the commit."""
    file_of(folder, account_id, key).unlink(missing_ok=True)


def sweep(session: Session, folder: Path, *, now: float) -> int:
    """Removes files that no row names, as a death between file and row leaves them; how many. Raises OSError.

    A young one may be on its way to its row still.
    """
    removed = 0
    for file in sorted(folder.glob("*/*")):
        if file.suffix in (".wav", ".part") and now - file.stat().st_mtime >= YOUNG_SECONDS:
            if file.suffix == ".wav" and _is_named(session, file):
                continue
            file.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_named(session: Session, file: Path) -> bool:
    query = select(AnnouncementSound.account_id).where(AnnouncementSound.key == file.stem)
    return file.parent.name in {str(account_id) for account_id in session.scalars(query)}


def _write(file: Path, wav: bytes) -> None:
    """Whole or not at all."""
    half = file.with_suffix(".part")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with half.open("wb") as written:
            written.write(wav)
            written.flush()
            os.fsync(written.fileno())
        os.replace(half, file)
    except OSError as error:
        half.unlink(missing_ok=True)
        raise StoreError(f"the recording cannot be kept: {error}") from error


def _note(
    session: Session,
    row: AnnouncementSound,
    action: str,
    before: dict[str, object],
    after: dict[str, object],
    *,
    by: str,
    now: float,
) -> None:
    audit.note(
        session,
        account_id=row.account_id,
        at=now,
        by=by,
        action=action,
        subject=f"announcement_sound {row.id}",
        before=before,
        after=after,
    )
