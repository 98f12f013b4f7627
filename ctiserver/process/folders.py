"""Where an installation keeps its files, all below its state directory."""

import shutil
from hashlib import sha256
from pathlib import Path

from ctiserver.core.config import Config


def free_bytes(config: Config) -> int:
    """Of the disk that the state directory lies on, or will lie on once it is made."""
    folder = config.installation.state_dir
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def journal_dir(config: Config) -> Path:
    """Segments, snapshots and readers' positions."""
    return config.installation.state_dir / "journal"


def snapshot_dir(config: Config) -> Path:
    """The two newest snapshots."""
    return config.installation.state_dir / "snapshots"


def imports_dir(config: Config) -> Path:
    """The tables that people have uploaded."""
    return config.installation.state_dir / "imports"


def attachments_dir(config: Config) -> Path:
    """Files of customers."""
    return config.installation.state_dir / "attachments"


def fax_in_dir(config: Config) -> Path:
    """Faxes as Asterisk receives them, until they are cases."""
    return config.installation.state_dir / "fax" / "in"


def fax_out_dir(config: Config) -> Path:
    """Faxes as Asterisk sends them, until their outcome is known."""
    return config.installation.state_dir / "fax" / "out"


def names_dir(config: Config) -> Path:
    """Streets and other names as sounds, by language."""
    return config.installation.state_dir / "names"


def announcements_dir(config: Config) -> Path:
    """Recordings that companies brought for their announcements, by account."""
    return config.installation.state_dir / "announcements"


def recordings_dir(config: Config) -> Path:
    """What Asterisk has recorded, by the recording's name."""
    return config.asterisk_dir / "spool" / "recording"


def kept_recordings_dir(config: Config) -> Path:
    """Recordings of talks, compressed."""
    return config.installation.state_dir / "recordings"


def kept_recording(config: Config, name: str) -> Path:
    """Where the compressed file of a recording is, or would be; spread over 256 folders."""
    return kept_recordings_dir(config) / sha256(name.encode()).hexdigest()[:2] / f"{Path(name).name}.opus"


def speech_dir(config: Config) -> Path:
    """The speech models that were installed, by language."""
    return config.installation.state_dir / "speech"


def epoch_file(config: Config) -> Path:
    """The number of the newest start; apart from the journal, rewritten in place on a full disk."""
    return config.installation.state_dir / "epoch"


def redis_socket(config: Config) -> Path:
    """The private Redis."""
    return config.installation.state_dir / "redis" / "redis.sock"


def redis_url(config: Config) -> str:
    """The configured Redis, else the private one."""
    return config.redis.url or f"unix://{redis_socket(config)}"
