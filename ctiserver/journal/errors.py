"""What can be wrong with the journal when it is opened or read. A full disk is no error but a state of it."""

from pathlib import Path

from ctiserver.core.errors import CtiError


class JournalError(CtiError):
    """The journal, its epoch file or a snapshot cannot be used; the message says how to mend it."""


class JournalLocked(JournalError):
    """Another process writes this journal."""

    def __init__(self, directory: Path, pid: int | None) -> None:
        self.pid = pid
        holder = f"process {pid}" if pid else "another process"
        super().__init__(
            f"The journal {directory} is in use by {holder}: stop that daemon first, "
            "or give this one its own directories in ctiserver.toml."
        )


class JournalDamaged(JournalError):
    """A line in the middle of the journal does not match its checksum."""

    def __init__(self, path: Path, offset: int) -> None:
        self.path = path
        self.offset = offset
        super().__init__(
            f"{path} is damaged at byte {offset}, before its last line, so the disk and not a crash did it: "
            "check the disk, move this file out of the folder and start again (calls alive are then read "
            "from Asterisk; what only this file knew about past contacts is lost)."
        )


class SnapshotFailed(JournalError):
    """A snapshot could not be written; the ones before it are intact."""
