"""Contradictions between values of the configuration: each is fine alone, together they cannot work."""

import ipaddress
import zoneinfo
from collections.abc import Iterator, Mapping

import phonenumbers

from ctiserver.core.config import Config
from ctiserver.core.errors import Mistake
from ctiserver.core.leads import TRIED_AGAIN

# A Unix socket's path has at most 107 bytes; the longest we make is this far below the state directory.
_LONGEST_STATE_DIR = 107 - len("/asterisk/run/asterisk.ctl")


def contradictions(config: Config, environ: Mapping[str, str]) -> list[Mistake]:
    """Every contradiction in the configuration, in the order of the file."""
    return [
        *_installation(config),
        *_addresses(config),
        *_ports(config),
        *_fuses(config),
        *_fallback(config),
        *_trunks(config, environ),
        *_numbers(config),
        *_classes(config),
        *_dialing(config),
        *_webhooks(config),
        *_actions(config, environ),
        *_mail(config, environ),
        *_console(config, environ),
    ]


def _actions(config: Config, environ: Mapping[str, str]) -> Iterator[Mistake]:
    seen: set[str] = set()
    for ordinal, action in enumerate(config.actions, 1):
        path = f"actions[{ordinal}]"
        if action.name in seen:
            yield Mistake(f"{path}.name", f"{action.name!r} stands twice; give each action a name of its own")
        seen.add(action.name)
        if not action.outcomes:
            yield Mistake(f"{path}.outcomes", "is empty; name what the action may come to")
        if action.secret_env and action.secret_env not in environ:
            yield Mistake(f"{path}.secret_env", f"the variable {action.secret_env} is not set; export it")


def _installation(config: Config) -> Iterator[Mistake]:
    installation = config.installation
    if installation.time_zone not in zoneinfo.available_timezones():
        yield Mistake(
            "installation.time_zone",
            f"{installation.time_zone!r} is unknown; use a name such as America/Santiago",
        )
    if installation.country not in phonenumbers.SUPPORTED_REGIONS:
        yield Mistake("installation.country", f"{installation.country!r} is unknown; use a code such as CL")
    if len(str(installation.state_dir).encode()) > _LONGEST_STATE_DIR:
        yield Mistake(
            "installation.state_dir",
            f"is longer than {_LONGEST_STATE_DIR} bytes, too long for sockets inside; choose a shorter path",
        )


def _addresses(config: Config) -> Iterator[Mistake]:
    try:
        ipaddress.ip_address(config.asterisk.address)
    except ValueError:
        yield Mistake(
            "asterisk.address", f"{config.asterisk.address!r} is no IP address; use one of this machine"
        )
    try:
        ipaddress.ip_address(config.console.address)
    except ValueError:
        yield Mistake(
            "console.address",
            f"{config.console.address!r} is no IP address; use one of this machine, or 0.0.0.0 for all",
        )


def _ports(config: Config) -> Iterator[Mistake]:
    asterisk = config.asterisk
    if asterisk.rtp_last_port < asterisk.rtp_first_port + 3:
        yield Mistake(
            "asterisk.rtp_last_port", "leaves no room for one call: raise it above rtp_first_port + 3"
        )
    owners: dict[int, str] = {}
    taken = [(f"asterisk.{name}", getattr(asterisk, name)) for name in ("sip_port", "http_port", "ami_port")]
    taken.append(("asterisk.wss_port", asterisk.wss_port))
    taken += [(f"console.{name}", getattr(config.console, name)) for name in ("port", "tls_port")]
    for path, port in taken:
        if port in owners:
            yield Mistake(path, f"{port} is already taken by {owners[port]}; choose another")
        if asterisk.rtp_first_port <= port <= asterisk.rtp_last_port and path == "asterisk.sip_port":
            yield Mistake(path, f"{port} lies inside the RTP ports; choose one outside")
        owners.setdefault(port, path)


def _fuses(config: Config) -> Iterator[Mistake]:
    asterisk, calls = config.asterisk, config.calls
    if asterisk.fuse_refresh_seconds * 2 > asterisk.waiting_fuse_seconds:
        yield Mistake(
            "asterisk.fuse_refresh_seconds",
            "must be at most half of waiting_fuse_seconds, or one late refresh drops callers",
        )
    if calls.hung_after_seconds < 2 * calls.heartbeat_seconds:
        yield Mistake(
            "calls.hung_after_seconds",
            "must be at least twice heartbeat_seconds, or one late beat kills a healthy process",
        )


def _fallback(config: Config) -> Iterator[Mistake]:
    path, number = "asterisk.fallback.emergency_number", config.asterisk.fallback.emergency_number
    if number[:1] in ("+", *"0123456789"):
        yield from _phone_number(path, number)
        if not any(trunk.host for trunk in config.asterisk.trunks):
            yield Mistake(path, "is a phone number but no trunk has a host to dial it; add asterisk.trunks")
    if not number and any(line.emergency for line in config.numbers):
        yield Mistake(path, "is missing although a number is an emergency line; say who answers then")


