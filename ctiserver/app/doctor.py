"""`ctiserver doctor`: examines everything that calls need, one line each, and says in plain words how to mend it.

A FAIL keeps callers from being served; a WARN will hurt some day. It looks and changes nothing, with the server
running or not. One examination that breaks does not keep the others from being made.
"""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterable, Iterator

from ctiserver.app import (
    doctor_fax,
    doctor_machine,
    doctor_mail,
    doctor_names,
    doctor_recordings,
    doctor_server,
    doctor_tls,
)
from ctiserver.app.bus_client import be_quiet
from ctiserver.app.doctor_finding import Finding, Mark, fail
from ctiserver.core.config import Config
from ctiserver.core.errors import ConfigError, CtiError
from ctiserver.process.config_file import load

Examination = Callable[[Config], Iterable[Finding]]

EXAMINATIONS: tuple[tuple[str, Examination], ...] = (
    ("Asterisk", doctor_server.installed),
    ("Asterisk's files", doctor_server.configured),
    ("AMI, modules", doctor_server.ami),
    ("ARI", doctor_server.ari),
    ("SIP port", doctor_server.sip_port),
    ("RTP ports", doctor_server.rtp_ports),
    ("Redis", doctor_server.redis),
    ("server", doctor_server.live),
    ("database", doctor_server.database),
    ("prompts", doctor_server.prompts),
    ("flows", doctor_server.flows),
    ("names of streets", doctor_names.names),
    ("recordings", doctor_recordings.kept),
    ("mail", doctor_mail.mail),
    ("faxes", doctor_fax.fax),
    ("certificate", doctor_tls.certificate),
    ("clock", doctor_machine.clock),
    ("time zone", doctor_machine.time_zone),
    ("disk", doctor_machine.disk),
    ("open files", doctor_machine.open_files),
)


def run(chosen: Namespace) -> int:
    """Print every finding; 1 when something fails."""
    be_quiet()
    try:
        config = load(chosen.config)
    except ConfigError as error:
        findings = [("configuration", fail(str(mistake))) for mistake in error.mistakes]
        return report(findings)
    return report(examine(config))


def examine(
    config: Config, examinations: Iterable[tuple[str, Examination]] = EXAMINATIONS
) -> Iterator[tuple[str, Finding]]:
    """What each examination finds, under its name, in order."""
    for name, look in examinations:
        try:
            for finding in look(config):
                yield name, finding
        except CtiError as error:
            yield name, fail(str(error))


def report(findings: Iterable[tuple[str, Finding]]) -> int:
    """Print the findings as they come; 1 when one of them is a FAIL, else 0."""
    worst = Mark.OK
    for name, finding in findings:
        worst = max(worst, finding.mark, key=list(Mark).index)
        print(f"{finding.mark:<5} {name:<17} {finding.says}", flush=True)
    if worst is Mark.FAIL:
        print("mend the lines marked FAIL, from the top: those below may follow from them", file=sys.stderr)
    return int(worst is Mark.FAIL)
