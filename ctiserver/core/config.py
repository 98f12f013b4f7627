"""The configuration as the program sees it: complete, checked, frozen.

One `ctiserver.toml` becomes one `Config`. Every field has a default that works, so an almost empty file is a
working installation. A field's type carries its own limits (`core.limits`), so that a value and its
rule stand on one line; `ctiserver.process.config_file` reads the file and lists every mistake at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from ctiserver.core.action_webhook import ActionWebhook
from ctiserver.core.limits import (
    Between,
    IceUrl,
    Key,
    Match,
    Name,
    Phone,
    PhoneNumber,
    Port,
    Seconds,
    TargetOrNone,
    Variable,
)
from ctiserver.core.trunk import OutsideCalls, Trunk

Language = Literal["es", "en"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Who we are; `name` begins every id and process name, `state_dir` holds everything that is written."""

    name: Annotated[str, Match(r"[a-z][a-z0-9]{0,15}", "up to 16 lower-case letters and digits")] = "cti"
    state_dir: Path = Path("var/{name}")
    language: Language = "es"
    time_zone: str = "America/Santiago"
    country: Annotated[str, Match(r"[A-Z]{2}", 'two capital letters such as "CL"')] = "CL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fallback:
    """What the dialplan does with a caller when no application takes him.

    `endpoints` are phones that ring ("PJSIP/agent-1001" is that of extension 1001, or
    "sip:1001@host:port"); `emergency_number` "" means that there is no emergency line.
    """

    emergency_key: Annotated[str, Key] = "9"
    emergency_number: Annotated[str, TargetOrNone] = ""
    endpoints: tuple[Annotated[str, Phone], ...] = ()
    wait_seconds: Annotated[int, Between(0, 3600)] = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Asterisk:
    """Where the private Asterisk lives and listens, and the fuses that free its callers when we are dead.

    `ari_url` "" means the private Asterisk's own HTTP port. `wss_port`, on the console's address, is for browsers'
    telephones, and used with a certificate only. `other_numbers_flow`: the flow that answers numbers that carriers send
    us and that are not in `numbers`; "": such a call is refused with 404.
    """

    install_dir: Path = Path("var/asterisk")
    address: str = "127.0.0.1"
    sip_port: Port = 5060
    http_port: Port = 8088
    ami_port: Port = 5038
    wss_port: Port = 8089
    rtp_first_port: Annotated[int, Between(1024, 65535)] = 10000
    rtp_last_port: Annotated[int, Between(1024, 65535)] = 13999
    ari_url: Annotated[str, Match(r"|http://[^/ ]+:[0-9]+", 'empty or "http://host:port"')] = ""
    app: Annotated[str, Name] = "cti"
    request_sockets: Annotated[int, Between(1, 16)] = 4
    waiting_fuse_seconds: Annotated[int, Between(2, 3600)] = 60
    fuse_refresh_seconds: Annotated[int, Between(1, 1800)] = 20
    talk_fuse_seconds: Annotated[int, Between(60, 86400)] = 14400
    other_numbers_flow: Annotated[str, Match(r"|[a-z][a-z0-9_-]{0,30}", "the name of a flow or nothing")] = ""
    fallback: Fallback = Fallback()
    trunks: tuple[Trunk, ...] = ()

    @property
    def http_url(self) -> str:
        """Where Asterisk answers HTTP; the private one does so to its own machine only."""
        return self.ari_url or f"http://127.0.0.1:{self.http_port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A number that customers dial and the flow that answers it; language "" is the installation's.

    At one with `fax` no flow answers but a fax machine: what it receives becomes a case.
    """

    did: Annotated[str, PhoneNumber]
    flow: Annotated[str, Name] = "main"
    language: Literal["", "es", "en"] = ""
    emergency: bool = False
    fax: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """SQLAlchemy URL; "" in the file becomes a SQLite file in the state directory."""

    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Redis:
    """URL of a shared Redis; "" means a private one on a Unix socket, started by the parent process."""

    url: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journal:
    fsync_milliseconds: Annotated[int, Between(1, 1000)] = 50
    snapshot_seconds: Annotated[int, Between(1, 3600)] = 60
    snapshot_entries: Annotated[int, Between(100, 10_000_000)] = 20_000
    segment_bytes: Annotated[int, Between(65536, 1 << 30)] = 16 << 20
    keep_days: Annotated[int, Between(0, 31)] = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Calls:
    look_up_deadline_seconds: Annotated[float, Between(0.05, 10)] = 0.8
    ring_seconds: Annotated[float, Between(1, 120)] = 15
    short_talk_seconds: Annotated[float, Between(0, 60)] = 2
    heartbeat_seconds: Annotated[float, Between(0.1, 10)] = 1
    hung_after_seconds: Annotated[float, Between(0.5, 60)] = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Ice:
    """Servers that lead a browser's audio through firewalls and NAT (RFC 8445).

    `secret`, shared with the TURN servers, comes from the environment variable that `secret_env` names; each log-in
    is given a credential of its own, good for `credential_seconds`.
    """

    servers: tuple[Annotated[str, IceUrl], ...] = ()
    secret_env: Annotated[str, Variable] = ""
    credential_seconds: Annotated[int, Between(600, 604_800)] = 86_400
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Where the web console listens.

    With a certificate (`ctiserver tls`) it serves HTTPS on `tls_port`; what comes to `port` is then sent there, or,
    with `plain` "refuse", nobody listens on it. A page that nobody touches for `idle_lock_minutes` covers itself and
    asks for the password, never during a contact; 0: it never does.
    """

    address: str = "127.0.0.1"
    port: Port = 8080
    tls_port: Port = 8443
    plain: Literal["redirect", "refuse"] = "redirect"
    idle_lock_minutes: Annotated[float, Between(0, 1440)] = 15.0
    ice: Ice = Ice()


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    directory: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompts:
    """`renderer`: the command that speaks prompts and names of streets; "" none. `names_megabytes`: their disk."""

    directory: Path = Path("sounds")
    renderer: str = ""
    names_megabytes: Annotated[int, Between(1, 1_000_000)] = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """`consent_prompt` is the key of the prompt that tells the caller; "" plays none."""

    enabled: bool = True
    consent_prompt: Annotated[str, Match(r"|[a-z][a-z0-9_-]*", "the key of a prompt")] = "recording-notice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Classes:
    """Value classes of customers: how many seconds of waiting each is given for free when it queues."""

    head_start_seconds: Mapping[str, Seconds] = field(
        default_factory=lambda: {"A": 120.0, "B": 45.0, "C": 0.0}
    )
    unknown: str = "C"


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    enabled: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialing:
    """How customers are called: through the trunk of this name; "": they are not.

    `retry_seconds`: by result, how long to wait before the second attempt, where it is not the usual time; the pause
    doubles with every attempt. `clicks_only`: nobody is dialled but by an agent's click. `lines`, `lines_per_second`:
    through the trunk, at once and new ones, campaigns and all; `caller_lines`, `caller_lines_per_second`: with one
    and the same caller number. 0: no limit.
    """

    trunk: Annotated[str, Match(r"|[a-z][a-z0-9_-]{0,30}", "the name of a trunk")] = ""
    caller_number: Annotated[str, Match(r"|\+?[0-9]{2,15}", "a phone number or nothing")] = ""
    at_once: Annotated[int, Between(1, 500)] = 4
    ring_seconds: Annotated[float, Between(5, 120)] = 25
    look_every_seconds: Annotated[float, Between(0.2, 60)] = 5
    retry_seconds: Mapping[str, Seconds] = field(default_factory=dict)
    clicks_only: bool = False
    lines: Annotated[int, Between(0, 5000)] = 0
    lines_per_second: Annotated[int, Between(0, 1000)] = 0
    caller_lines: Annotated[int, Between(0, 5000)] = 0
    caller_lines_per_second: Annotated[int, Between(0, 1000)] = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Recognising what callers say, for each language whose model is installed (`ctiserver speech install`).

    `workers`: processes per language, each with the model in memory; beyond `callers_per_worker` at once a caller is
    not listened to and uses his keys.
    """

    enabled: bool = True
    workers: Annotated[int, Between(1, 64)] = 1
    callers_per_worker: Annotated[int, Between(1, 100)] = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhooks:
    """Private networks, such as "10.0.0.0/8", that messages to other programs may go to."""

    allowed_networks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """The server that takes our mail to customers; `host` "" means none: letters wait.

    `sender` is the address that they come from. `password` comes from the environment variable that `password_env`
    names. `tls`: "starttls" (port 587), "tls" from the first byte (port 465), "none" for a server on this machine.
    """

    host: str = ""
    port: Port = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    sender: Annotated[str, Match(r"|[^@\s<>]+@[^@\s<>]+", "an e-mail address")] = ""
    user: str = ""
    password_env: Annotated[str, Variable] = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """Everything; all paths are absolute, all secrets filled in."""

    installation: Installation = Installation()
    asterisk: Asterisk = Asterisk()
    numbers: tuple[Number, ...] = ()
    database: Database = Database()
    redis: Redis = Redis()
    journal: Journal = Journal()
    calls: Calls = Calls()
    console: Console = Console()
    flows: Folder = Folder(directory=Path("flows"))
    prompts: Prompts = Prompts()
    recording: Recording = Recording()
    classes: Classes = Classes()
    survey: Survey = Survey()
    dialing: Dialing = Dialing()
    outside: OutsideCalls = field(default_factory=OutsideCalls)
    webhooks: Webhooks = Webhooks()
    actions: tuple[ActionWebhook, ...] = ()
    mail: Mail = Mail()
    speech: Speech = Speech()

    @property
    def asterisk_dir(self) -> Path:
        """Folder of the private Asterisk's configuration, spool, run files and logs."""
        return self.installation.state_dir / "asterisk"

    def language_of(self, number: Number) -> Language:
        """The language that the caller of a number hears first."""
        return number.language or self.installation.language
