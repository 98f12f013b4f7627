"""How far the readers in other processes are: one small file each in `readers/`, for cleaning up only.

What a reader has really done is the position that it commits with its effects in its own database; the file
follows behind it and only tells the writer which segments may go.
"""

from pathlib import Path

from ctiserver.journal.disk import Disk, replace_file
from ctiserver.journal.line import BEGINNING, Position


def read_position(directory: Path, reader: str) -> Position:
    """What the reader of this name last told; BEGINNING when it never did or the file makes no sense."""
    try:
        epoch, seq, n = map(int, (directory / "readers" / reader).read_text("ascii").split())
    except (FileNotFoundError, ValueError):
        return BEGINNING
    return Position(epoch, seq, n)


def write_position(directory: Path, reader: str, position: Position, disk: Disk | None = None) -> None:
    """Tell the writer that this reader needs nothing up to and including `position`. Raises OSError."""
    folder = directory / "readers"
    folder.mkdir(exist_ok=True)
    replace_file(disk or Disk(), folder / reader, "{} {} {}\n".format(*position).encode())
