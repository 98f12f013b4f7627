"""Finds Asterisk 22, or unpacks a private one.

In this order: the `asterisk` on the PATH when it is new enough and complete; the packages of the machine's
own Debian release when they are new enough; those of Debian testing; those of sid. Packages are unpacked into
`install_dir` and run through their own loader, so nothing of the system is touched and root is not needed.
Several installations may share the folder. Installing twice is instant; an interrupted installation leaves
nothing that a later one would mistake for a whole.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from ctiserver.asterisk.debian_packages import AptFailed, PrivateApt, debian_mirrors, release_name
from ctiserver.asterisk.g711 import mu_law
from ctiserver.asterisk.modules import missing_modules
from ctiserver.core.config import Config
from ctiserver.core.errors import InstallError

OLDEST_VERSION = 22
_PACKAGES = (
    "asterisk",
    "asterisk-modules",
    "asterisk-core-sounds-en-wav",
    "asterisk-core-sounds-es-wav",
    "asterisk-moh-opsound-wav",
)
_VOICES = {"en": "en_US_f_Allison", "es": "es_MX_f_Allison"}

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asterisk:
    """How to run an Asterisk that is there: `command` is followed by Asterisk's own arguments."""

    command: tuple[str, ...]
    version: str
    module_dir: Path
    data_dir: Path
    music_dir: Path


def install(config: Config, report: Report = lambda _line: None) -> Asterisk:
    """The Asterisk to use, unpacked first if need be; each step is told to `report`.

    Raises InstallError when none can be had.
    """
    directory = config.asterisk.install_dir
    if found := installed(config):
        report(f"Asterisk {found.version} is there")
        return found
    with _locked(directory):
        if not (found := installed(config)):
            _unpack(directory, report)
            found = installed(config)
    if not found:
        raise InstallError(
            f"Asterisk was unpacked into {directory} but does not run; remove that folder and repeat"
        )
    report(f"Asterisk {found.version} is installed in {directory}")
    return found


def installed(config: Config) -> Asterisk | None:
    """The Asterisk that is already there, or None."""
    return _on_the_path() or _private(config.asterisk.install_dir)


def _on_the_path() -> Asterisk | None:
    """The system's Asterisk if it is new enough and has every module, both languages and music."""
    program = shutil.which("asterisk") or shutil.which("asterisk", path="/usr/sbin")
    if not program:
        return None
    modules = (*Path("/usr/lib").glob("*/asterisk/modules"), Path("/usr/lib/asterisk/modules"))
    for module_dir in modules:
        for data_dir in (Path("/usr/share/asterisk"), Path("/var/lib/asterisk")):
            complete = not missing_modules(module_dir) and all(
                (data_dir / place).is_dir() for place in ("sounds/en", "sounds/es", "moh")
            )
            if complete and (version := _version((program,))):
                return Asterisk(
                    command=(program,),
                    version=version,
                    module_dir=module_dir,
                    data_dir=data_dir,
                    music_dir=data_dir / "moh",
                )
    return None


def _private(directory: Path) -> Asterisk | None:
    """The Asterisk that was unpacked into `directory`, if the last step of its installation was reached."""
    root = directory / "root"
    try:
        stamp = json.loads((root / "installed.json").read_text())
        command = _own_loader(root)
    except (OSError, ValueError, AptFailed):
        return None
    return Asterisk(
        command=command,
        version=str(stamp["version"]),
        module_dir=root / str(stamp["modules"]),
        data_dir=root / "usr/share/asterisk",
        music_dir=root / "music",
    )


