"""`ctiserver doctor trunk NAME`: one carrier step by step, each with how to mend it.

Its name resolves, Asterisk knows it, it answers, it takes our registration; with `--call NUMBER` it puts a call
through, and sound comes and goes: whoever answers hears music, and is to say something. A step that fails ends the
examination, for the next ones would fail of the same.
"""

import os
import socket
import time
from argparse import Namespace
from collections.abc import Callable, Iterator

from ctiserver.app.bus_client import be_quiet
from ctiserver.app.carriers import carriers
from ctiserver.app.doctor import examine, report
from ctiserver.app.doctor_finding import Finding, Mark, fail, ok, warn
from ctiserver.asterisk import trunk_watch
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, Refusal
from ctiserver.core.outside import Outside, normalised
from ctiserver.core.trunk import Trunk
from ctiserver.process.config_file import load

_ANSWER_SECONDS, _REGISTER_SECONDS, _SOUND_SECONDS = 3.0, 15.0, 8.0
_HEARD_PACKETS = 50
"""A second of sound, at 20 ms a packet."""
_LOOK_SECONDS = 0.25
_CAUSES = {
    1: "the carrier knows no such number: write it with area code, and look at the trunk's `numbers` and `prefix`",
    17: "it is busy: try another number",
    18: "nobody answered: try another number",
    19: "nobody answered: try another number",
    20: "the carrier cannot reach it just now: try another number",
    21: "the carrier refuses the call: ask it which caller numbers it allows (`caller_numbers`), and whether it "
    "wants a user name",
    27: "the carrier cannot be reached: look at host, port and firewall",
    28: "the carrier cannot read the number: look at the trunk's `numbers` and `prefix`",
    34: "the carrier has no free line: compare `lines` with the contract",
    58: "the carrier takes none of our codecs: ask it which, and write them into the trunk's `codecs`",
}


def run(chosen: Namespace) -> int:
    """Print each step; 1 when one fails."""
    be_quiet()
    try:
        config = load(chosen.config)
    except ConfigError as error:
        return report([("configuration", fail(str(mistake))) for mistake in error.mistakes])
    trunk = next((one for one in config.asterisk.trunks if one.name == chosen.name), None)
    if trunk is None:
        names = ", ".join(one.name for one in config.asterisk.trunks) or "none"
        return report([("configuration", fail(f"there is no trunk {chosen.name!r}; there are: {names}"))])
    return report(
        examine(config, [(f"trunk {trunk.name}", lambda config: examined(config, trunk, chosen.call))])
    )


def examined(config: Config, trunk: Trunk, number: str = "") -> Iterator[Finding]:
    """What each step finds, up to the first that fails. Raises SwitchUnreachable."""
    for step in (_resolves, _is_known, _answers, _registers):
        for finding in step(config, trunk):
            yield finding
            if finding.mark is Mark.FAIL:
                return
    if number:
        yield from _calls(config, trunk, number)
    elif trunk.goes_out:
        yield ok("no test call: name a number with --call, best one that is at hand")


def _resolves(config: Config, trunk: Trunk) -> Iterator[Finding]:
    if not trunk.host:
        yield warn("has no host: it takes calls in, and none of ours out")
        return
    try:
        found = socket.getaddrinfo(trunk.host, trunk.port, type=socket.SOCK_DGRAM)
    except OSError as error:
        yield fail(
            f"{trunk.host} is not to be found ({error.strerror}); mend its host, or this machine's name server"
        )
    else:
        addresses = ", ".join(dict.fromkeys(str(one[4][0]) for one in found))
        yield ok(f"{trunk.host} is {addresses}, port {trunk.port}")


def _is_known(config: Config, trunk: Trunk) -> Iterator[Finding]:
    if trunk_watch.is_known(config, trunk.name):
        yield ok("Asterisk has it")
    else:
        yield fail("Asterisk does not have it; run: ctiserver asterisk config, then restart Asterisk")


def _answers(config: Config, trunk: Trunk) -> Iterator[Finding]:
    if not trunk.host:
        return
    if trunk_watch.answers(trunk.host, trunk.port, _ANSWER_SECONDS):
        yield ok("answers OPTIONS")
    elif trunk.register:
        yield warn("does not answer OPTIONS; some carriers never do: leave qualify_seconds at 0 then")
    else:
        yield fail(
            f"does not answer OPTIONS on {trunk.host}:{trunk.port}; look at host, port and firewall, and ask the "
            "carrier whether it knows this machine's address"
        )


def _registers(config: Config, trunk: Trunk) -> Iterator[Finding]:
    if not trunk.register:
        return
    said = _awaited(
        lambda: trunk_watch.registers(config, trunk.name), ("Registered", "Rejected"), _REGISTER_SECONDS
    )
    if said == "Registered":
        yield ok(f"registered as {trunk.username}")
    elif said == "Rejected":
        yield fail(
            f"the carrier refuses {trunk.username}; look at username and at the variable {trunk.password_env}, then "
            "run: ctiserver asterisk config, and restart Asterisk"
        )
    else:
        yield fail(
            f"no answer to our registration from {trunk.host}:{trunk.port}; look at host, port, firewall"
        )


def _calls(config: Config, trunk: Trunk, written: str) -> Iterator[Finding]:
    try:
        number = normalised(Outside(country=config.installation.country), written)
    except Refusal as refusal:
        yield fail(str(refusal))
        return
    carrier = carriers(config)[trunk.name]
    usual = config.outside.caller_number or config.dialing.caller_number
    call = trunk_watch.TestCall(config=config, id=f"doctor-{os.getpid()}-{int(time.time())}")
    seconds = round(config.outside.ring_seconds)
    if not call.ring(trunk.name, carrier.written(number), seconds, carrier.caller(usual)):
        yield fail("Asterisk cannot dial through it: the carrier is out of reach")
        return
    try:
        yield from _followed(call, carrier.written(number), seconds)
    finally:
        call.end()


def _followed(call: trunk_watch.TestCall, number: str, seconds: float) -> Iterator[Finding]:
    said = _awaited(call.state, ("Up", ""), seconds + 1)
    if said != "Up":
        cause = call.cause()
        yield fail(
            f"{number}: {_CAUSES.get(cause, f'the call ended (Q.850 cause {cause}): ask the carrier why')}"
        )
        return
    yield ok(f"{number} was answered")
    _awaited(lambda: "both" if min(call.packets()) >= _HEARD_PACKETS else "", ("both",), _SOUND_SECONDS)
    sent, heard = call.packets()
    if min(sent, heard) >= _HEARD_PACKETS:
        yield ok(f"sound goes both ways: {sent} packets sent, {heard} heard")
    elif heard:
        yield fail(
            f"we are not heard ({sent} packets sent, {heard} heard); open asterisk.rtp_* ports outwards"
        )
    else:
        yield fail(
            f"we hear nothing ({sent} packets sent); open this machine's RTP ports (asterisk.rtp_*) to it"
        )


def _awaited(look: Callable[[], str], wanted: tuple[str, ...], seconds: float) -> str:
    """What `look` says, as soon as it is one of these; what it says last when the time is over."""
    until = time.monotonic() + seconds
    while (said := look()) not in wanted and time.monotonic() < until:
        time.sleep(_LOOK_SECONDS)
    return said
