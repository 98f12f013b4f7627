"""Where a demo lives: `var/NAME` with its configuration, flows and everything it writes.

Made once and then left as it is, so that one may change it. Each demo has a block of 2000 ports of its own; the
phones of its agents are the only ones that the configuration does not name, because the database does.
"""

import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

import ivr.demo
import sounds
from ctiserver.core.config import Config
from ctiserver.core.errors import Refusal, SwitchUnreachable
from ctiserver.process.config_file import load

FIRST_PORT = 15_000
BLOCK_PORTS = 2_000
CONSOLE_PORT = 8080
"""Of the first demo, because people type it; the others' is in their block."""
_LAST_PORT = 32_000
"""Above begin the ports that the system gives to outgoing connections (net.ipv4.ip_local_port_range)."""
_TEMPLATE = Path(__file__).with_name("demo_config.toml")
_PHONES_FROM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A demo's folder, its configuration file, and the first port of its block."""

    folder: Path
    config_file: Path
    config: Config

    @property
    def first_port(self) -> int:
        return self.config.asterisk.sip_port

    @property
    def emergency_port(self) -> int:
        """Where the simulated emergency service answers."""
        return self.first_port + 3

    @property
    def fallback_port(self) -> int:
        """Where the simulated phone of the dialplan's fallback answers."""
        return self.first_port + 4

    @property
    def customers_port(self) -> int:
        """Where the simulated customers answer whom we call."""
        return self.first_port + 6

    @property
    def log_file(self) -> Path:
        """What the server says."""
        return self.folder / "serve.log"

    def phone_uri(self, extension: str) -> str:
        """The address of an agent's simulated phone: the last digits of its extension choose the port."""
        return f"sip:{extension}@127.0.0.1:{self.first_port + _PHONES_FROM + int(extension) % 100}"


def open_place(name: str, first_port: int | None, var: Path = Path("var")) -> Place:
    """The demo's place, made if it is not there. Raises Refusal for ports other than its own, ConfigError."""
    folder = var / name
    file = folder / "ctiserver.toml"
    if not file.exists():
        _make(folder, file, name, first_port or _free_block(var))
    place = Place(folder=folder, config_file=file, config=load(file))
    if first_port and first_port != place.first_port:
        raise Refusal(
            "other_ports",
            f"{file} begins at port {place.first_port}, not {first_port}: "
            f"leave --ports out, or remove {folder} to begin anew",
        )
    return place


def require_free(port: int) -> None:
    """Raises SwitchUnreachable when somebody has a phone's port already."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SwitchUnreachable(
                f"port {port} of a simulated phone cannot be used ({error.strerror}); "
                "stop the program that has it, or run a demo with other ports: make demo NAME=other PORTS=21000"
            ) from error


def _make(folder: Path, file: Path, name: str, first: int) -> None:
    (folder / "flows").mkdir(parents=True, exist_ok=True)
    shutil.copytree(
        ivr.demo.__path__[0],
        folder / "flows",
        dirs_exist_ok=True,
        ignore=shutil.ignore_patterns("*.py", "__pycache__"),
    )
    values = {
        "name": name,
        "renderer": Path(sounds.__path__[0]).absolute() / "render_espeak.py",
        "sip_port": first,
        "http_port": first + 1,
        "ami_port": first + 2,
        "emergency_port": first + 3,
        "fallback_port": first + 4,
        "customers_port": first + 6,
        "console_port": CONSOLE_PORT if first == FIRST_PORT else first + 5,
        "rtp_first_port": first + 200,
        "rtp_last_port": first + BLOCK_PORTS - 1,
    }
    text = _TEMPLATE.read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", str(value))
    draft = file.with_suffix(".new")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)


def _free_block(var: Path) -> int:
    """The first block that no other demo of this folder has."""
    taken = {load(file).asterisk.sip_port for file in var.glob("*/ctiserver.toml")}
    for first in range(FIRST_PORT, _LAST_PORT, BLOCK_PORTS):
        if all(abs(first - other) >= BLOCK_PORTS for other in taken):
            return first
    raise Refusal("no_ports", "no block of ports is left; name one with --ports")