def _unpack(directory: Path, report: Report) -> None:
    failures: list[str] = []
    mirrors = debian_mirrors()
    if not mirrors:
        raise InstallError(
            "No Debian mirror is among this machine's apt sources; install Asterisk 22 or newer with its "
            "modules and its English and Spanish sounds, or add a Debian mirror to /etc/apt/sources.list"
        )
    for release in dict.fromkeys((release_name(), "testing", "sid")):
        for mirror in mirrors:
            with tempfile.TemporaryDirectory(dir=directory, prefix="new-") as folder:
                try:
                    _unpack_release(Path(folder), mirror, release, directory, report)
                except AptFailed as error:
                    failures.append(f"{release}: {error}")
                else:
                    return
    raise InstallError(
        f"No Asterisk {OLDEST_VERSION} could be had from Debian ({'; '.join(failures)}); mend that and run: "
        "ctiserver asterisk install"
    )


def _unpack_release(folder: Path, mirror: str, release: str, directory: Path, report: Report) -> None:
    report(f"asking Debian {release} for Asterisk")
    apt = PrivateApt(folder / "apt", mirror, release)
    apt.update()
    candidate = apt.candidate("asterisk")
    if not candidate or _major(candidate) < OLDEST_VERSION:
        raise AptFailed(f"has {'Asterisk ' + candidate if candidate else 'no Asterisk'}")
    report(f"downloading Asterisk {candidate} and what it needs (about 135 MB)")
    root = folder / "root"
    count = apt.unpack(_PACKAGES, root)
    report(f"unpacked {count} packages")
    _finish(root)
    shutil.rmtree(directory / "root", ignore_errors=True)
    root.rename(directory / "root")


def _finish(root: Path) -> None:
    """Does what the packages' scripts would have done, and sets the stamp."""
    sounds = root / "usr/share/asterisk/sounds"
    for language, voice in _VOICES.items():
        (sounds / language).symlink_to(voice)
    (root / "music").mkdir()
    for wav in (root / "usr/share/asterisk/moh").glob("*.wav"):
        (root / "music" / f"{wav.stem}.ulaw").write_bytes(mu_law(wav))
    version = _version(_own_loader(root))
    if not version:
        raise AptFailed("its Asterisk does not run on this machine")
    modules = next(root.glob("usr/lib/*/asterisk/modules"), root / "usr/lib/asterisk/modules")
    if missing := missing_modules(modules):
        raise AptFailed(f"its Asterisk lacks the modules {', '.join(missing)}")
    stamp = {"version": version, "modules": str(modules.relative_to(root))}
    (root / "installed.json").write_text(json.dumps(stamp))


def _own_loader(root: Path) -> tuple[str, ...]:
    """The command that runs the unpacked program with the libraries it came with, on any architecture."""
    loaders = sorted(
        p for pattern in ("usr/lib*/ld-linux*.so.*", "usr/lib/*/ld-linux*.so.*") for p in root.glob(pattern)
    )
    libraries = sorted(path.parent for path in root.glob("usr/lib/*/libc.so.6"))
    if not loaders or not libraries:
        raise AptFailed("its packages have no loader where one is expected")
    return (str(loaders[0]), "--library-path", ":".join(map(str, libraries)), str(root / "usr/sbin/asterisk"))


def _version(command: tuple[str, ...]) -> str | None:
    """Version that `asterisk -V` tells; None when it does not run or is too old."""
    try:
        said = subprocess.run(
            [*command, "-V"], capture_output=True, text=True, timeout=20, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"Asterisk (\d\S*)", said)
    return found[1] if found and _major(found[1]) >= OLDEST_VERSION else None


def _major(version: str) -> int:
    """The 22 of "1:22.10.1+dfsg-1"; 0 when there is none."""
    found = re.match(r"(?:\d+:)?(\d+)", version)
    return int(found[1]) if found else 0


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Lets one process at a time install into the folder, and clears what an interrupted one left there."""
    directory.mkdir(parents=True, exist_ok=True)
    lock = os.open(directory / "lock", os.O_CREAT | os.O_RDWR, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for leftover in directory.glob("new-*"):
            shutil.rmtree(leftover, ignore_errors=True)
        yield
    finally:
        os.close(lock)
