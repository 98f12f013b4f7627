"""Announcements: what a supervisor has callers told before anything else, switched on and off for the very next one.

They are prepared once (the offices are closed, an outage, long waits) and switched with one press; `from_at` and
`until_at` bound them by themselves. One is for every caller, for whoever comes to some queues, or for whoever is known
to live in some comunas. It says a prompt of ours, a recording of the company's own (`announcement_sounds`), or a text
that is spoken when it is saved, never during a call; until its sound is made nobody hears it, and whoever looks at it
is told so. Callers of an emergency hear none. Each contact that heard one is counted once.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ForeignKey, Index, exists, false, func, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from crm_core import audit
from crm_core.announcement_sounds import sound
from crm_core.base import Base, ConfiguresEngines, EpochSeconds
from crm_core.interactions import Interaction
from crm_core.outages import cities_of
from crm_core.plain_text import plain
from crm_core.queues import Queue
from crm_core.spoken_names import SpokenName, want_name
from ctiserver.core import tables as engine_tables
from ctiserver.core.errors import ConfigError, Mistake, NotFound
from ctiserver.core.ids import QueueKey

PROMPTS = (
    "announcement-closed",
    "announcement-holiday",
    "announcement-outage",
    "announcement-long-wait",
    "announcement-systems",
)
"""What is there to choose from, in every language."""
LONGEST_TEXT = 300


class Announcement(ConfiguresEngines, Base):
    """One announcement of one account; it has a prompt of `PROMPTS`, a text or a recording of its own."""

    __tablename__ = "announcements"
    __table_args__ = (Index(None, "account_id", "switched_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("accounts.id"))
    name: Mapped[str]
    prompt: Mapped[str | None]
    text: Mapped[str | None]
    sound: Mapped[str | None]
    """The key of a recording."""
    queues: Mapped[list[Any]]
    """Keys; [] for any."""
    areas: Mapped[list[Any]]
    """Comunas or cities as they were written; [] for any."""
    from_at: Mapped[EpochSeconds | None]
    until_at: Mapped[EpochSeconds | None]
    switched_on: Mapped[bool] = mapped_column(default=False, server_default=false())
    switched_at: Mapped[EpochSeconds | None]
    switched_by: Mapped[str | None]
    retired: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It was taken away; who heard it is still known."""


class AnnouncementHearing(Base):
    """One contact heard one announcement."""

    __tablename__ = "announcement_hearings"
    __table_args__ = (Index(None, "contact_id"),)

    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcements.id", ondelete="CASCADE"), primary_key=True
    )
    contact_id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[int]
    at: Mapped[EpochSeconds]


_WRITTEN = ("name", "prompt", "text", "sound", "queues", "areas", "from_at", "until_at")
"""What a person writes of one."""


def of_account(session: Session, account_id: int) -> Sequence[Announcement]:
    """Those that were not taken away, by name."""
    query = select(Announcement).where(Announcement.account_id == account_id, Announcement.retired.is_(False))
    return session.scalars(query.order_by(Announcement.name, Announcement.id)).all()


def announcement(session: Session, account_id: int, number: int) -> Announcement:
    """One that was not taken away. Raises NotFound."""
    row = session.get(Announcement, number)
    if row is None or row.account_id != account_id or row.retired:
        raise NotFound(f"there is no announcement {number}")
    return row


def add(session: Session, account_id: int, *, by: str, now: float, **written: Any) -> Announcement:
    """A new one, switched off. Raises ConfigError with every mistake."""
    row = Announcement(account_id=account_id, **_checked(session, account_id, written))
    session.add(row)
    _speak(session, row)
    session.flush()
    _note(session, row, "announcement.add", {}, _state(row), by=by, now=now)
    return row


def change(
    session: Session, account_id: int, number: int, *, by: str, now: float, **written: Any
) -> Announcement:
    """What it says, to whom and when, from the next caller on. Raises NotFound, ConfigError."""
    row = announcement(session, account_id, number)
    before = _state(row)
    for name, value in _checked(session, account_id, written).items():
        setattr(row, name, value)
    _speak(session, row)
    session.flush()
    _note(session, row, "announcement.change", before, _state(row), by=by, now=now)
    return row


def switch(session: Session, account_id: int, number: int, *, on: bool, by: str, now: float) -> Announcement:
    """Tell the next caller of it, or no more; a second time changes nothing. Raises NotFound."""
    row = announcement(session, account_id, number)
    if row.switched_on != on:
        row.switched_on, row.switched_at, row.switched_by = on, now, by
        _speak(session, row)
        session.flush()
        _note(
            session, row, "announcement.switch", {"switched_on": not on}, {"switched_on": on}, by=by, now=now
        )
    return row


def take_away(session: Session, account_id: int, number: int, *, by: str, now: float) -> None:
    """Nobody hears it or sees it any more. Raises NotFound."""
    row = announcement(session, account_id, number)
    before = _state(row)
    row.retired, row.switched_on = True, False
    session.flush()
    _note(session, row, "announcement.remove", before, {}, by=by, now=now)


def in_force(session: Session) -> tuple[engine_tables.Announcement, ...]:
    """What the engines tell callers of all accounts, in the order in which they hear it."""
    query = select(Announcement).where(Announcement.switched_on, Announcement.retired.is_(False))
    return tuple(
        engine_tables.Announcement(
            id=row.id,
            account_id=row.account_id,
            says=(_said(row),),
            queues=tuple(QueueKey(str(key)) for key in row.queues),
            areas=tuple(str(area) for area in row.areas),
            from_at=row.from_at,
            until_at=row.until_at,
        )
        for row in session.scalars(query.order_by(Announcement.id))
    )


