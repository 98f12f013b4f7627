"""What the doctor examines of the machine: clock, time zones, disk, limits."""

import ctypes
import resource
import time
import zoneinfo
from collections.abc import Iterator
from pathlib import Path

from ctiserver.app.doctor_finding import Finding, fail, ok, warn
from ctiserver.core.config import Config
from ctiserver.process import folders

_UNSYNCHRONISED = 5
"""adjtimex(2): TIME_ERROR, the kernel's clock is led by nobody."""
_OLDEST_SENSIBLE = 1_735_689_600.0
"""2025-01-01 in epoch seconds: this product is younger."""
_TOLERANCE_SECONDS = 60.0
_FEW_BYTES, _LITTLE_BYTES = 2 << 30, 200 << 20
_FEW_FILES = 4096


def clock(config: Config) -> Iterator[Finding]:
    """Sensible, not behind what was written already, and kept by somebody."""
    now = time.time()
    yield from judge_clock(now, newest_write(folders.journal_dir(config)), is_synchronised())


def judge_clock(now: float, newest_write_at: float | None, synchronised: bool) -> Iterator[Finding]:
    """Times in epoch seconds; `newest_write_at` None: nothing was written yet."""
    if now < _OLDEST_SENSIBLE:
        yield fail("the clock is years behind; set it: date --set, then hwclock --systohc")
    elif newest_write_at is not None and newest_write_at > now + _TOLERANCE_SECONDS:
        behind = newest_write_at - now
        yield fail(f"the clock is {behind:.0f} s behind what the journal holds already; set it right")
    elif not synchronised:
        yield warn("no time server keeps the clock right; install one: apt-get install chrony")
    else:
        yield ok("kept right by a time server")


def newest_write(folder: Path) -> float | None:
    """When the newest file of a folder was written, in epoch seconds; None when there is none."""
    return max((file.stat().st_mtime for file in folder.glob("*") if file.is_file()), default=None)


def is_synchronised() -> bool:
    """Whether the kernel says that its clock follows a time server."""
    room = ctypes.create_string_buffer(512)  # struct timex, with modes = 0: only ask
    return bool(ctypes.CDLL(None).adjtimex(room) != _UNSYNCHRONISED)


def time_zone(config: Config) -> Iterator[Finding]:
    """The installation's zone is known to Python."""
    name = config.installation.time_zone
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        yield fail(f"{name} is not among the time zones; run: pip install tzdata")
    else:
        yield ok(name)


def disk(config: Config) -> Iterator[Finding]:
    """Room for journal, records and recordings."""
    yield judge_disk(config.installation.state_dir, folders.free_bytes(config))


def judge_disk(folder: Path, free_bytes: int) -> Finding:
    """A full disk costs the recordings first, then the guarantee that a crash loses nothing."""
    left = f"{free_bytes / (1 << 30):.1f} GB free for {folder}"
    if free_bytes < _LITTLE_BYTES:
        return fail(f"{left}: make room now, by removing old recordings or adding a disk")
    if free_bytes < _FEW_BYTES:
        return warn(f"{left}: make room soon, recordings need 1 MB a minute")
    return ok(left)


def open_files(_config: Config) -> Iterator[Finding]:
    """Every call holds about ten open files in Asterisk."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield judge_open_files(hard)


def judge_open_files(hard: int) -> Finding:
    """`hard` is the limit of `ulimit -Hn`; infinity counts as enough."""
    if hard == resource.RLIM_INFINITY or hard >= _FEW_FILES:
        return ok("no limit" if hard == resource.RLIM_INFINITY else f"up to {hard}")
    return warn(
        f"only {hard}, enough for {hard // 10} calls; raise it: LimitNOFILE=20000 in the systemd unit"
    )
