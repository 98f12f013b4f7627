"""Attachments: files of a customer, kept on disk under the hash of their content.

The same content is stored once. What a file is, its first bytes say, not its name: what is not on the list is refused,
so that nobody stores a program or a page that a browser would run.
"""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core.base import Base
from crm_core.paging import By, Page, page
from crm_core.provenance import Origin, Sourced
from crm_core.timeline_entry import entry
from ctiserver.core.errors import NotFound, Refusal, StoreError

LARGEST_BYTES = 10 << 20
LONGEST_NAME = 120
KINDS: dict[str, tuple[bytes, ...]] = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/webp": (),
    "image/tiff": (b"II*\0", b"MM\0*"),
    "application/zip": (b"PK\x03\x04",),
    "audio/wav": (),
    "audio/mpeg": (b"ID3", b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"),
    "audio/ogg": (b"OggS",),
    "audio/mp4": (),
    "text/plain": (),
}
"""What is kept, and how it begins; documents of office programs are zips."""
_AUDIO_BRANDS = (b"M4A", b"M4B", b"3gp")
"""Brands (ISO 14496-12) that telephones give to what they have recorded; others may be films."""


class Attachment(Sourced, Base):
    """A file of one customer; `sha256` names its content."""

    __tablename__ = "attachments"
    __table_args__ = (
        ForeignKeyConstraint(
            ["account_id", "customer_id"], ["customers.account_id", "customers.id"], ondelete="CASCADE"
        ),
        Index(None, "account_id", "customer_id", "known_at"),
        Index(None, "sha256"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    customer_id: Mapped[int]
    name: Mapped[str]
    """As its owner calls it; never a path."""
    sha256: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)


TIMELINE = entry(
    "attachment",
    Attachment,
    Attachment.known_at,
    title=Attachment.name,
    detail=Attachment.content_type,
    by=Attachment.by,
)


def attach(
    session: Session,
    folder: Path,
    account_id: int,
    customer_id: int,
    name: str,
    content: bytes,
    *,
    origin: Origin,
    now: float,
) -> Attachment:
    """The new attachment; its content is on disk before its row is in the database. Raises Refusal, StoreError."""
    kind = content_type(content)
    if not content:
        raise Refusal("empty_file", "choose a file that is not empty")
    if len(content) > LARGEST_BYTES:
        raise too_large()
    if kind is None:
        raise Refusal("wrong_file", f"choose a file of one of these kinds: {', '.join(KINDS)}")
    new = Attachment(
        account_id=account_id,
        customer_id=customer_id,
        name=_plain_name(name),
        sha256=hashlib.sha256(content).hexdigest(),
        content_type=kind,
        size_bytes=len(content),
        source=origin.source,
        by=origin.by,
        contact_id=origin.contact_id,
        known_at=now,
    )
    keep_content(folder, account_id, content)
    session.add(new)
    session.flush()
    return new


def attachments_of(
    session: Session, account_id: int, customer_id: int, *, cursor: str | None = None, limit: int = 50
) -> Page[Attachment]:
    """A page of his files, the latest first. Raises Refusal for a cursor that this list has not given."""
    query = select(Attachment).where(
        Attachment.account_id == account_id, Attachment.customer_id == customer_id
    )
    order = [By(Attachment.known_at, True), By(Attachment.id, True)]
    return page(session, query, order, cursor=cursor, limit=limit)


def attachment(session: Session, account_id: int, customer_id: int, number: int) -> Attachment:
    """The customer's attachment. Raises NotFound."""
    found = session.scalar(
        select(Attachment).where(
            Attachment.account_id == account_id,
            Attachment.customer_id == customer_id,
            Attachment.id == number,
        )
    )
    if found is None:
        raise NotFound(f"customer {customer_id} has no attachment {number}")
    return found


def content_of(folder: Path, found: Attachment) -> bytes:
    """What is in the file. Raises StoreError when it is gone or no longer what it was."""
    try:
        content = path_of(folder, found.account_id, found.sha256).read_bytes()
    except OSError as error:
        raise StoreError(f"the file of attachment {found.id} cannot be read: {error}") from error
    if hashlib.sha256(content).hexdigest() != found.sha256:
        raise StoreError(f"the file of attachment {found.id} is damaged")
    return content


def remove(session: Session, found: Attachment) -> bool:
    """The attachment goes; whether nobody else of the account has its content, so that the file may go after it."""
    session.delete(found)
    session.flush()
    others = select(Attachment.id).where(
        Attachment.account_id == found.account_id, Attachment.sha256 == found.sha256
    )
    return session.scalar(others.limit(1)) is None


def drop_file(folder: Path, found: Attachment) -> None:
    """Once its last attachment is gone for good, that is after the commit."""
    path_of(folder, found.account_id, found.sha256).unlink(missing_ok=True)


def too_large() -> Refusal:
    """What is said to who brings more than is kept."""
    return Refusal("attachment_too_large", f"choose a file of at most {LARGEST_BYTES >> 20} MB")


def content_type(content: bytes) -> str | None:
    """What the first bytes say; None: nothing that is kept. Text is what reads as UTF-8 and looks like no page."""
    for kind, starts in KINDS.items():
        if any(content.startswith(start) for start in starts):
            return kind
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    if content[:4] == b"RIFF" and content[8:12] == b"WAVE":
        return "audio/wav"
    if content[4:8] == b"ftyp" and content[8:12].startswith(_AUDIO_BRANDS):
        return "audio/mp4"
    head = content[:4096]
    if b"\0" in head or b"<" in head.lstrip()[:1]:
        return None
    try:
        content.decode()
    except UnicodeDecodeError:
        return None
    return "text/plain"


def _plain_name(name: str) -> str:
    last = re.split(r"[/\\]", name)[-1]
    return "".join(letter for letter in last if letter.isprintable())[:LONGEST_NAME].strip(". ") or "file"


def keep_content(folder: Path, account_id: int, content: bytes) -> str:
    """The hash that names the content, which is on disk now. Raises StoreError."""
    name = hashlib.sha256(content).hexdigest()
    _write(path_of(folder, account_id, name), content)
    return name


def path_of(folder: Path, account_id: int, sha256: str) -> Path:
    """Where content lies, if it is there."""
    return folder / str(account_id) / sha256[:2] / sha256


def _write(file: Path, content: bytes) -> None:
    """Whole or not at all: written beside its place and moved there."""
    if file.exists():
        return
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with tempfile.NamedTemporaryFile(dir=file.parent, delete=False) as half:
            half.write(content)
            half.flush()
            os.fsync(half.fileno())
        os.replace(half.name, file)
    except OSError as error:
        raise StoreError(f"the file cannot be kept: {error}") from error
