"""What the doctor examines of recordings: how much of the disk they take, and how long it will last."""

import time
from collections.abc import Iterator

from crm_core import recordings
from crm_core.db import Store
from ctiserver.app.doctor_finding import Finding, ok, warn
from ctiserver.core.config import Config
from ctiserver.process import folders

LEAST_DAYS = 30
_MEGABYTE, _GIGABYTE = 1e6, 1e9


def kept(config: Config) -> Iterator[Finding]:
    """What is kept, and whether the disk has room for a month more of it. Raises StoreError."""
    with Store(config.database.url) as store:
        found = store.read(recordings.disk, time.time())
    says = f"{found.files} kept in {found.size_bytes / _GIGABYTE:.1f} GB"
    if not found.bytes_a_day:
        yield ok(says)
        return
    free = folders.free_bytes(config)
    days = free / found.bytes_a_day
    says += f", {found.bytes_a_day / _MEGABYTE:.1f} MB a day: the disk lasts {days:.0f} days"
    if days < LEAST_DAYS:
        yield warn(f"{says}; keep them for fewer days (keep_recordings_days of the queues) or add a disk")
    else:
        yield ok(says)
