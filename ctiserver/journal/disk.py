"""The few system calls that the journal makes on its files, in one place so that a test can let them fail."""

import os
from pathlib import Path


class Disk:
    """The real one. Every method may raise OSError."""

    def create(self, path: Path) -> int:
        """A descriptor that appends to a new file, or to one that a failed attempt left behind, emptied."""
        return os.open(path, os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC, 0o640)

    def reopen(self, path: Path) -> int:
        """A descriptor that appends to an existing file."""
        return os.open(path, os.O_APPEND | os.O_WRONLY | os.O_CLOEXEC)

    def write(self, fd: int, data: bytes | memoryview) -> int:
        """How many bytes the operating system took; fewer than given when the disk fills up."""
        return os.write(fd, data)

    def truncate(self, fd: int, size: int) -> None:
        """Cut the file to `size` bytes."""
        os.ftruncate(fd, size)

    def sync(self, fd: int) -> None:
        """Return when the contents have reached the disk."""
        os.fdatasync(fd)

    def sync_directory(self, directory: Path) -> None:
        """Return when the names of new and renamed files have reached the disk."""
        fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)


def write_all(disk: Disk, fd: int, data: bytes) -> None:
    """Write every byte, however few the disk takes at a time. Raises OSError with part of them written."""
    rest = memoryview(data)
    while rest:
        rest = rest[disk.write(fd, rest) :]


def replace_file(disk: Disk, path: Path, data: bytes) -> None:
    """Put `data` at `path`: whoever looks sees the old contents or the new ones, also after a power failure.

    Raises OSError, and then the old contents are still there.
    """
    temporary = path.with_name(f".{path.name}.new")
    fd = disk.create(temporary)
    try:
        write_all(disk, fd, data)
        disk.sync(fd)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)
    temporary.replace(path)
    disk.sync_directory(path.parent)
