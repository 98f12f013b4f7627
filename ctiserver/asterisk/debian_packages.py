"""Unpacks packages of a Debian release into a folder without touching the system.

apt runs with a root of its own: no installed packages (an empty status file), one source (a mirror that the
machine already uses, verified by Debian's archive keyring), the machine's own proxy settings, none of its
hooks. Packages are only downloaded; `dpkg-deb -x` unpacks them, so no script of a package ever runs. Works as
an ordinary user too.
"""

import os
import re
import stat
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ctiserver.asterisk.apt_sources import Entry, deb822_entries, mirrors, one_line_entries
from ctiserver.core.errors import InstallError

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
# Releases of testing and sid expire after a week. A mirror that is refreshed less often still has Debian's
# own, signed content: accept it up to this age instead of switching apt's check off.
_OLDEST_MIRROR_SECONDS = 90 * 86400


class AptFailed(Exception):
    """apt said no: its last error lines."""


class PrivateApt:
    """An apt that lives in `folder` and knows one release on one mirror."""

    def __init__(self, folder: Path, mirror: str, release: str) -> None:
        self._folder = folder
        self._environment = {**os.environ, "APT_CONFIG": str(folder / "apt.conf"), "LC_ALL": "C"}
        self._write_configuration(f"deb [signed-by={KEYRING}] {mirror} {release} main\n")

    def update(self) -> None:
        """Fetches and verifies the release's lists. Raises AptFailed."""
        self._run("apt-get", "-qq", "update")

    def candidate(self, package: str) -> str | None:
        """Version of the package in the release, or None."""
        found = re.search(r"Candidate: (\S+)", self._run("apt-cache", "policy", package))
        return found[1] if found and found[1] != "(none)" else None

    def unpack(self, packages: Sequence[str], root: Path) -> int:
        """Downloads the packages and all they depend on and unpacks them into `root`; how many there were."""
        self._run("apt-get", "-qq", "-y", "--no-install-recommends", "--download-only", "install", *packages)
        archives = sorted((self._folder / "cache/archives").glob("*.deb"))
        root.mkdir(parents=True, exist_ok=True)
        for archive in archives:
            self._run("dpkg-deb", "-x", str(archive), str(root))
            archive.unlink()
        make_links_relative(root)
        return len(archives)

    def _write_configuration(self, source: str) -> None:
        folder = self._folder
        for name in ("state/lists/partial", "cache/archives/partial", "log"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(source)
        lines = [
            *_acquire_settings(),
            'Dir::Etc::parts "/dev/null";',
            'Dir::Etc::main "/dev/null";',
            f'Dir::Etc::sourcelist "{folder}/sources.list";',
            'Dir::Etc::sourceparts "/dev/null";',
            'Dir::Etc::preferences "/dev/null";',
            'Dir::Etc::preferencesparts "/dev/null";',
            f'Dir::State "{folder}/state";',
            f'Dir::State::status "{folder}/status";',
            f'Dir::Cache "{folder}/cache";',
            f'Dir::Log "{folder}/log";',
            'APT::Sandbox::User "root";',
            'APT::Update::Error-Mode "any";',
            'Acquire::Languages "none";',
            f'Acquire::Min-ValidTime "{_OLDEST_MIRROR_SECONDS}";',
        ]
        configuration = folder / "apt.conf"
        configuration.touch(mode=0o600)  # a proxy's password may be among the machine's settings
        configuration.write_text("\n".join(lines) + "\n")

    def _run(self, *command: str) -> str:
        done = subprocess.run(
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise AptFailed(_errors(done.stderr) or f"{command[0]} ended with {done.returncode}")
        return done.stdout


def debian_mirrors() -> list[str]:
    """The Debian mirrors of this machine's apt sources. Raises InstallError without Debian's key."""
    _require_keyring()
    release = release_name()
    entries: list[Entry] = []
    sources = Path("/etc/apt")
    for file in [sources / "sources.list", *sorted((sources / "sources.list.d").glob("*.list"))]:
        entries += one_line_entries(_text(file))
    for file in sorted((sources / "sources.list.d").glob("*.sources")):
        entries += deb822_entries(_text(file))
    return mirrors(entries, {release, "stable", "testing", "unstable", "sid"})


def make_links_relative(root: Path) -> None:
    """Points the absolute symbolic links inside `root` at their targets inside `root`."""
    for folder, folders, files in os.walk(root):
        for name in (*folders, *files):
            link = Path(folder, name)
            if link.is_symlink() and (target := os.readlink(link)).startswith("/"):
                link.unlink()
                link.symlink_to(os.path.relpath(f"{root}{target}", folder))


def _acquire_settings() -> list[str]:
    """The machine's proxy and retry settings, as lines of an apt.conf."""
    dump = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False).stdout
    return [
        line for line in dump.splitlines() if re.match(r"Acquire::(https?|ftp|Retries|Check-Valid)", line)
    ]


def _require_keyring() -> None:
    try:
        found = KEYRING.stat()
    except OSError as error:
        raise InstallError(
            f"Debian's archive key {KEYRING} is missing; run: apt-get install debian-archive-keyring"
        ) from error
    if not stat.S_ISREG(found.st_mode) or found.st_uid != 0 or found.st_mode & 0o022:
        raise InstallError(
            f"{KEYRING} could have been changed by others than root; run as root: "
            "apt-get install --reinstall debian-archive-keyring"
        )


def release_name() -> str:
    """Code name of the Debian release of this machine, such as "bookworm"."""
    found = re.search(r'^VERSION_CODENAME="?(\w+)', _text(Path("/etc/os-release")), re.MULTILINE)
    return found[1] if found else "stable"


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _errors(output: str) -> str:
    return " ".join(line[3:] for line in output.splitlines() if line.startswith("E: "))
