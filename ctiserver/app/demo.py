"""`ctiserver demo`: a small company with its callers and agents, running in a quarter of a minute.

It makes its place if there is none, fills the database with what is missing, and starts Asterisk, the server and the
simulated parties, in this order. Ctrl-C stops all of them in the opposite one. Running it twice is harmless.
"""

import asyncio
import secrets
import shutil
import signal
import subprocess
import sys
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from random import Random

from crm_core import configuration, demo_campaigns, demo_people, demo_trade, schema
from crm_core import demo as company
from crm_core.agents import phones as stored_phones
from crm_core.db import Store
from ctiserver.app.bus_client import connected
from ctiserver.app.demo_place import Place, open_place, require_free
from ctiserver.app.demo_traffic import Traffic
from ctiserver.app.watch_feed import Feed
from ctiserver.asterisk import run as asterisk
from ctiserver.core.errors import InstallError
from ctiserver.core.live_view import LiveView

TECHNICIANS_DID = "+56221234579"
_READY_SECONDS = 90.0
_STOP_SECONDS = 15.0
_LINE_SECONDS = 10.0


def run(chosen: Namespace) -> int:
    """Run until Ctrl-C, SIGTERM or the end of the time given; 0."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may have left it ignored
    signal.signal(signal.SIGTERM, _interrupt)
    began = time.monotonic()
    _require_programs()
    place = open_place(chosen.name, chosen.ports)
    phones = _fill(place)
    with suppress(KeyboardInterrupt), ExitStack() as stack:
        for port in (*phones.values(), place.customers_port, place.emergency_port, place.fallback_port):
            require_free(port)
        switch = asterisk.start(place.config, lambda line: print(line, flush=True))
        stack.callback(switch.stop)
        server = stack.enter_context(_server(place))
        asyncio.run(_go_on(place, server, phones, chosen, began))
    print("the demo has ended; nothing of it runs any more", flush=True)
    return 0


def _require_programs() -> None:
    """Raises InstallError that names the Debian package of each program that is missing."""
    packages = {"sipp": "sip-tester", "redis-server": "redis-server", "setpriv": "util-linux"}
    if missing := [package for program, package in packages.items() if not shutil.which(program)]:
        raise InstallError(
            f"the demo needs {' and '.join(missing)}; run as root: apt-get install {' '.join(missing)}"
        )


def _fill(place: Place) -> dict[str, int]:
    """Brings the database up to date; the agents and the ports of their phones."""
    url = place.config.database.url
    schema.upgrade(url)
    with Store(url) as store:
        added = store.write(company.load, now=time.time(), password=_password(), phone_uri=place.phone_uri)
        store.write(demo_trade.add, now=time.time())
        store.write(demo_campaigns.confirm_the_law, now=time.time())
        _tell_passwords(place, store.write(demo_people.add_people, _password))
        store.write(demo_people.give_work, time.time())
        _tell_pins(store.write(demo_people.give_pins, time.time()))
        if added.customers:
            print(f"{company.COMPANY}: {added.customers} customers, {added.agents} agents added", flush=True)
        agents = {agent.extension: str(agent.key) for agent in store.read(configuration.tables).agents}
        return {
            agents[phone.extension]: int(phone.uri.rpartition(":")[2])
            for phone in store.read(stored_phones)
            if phone.uri and "@127.0.0.1:" in phone.uri
        }


def _password() -> str:
    return secrets.token_urlsafe(9)


def _tell_passwords(place: Place, told: Mapping[str, str]) -> None:
    if told:
        names = "".join(f"  {login:<12} {password}\n" for login, password in told.items())
        print(f"Log in at {console_url(place)} as (told this once only):\n{names}", end="", flush=True)


def _tell_pins(told: Mapping[str, str]) -> None:
    if told:
        pins = "".join(f"  code {code}  PIN {pin}\n" for code, pin in told.items())
        print(
            f"Technicians close orders at {TECHNICIANS_DID} (told this once only):\n{pins}",
            end="",
            flush=True,
        )


def console_url(place: Place) -> str:
    """Where a browser finds the console; on localhost it may use the microphone."""
    return f"http://localhost:{place.config.console.port}"


@contextmanager
def _server(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """`ctiserver serve` in a session of its own; stopped at the end, ended with us if we are killed."""
    with place.log_file.open("ab") as log:
        server = subprocess.Popen(
            [
                *("setpriv", "--pdeathsig", "TERM", sys.executable, "-m", "ctiserver.app"),
                *("--config", str(place.config_file.absolute()), "serve"),
            ],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield server
    finally:
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


async def _go_on(
    place: Place,
    server: "subprocess.Popen[bytes]",
    phones: dict[str, int],
    chosen: Namespace,
    began: float,
) -> None:
    await _wait_for(
        lambda: (place.config.installation.state_dir / "redis/redis.sock").exists(), server, place
    )
    async with connected(place.config) as bus:
        traffic = Traffic(
            config=place.config,
            bus=bus,
            phones=phones,
            sellers=company.sellers(),
            customers=[number for customer in company.customers() for number in customer["phones"]],  # type: ignore[attr-defined]
            calls_per_minute=chosen.calls_per_minute,
            chance=Random(),
        )
        feed = Feed(bus, traffic.heard)
        keeping = asyncio.ensure_future(feed.run())
        try:
            traffic.plug_in(place.customers_port, place.emergency_port, place.fallback_port)
            await _wait_for(lambda: feed.view is not None and feed.view.switch_up, server, place)
            calling = asyncio.ensure_future(traffic.run(feed))
            print(_where_to_look(place, time.monotonic() - began), flush=True)
            await _tell(feed, traffic, server, place, chosen.seconds, (keeping, calling))
        finally:
            traffic.close()
            keeping.cancel()


async def _wait_for(condition: Callable[[], bool], server: "subprocess.Popen[bytes]", place: Place) -> None:
    """Raises InstallError when the server ends or is not ready in time."""
    deadline = time.monotonic() + _READY_SECONDS
    while not condition():
        _require_alive(server, place)
        if time.monotonic() > deadline:
            raise InstallError(
                f"the server was not ready within {_READY_SECONDS:g} s; read {place.log_file} and run: "
                f"ctiserver --config {place.config_file} doctor"
            )
        await asyncio.sleep(0.05)


def _require_alive(server: "subprocess.Popen[bytes]", place: Place) -> None:
    if server.poll() is not None:
        last = place.log_file.read_text(errors="replace").strip().rpartition("\n")[2]
        raise InstallError(f"the server ended; read {place.log_file}, whose last line is: {last}")


async def _tell(
    feed: Feed,
    traffic: Traffic,
    server: "subprocess.Popen[bytes]",
    place: Place,
    seconds: float | None,
    tasks: tuple[asyncio.Future[None], ...],
) -> None:
    """A line now and then, until the time given is over."""
    deadline = time.monotonic() + (seconds or float("inf"))
    while (left := deadline - time.monotonic()) > 0:
        await asyncio.wait(tasks, timeout=min(left, _LINE_SECONDS), return_when=asyncio.FIRST_COMPLETED)
        for task in tasks:
            if task.done():
                task.result()
        _require_alive(server, place)
        if feed.view:
            print(live_line(feed.view, traffic.count), flush=True)


def live_line(view: LiveView, count: Mapping[str, int]) -> str:
    """What is going on, in one line."""
    stages = Counter(contact.stage for contact in view.contacts.values())
    wrapping_up = sum(agent.activity == "wrapping_up" for agent in view.agents.values())
    answered = sum(queue.answered for queue in view.queues.values())
    gave_up = sum(queue.abandoned for queue in view.queues.values())
    waiting = stages["queued"] + stages["offered"]
    return (
        f"  menu {stages['ivr']}, waiting {waiting}, talking {stages['talking']}, survey {stages['survey']}, "
        f"wrap-up {wrapping_up}   |   callers {count['callers']}, answered {answered}, gave up {gave_up}, "
        f"surveys {count['surveys']}"
    )


def _where_to_look(place: Place, seconds: float) -> str:
    config, program = place.config, Path(sys.argv[0])
    name = str(program) if program.name == "ctiserver" else "python -m ctiserver.app"
    command = f"{name} --config {place.config_file}"
    return f"""\
ready after {seconds:.1f} s: {company.COMPANY} takes calls on {config.asterisk.address}:{config.asterisk.sip_port}

  browser:     {console_url(place)}  ({demo_people.AGENT}: his place is free; {demo_people.SUPERVISOR}: the wallboard,
               and two campaigns that wait to be started for {demo_people.SELLER})
  look:        {command} watch
  examine:     {command} doctor
  act:         {command} agent agent1 status pause lunch
  recordings:  {config.asterisk_dir / "spool/recording"}
  database:    {config.database.url.partition("@")[2] or config.database.url}
  log:         {place.log_file}
  Ctrl-C stops everything.
"""


def _interrupt(_number: int, _frame: object) -> None:
    """Like Ctrl-C, which asyncio turns into an orderly end; an exception raised here could hit any task."""
    signal.raise_signal(signal.SIGINT)
