"""What the doctor examines of the center: Asterisk, Redis, the server, database, prompts and flows."""

import asyncio
import base64
import http.client
import shutil
import socket
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

from crm_core import configuration, schema
from crm_core.db import Store
from ctiserver.app import prompt_files
from ctiserver.app.bus_client import connected, snapshot
from ctiserver.app.doctor_finding import Finding, fail, ok, warn
from ctiserver.app.engine_tables import read_documents
from ctiserver.asterisk import ami_watch, conf, install
from ctiserver.asterisk.passwords import USER, passwords
from ctiserver.bus.port import NoAnswer
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, SwitchUnreachable
from ctiserver.core.live_view import LiveView
from ctiserver.process import folders
from ivr.prompts import Prompts, missing

_PATIENCE_SECONDS = 3.0
_FEW_LEGS = 100
_MENTIONED = 3


def installed(config: Config) -> Iterator[Finding]:
    """An Asterisk that is new enough."""
    if found := install.installed(config):
        yield ok(found.version)
    else:
        yield fail("no Asterisk 22 here; run: ctiserver asterisk install")


def configured(config: Config) -> Iterator[Finding]:
    """Its files are those that the configuration stands for."""
    asterisk = install.installed(config)
    mistakes = conf.check(config, passwords(config), asterisk) if asterisk else []
    for mistake in mistakes:
        yield warn(f"{mistake}, then restart Asterisk")
    if asterisk and not mistakes:
        yield ok(str(conf.etc_dir(config)))


def ami(config: Config) -> Iterator[Finding]:
    """It runs and has loaded what we need. Raises SwitchUnreachable."""
    seen = ami_watch.check("127.0.0.1", config.asterisk.ami_port, USER, passwords(config).ami)
    if seen.missing_modules:
        names = ", ".join(seen.missing_modules)
        yield fail(f"Asterisk has not loaded {names}; see its log in {config.asterisk_dir / 'log/messages'}")
    else:
        yield ok(f"up since {seen.started_at}, {seen.calls} calls, every module loaded")


def ari(config: Config) -> Iterator[Finding]:
    """It takes our commands, and the calls process listens to it."""
    url = urlsplit(config.asterisk.http_url)
    where = f"{url.hostname}:{url.port}"
    info, app = (
        _status(url.hostname or "", url.port or 80, path, passwords(config).ari)
        for path in ("asterisk/info", f"applications/{config.asterisk.app}")
    )
    if info == HTTPStatus.UNAUTHORIZED:
        yield fail(
            f"{where} refuses our password; write it anew: ctiserver asterisk config, then restart Asterisk"
        )
    elif info != HTTPStatus.OK:
        yield fail(f"{where} does not speak ARI ({info}); start Asterisk: ctiserver asterisk run")
    elif app != HTTPStatus.OK:
        yield warn(
            f"nobody takes the calls of the application {config.asterisk.app}; start it: ctiserver serve"
        )
    else:
        yield ok(f"{where}, calls go to the application {config.asterisk.app}")


def _status(host: str, port: int, path: str, password: str) -> int:
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    login = base64.b64encode(f"{USER}:{password}".encode()).decode()
    try:
        connection.request("GET", f"/ari/{path}", headers={"Authorization": f"Basic {login}"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise SwitchUnreachable(
            f"{host}:{port} does not answer ({error}); start Asterisk: ctiserver asterisk run"
        ) from error
    finally:
        connection.close()


def sip_port(config: Config) -> Iterator[Finding]:
    """Somebody listens where callers and phones are sent."""
    address, port = config.asterisk.address, config.asterisk.sip_port
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.bind((address, port))
        except PermissionError:
            yield fail(f"{port} is reserved for root; choose another asterisk.sip_port above 1023")
        except OSError:
            yield ok(f"taken on {address}:{port}, by Asterisk if AMI says that it is up")
        else:
            yield fail(f"nobody listens on {address}:{port}; start Asterisk: ctiserver asterisk run")


def rtp_ports(config: Config) -> Iterator[Finding]:
    """Two ports for each leg."""
    first, last = config.asterisk.rtp_first_port, config.asterisk.rtp_last_port
    legs = (last - first + 1) // 2
    if legs < _FEW_LEGS:
        yield warn(f"{first} to {last} is room for {legs} legs only; raise asterisk.rtp_last_port")
    else:
        yield ok(f"{first} to {last}: room for {legs} legs")


def redis(config: Config) -> Iterator[Finding]:
    """The bus."""
    if not config.redis.url and not shutil.which("redis-server"):
        yield fail("redis-server is missing; run as root: apt-get install redis-server")
        return
    try:
        asyncio.run(_reach_bus(config))
    except NoAnswer:
        where = folders.redis_socket(config) if not config.redis.url else "the configured redis.url"
        yield fail(
            f"no Redis on {where}; "
            + ("start it" if config.redis.url else "start the server: ctiserver serve")
        )
    else:
        yield ok("private" if not config.redis.url else "shared")


async def _reach_bus(config: Config) -> None:
    async with connected(config):
        pass


def live(config: Config) -> Iterator[Finding]:
    """The calls process answers, has Asterisk in reach and writes its journal. Raises NoAnswer."""
    yield from judge_live(asyncio.run(_snapshot(config)), config)


async def _snapshot(config: Config) -> LiveView:
    async with connected(config) as bus:
        return await snapshot(bus)


def judge_live(view: LiveView, config: Config) -> Iterator[Finding]:
    """What a running server says of itself."""
    if not view.switch_up:
        yield fail("runs, but cannot reach Asterisk: see the lines about AMI and ARI")
    elif not view.journal_ok:
        yield fail(f"runs, but cannot write its journal: make room below {folders.journal_dir(config)}")
    elif not view.agents:
        yield warn("runs without agents; add one: ctiserver user add ... --extension, then ctiserver reload")
    else:
        yield ok(f"runs, {len(view.agents)} agents, {len(view.queues)} queues, {len(view.contacts)} contacts")


def database(config: Config) -> Iterator[Finding]:
    """Reached, and with this release's tables. Raises StoreError."""
    if not schema.is_current(config.database.url):
        yield fail("has not the tables of this release; run: ctiserver db upgrade")
    else:
        yield ok(config.database.url.partition("@")[2] or config.database.url)


def prompts(config: Config) -> Iterator[Finding]:
    """Every sound that could be asked for exists."""
    asterisk = install.installed(config)
    if not asterisk:
        yield warn("not examined: the recorded ones come with Asterisk, which is not installed")
        return
    directory = config.prompts.directory.absolute()
    there = prompt_files.available(directory, asterisk.data_dir / "sounds")
    lacking = missing(Prompts(prompt_files.load(directory), str(directory)), there)
    for mistake in lacking[:_MENTIONED]:
        yield warn(str(mistake))
    if len(lacking) > _MENTIONED:
        yield warn(f"and {len(lacking) - _MENTIONED} more sounds are missing; callers hear a beep instead")
    if not lacking:
        yield ok(f"all {len(there)} sounds are there")


def flows(config: Config) -> Iterator[Finding]:
    """No mistake in any flow or survey. Raises StoreError."""
    with Store(config.database.url) as store:
        queues = {str(queue.key) for queue in store.read(configuration.tables).queues}
    try:
        found, surveys = read_documents(config, queues)
    except ConfigError as error:
        for mistake in error.mistakes:
            yield fail(str(mistake))
        return
    if not config.numbers:
        yield warn("no number leads to a flow; add [[numbers]] to the configuration")
    else:
        yield ok(f"{len(found)} flows, {len(surveys)} surveys, {len(config.numbers)} numbers")
