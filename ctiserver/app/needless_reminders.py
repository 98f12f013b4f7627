"""The chore that calls off the reminders of promises that were kept, or taken back."""

from crm_core.campaigns import promise_reminders
from crm_core.db import Store


class NeedlessReminders:
    """Looks in a reading unit, which is cheap, and writes only where there is something to call off."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def turn(self, now: float) -> bool:
        """Call off those that nobody needs any more; there is never more at once."""
        for one in self._store.read(promise_reminders.needless, now):
            self._store.write(promise_reminders.call_off, one, now)
        return False