def where_he_lives(session: Session, account_id: int, customer_id: int, now: float) -> tuple[int, ...]:
    """The announcements switched on for a comuna where he has an address."""
    query = select(Announcement).where(
        Announcement.account_id == account_id, Announcement.switched_on, Announcement.retired.is_(False)
    )
    of_areas = [row for row in session.scalars(query.order_by(Announcement.id)) if row.areas]
    his = cities_of(session, account_id, customer_id, now) if of_areas else set()
    return tuple(row.id for row in of_areas if his & {plain(str(area)) for area in row.areas})


def heard(session: Session, account_id: int, number: int, contact_id: str, now: float) -> None:
    """Note that a contact heard it; a second time changes nothing."""
    row = session.get(Announcement, number)
    if row is None or row.account_id != account_id:
        return
    if session.get(AnnouncementHearing, (number, contact_id)) is None:
        session.add(
            AnnouncementHearing(announcement_id=number, contact_id=contact_id, account_id=account_id, at=now)
        )
        session.flush()


def hearings(session: Session, account_id: int) -> Mapping[int, tuple[int, int]]:
    """By announcement: how many contacts heard it since it was switched, and how many of those queued all the same."""
    since = or_(Announcement.switched_at.is_(None), AnnouncementHearing.at >= Announcement.switched_at)
    rows = session.execute(
        select(AnnouncementHearing.announcement_id, func.count(), func.count(Interaction.queued_at))
        .join(Announcement, Announcement.id == AnnouncementHearing.announcement_id)
        .outerjoin(Interaction, Interaction.id == AnnouncementHearing.contact_id)
        .where(AnnouncementHearing.account_id == account_id, since)
        .group_by(AnnouncementHearing.announcement_id)
    )
    return {number: (told, queued) for number, told, queued in rows}


def has_sound(session: Session, row: Announcement) -> bool:
    """Whether callers can hear it: a text has to be spoken first."""
    if row.text is None:
        return True
    made = select(SpokenName.id).where(
        SpokenName.account_id == row.account_id, SpokenName.text == row.text, SpokenName.sound.is_not(None)
    )
    return bool(session.scalar(select(exists(made))))


def _said(row: Announcement) -> str:
    """As Play takes it."""
    return row.prompt or (f"own:{row.account_id}/{row.sound}" if row.sound else f"name:{row.text}")


def _speak(session: Session, row: Announcement) -> None:
    if row.text:
        want_name(session, row.account_id, row.text, longest=LONGEST_TEXT)


def _checked(session: Session, account_id: int, written: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: written[name] for name in _WRITTEN}
    given["name"] = " ".join(str(given["name"]).split())
    given["text"] = " ".join(str(given["text"] or "").split()) or None
    given["prompt"], given["sound"] = given["prompt"] or None, given["sound"] or None
    given["areas"] = list(dict.fromkeys(area.strip() for area in given["areas"] if area.strip()))
    given["queues"] = list(dict.fromkeys(given["queues"]))
    known = session.scalars(select(Queue.key).where(Queue.account_id == account_id)).all()
    if mistakes := [*_mistakes(given, known, has_recording=_chosen(session, account_id, given["sound"]))]:
        raise ConfigError(mistakes)
    return given


def _chosen(session: Session, account_id: int, key: str | None) -> bool:
    """Whether the account has this recording; if so, nobody removes it before the announcement is stored."""
    try:
        return key is not None and bool(sound(session, account_id, key, lock=True))
    except NotFound:
        return False


def _mistakes(given: Mapping[str, Any], queues: Sequence[str], *, has_recording: bool) -> list[Mistake]:
    found = []
    if not given["name"]:
        found.append(Mistake("name", "give it a name", "empty"))
    if sum(given[name] is not None for name in ("prompt", "text", "sound")) != 1:
        found.append(
            Mistake("text", "choose a prompt or a recording, or write a text: one of them", "one_of_two")
        )
    if given["prompt"] is not None and given["prompt"] not in PROMPTS:
        found.append(Mistake("prompt", f"choose one of {', '.join(PROMPTS)}", "unknown"))
    if given["sound"] is not None and not has_recording:
        found.append(Mistake("sound", "choose a recording of the list", "unknown"))
    if len(given["text"] or "") > LONGEST_TEXT:
        found.append(Mistake("text", f"write at most {LONGEST_TEXT} letters", "too_long"))
    if unknown := [key for key in given["queues"] if key not in queues]:
        found.append(Mistake("queues", f"there is no queue {unknown[0]!r}", "unknown"))
    if (
        given["from_at"] is not None
        and given["until_at"] is not None
        and given["until_at"] <= given["from_at"]
    ):
        found.append(Mistake("until_at", "let it end after it begins", "wrong_end"))
    return found


def _state(row: Announcement) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _WRITTEN}


def _note(
    session: Session,
    row: Announcement,
    action: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    *,
    by: str,
    now: float,
) -> None:
    differ = [name for name in (*_WRITTEN, "switched_on") if before.get(name) != after.get(name)]
    audit.note(
        session,
        account_id=row.account_id,
        at=now,
        by=by,
        action=action,
        subject=f"announcement {row.id}",
        before={name: before[name] for name in differ if name in before},
        after={name: after[name] for name in differ if name in after},
    )
