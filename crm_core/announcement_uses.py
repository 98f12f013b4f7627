"""Which recordings announcements say; one that none says can be removed."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm_core import announcement_sounds
from crm_core.announcements import Announcement
from ctiserver.core.errors import Refusal


def used_by(session: Session, account_id: int) -> dict[str, list[str]]:
    """The names of the announcements that say each recording, by its key; what none says is absent."""
    query = select(Announcement.sound, Announcement.name).where(
        Announcement.account_id == account_id,
        Announcement.retired.is_(False),
        Announcement.sound.is_not(None),
    )
    users: dict[str, list[str]] = {}
    for key, name in session.execute(query.order_by(Announcement.name)):
        users.setdefault(str(key), []).append(name)
    return users


def remove(session: Session, account_id: int, key: str, *, by: str, now: float) -> None:
    """The row goes; its file after the commit, by `drop_file`. Raises NotFound; Refusal while one says it."""
    row = announcement_sounds.sound(session, account_id, key, lock=True)
    if users := used_by(session, account_id).get(key):
        raise Refusal("sound_in_use", f"the announcement {users[0]!r} says it: change that first")
    taken_away = (Announcement.account_id == account_id) & (Announcement.sound == key)
    session.execute(update(Announcement).where(taken_away).values(sound=None))
    announcement_sounds.take_out(session, row, by=by, now=now)