def _trunks(config: Config, environ: Mapping[str, str]) -> Iterator[Mistake]:
    names: set[str] = set()
    for ordinal, trunk in enumerate(config.asterisk.trunks, 1):
        path = f"asterisk.trunks[{ordinal}]"
        if trunk.name in names:
            yield Mistake(f"{path}.name", f"{trunk.name!r} is used twice; rename one")
        names.add(trunk.name)
        if not trunk.match and not trunk.host:
            yield Mistake(path, "has neither match nor host: it can neither receive nor make calls")
        for place in trunk.match:
            try:
                ipaddress.ip_network(place, strict=False)
            except ValueError:
                yield Mistake(f"{path}.match", f"{place!r} is no address such as 192.0.2.7 or 192.0.2.0/28")
        if trunk.register and not (trunk.username and trunk.host):
            yield Mistake(f"{path}.register", "needs host and username; add them, or take register out")
        if trunk.username and not trunk.password_env:
            yield Mistake(f"{path}.password_env", "is missing; name the variable that holds the password")
        if trunk.password_env and trunk.password_env not in environ:
            yield Mistake(f"{path}.password_env", f"the variable {trunk.password_env} is not set; export it")


def _numbers(config: Config) -> Iterator[Mistake]:
    seen: set[str] = set()
    for ordinal, number in enumerate(config.numbers, 1):
        path = f"numbers[{ordinal}].did"
        digits = number.did.removeprefix("+")
        if digits in seen:
            yield Mistake(path, f"{number.did} is used twice; remove one")
        seen.add(digits)
        yield from _phone_number(path, number.did)
        if number.fax and number.emergency:
            yield Mistake(
                f"numbers[{ordinal}].fax", "is true on an emergency line, where nobody would hear the caller"
            )


def _phone_number(path: str, number: str) -> Iterator[Mistake]:
    """An international number must exist in its country's plan; local and internal ones are not judged."""
    if not number.startswith("+"):
        return
    try:
        possible = phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        possible = False
    if not possible:
        yield Mistake(path, f"{number} is not a possible phone number; write + country code and number")


def _classes(config: Config) -> Iterator[Mistake]:
    if config.classes.unknown not in config.classes.head_start_seconds:
        known = ", ".join(config.classes.head_start_seconds)
        yield Mistake("classes.unknown", f"{config.classes.unknown!r} is no class; use one of {known}")


def _console(config: Config, environ: Mapping[str, str]) -> Iterator[Mistake]:
    ice = config.console.ice
    if ice.secret_env and ice.secret_env not in environ:
        yield Mistake("console.ice.secret_env", f"the variable {ice.secret_env} is not set; export it")
    if not ice.secret_env and any(server.startswith("turn") for server in ice.servers):
        yield Mistake(
            "console.ice.secret_env",
            "is missing; name the variable that holds the secret shared with the TURN server",
        )


def _dialing(config: Config) -> Iterator[Mistake]:
    dialing = config.dialing
    if dialing.trunk and not any(
        trunk.name == dialing.trunk and trunk.host for trunk in config.asterisk.trunks
    ):
        yield Mistake(
            "dialing.trunk", f"{dialing.trunk!r} is no trunk with a host; name one of asterisk.trunks"
        )
    for result in dialing.retry_seconds:
        if result not in TRIED_AGAIN:
            known = ", ".join(sorted(TRIED_AGAIN))
            yield Mistake(
                f"dialing.retry_seconds.{result}", f"is no result that is tried again; use of {known}"
            )


def _mail(config: Config, environ: Mapping[str, str]) -> Iterator[Mistake]:
    mail = config.mail
    if mail.host and not mail.sender:
        yield Mistake("mail.sender", "is missing; write the address that letters come from")
    if mail.password_env and mail.password_env not in environ:
        yield Mistake("mail.password_env", f"{mail.password_env} is not set; set it or remove the key")
    if mail.user and not mail.password_env:
        yield Mistake(
            "mail.password_env", "is missing; name the variable that holds the password of mail.user"
        )
    if mail.user and mail.tls == "none" and mail.host not in ("localhost", "127.0.0.1", "::1"):
        yield Mistake("mail.tls", 'would send the password in the clear; choose "starttls" or "tls"')


def _webhooks(config: Config) -> Iterator[Mistake]:
    for network in config.webhooks.allowed_networks:
        try:
            ipaddress.ip_network(network, strict=False)
        except ValueError:
            yield Mistake("webhooks.allowed_networks", f"{network!r} is no network such as 10.0.0.0/8")
