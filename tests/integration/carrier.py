"""A second private Asterisk that is the telephone company: how a number ends says what becomes of a call to it.

486, 404, 503: refused so. 408: rings for ever. Anything else: the telephone on the carrier's `fallback_port` rings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.integration.asterisk import PrivateAsterisk, private_asterisk

NUMBER = "+569700001{ending}"
FAR = NUMBER.format(ending="11")
_DIALPLAN = """
[carrier]
exten => _[+0-9].,1,GotoIf($["${EXTEN:-3}"="486"]?busy)
 same => n,GotoIf($["${EXTEN:-3}"="404"]?unknown)
 same => n,GotoIf($["${EXTEN:-3}"="503"]?full)
 same => n,GotoIf($["${EXTEN:-3}"="408"]?never)
 same => n,Dial(PJSIP/fallback-1,60)
 same => n,Hangup()
 same => n(busy),Hangup(17)
 same => n(unknown),Hangup(1)
 same => n(full),Hangup(34)
 same => n(never),Ringing()
 same => n,Wait(600)
"""


@contextmanager
def running_carrier(folder: Path) -> Iterator[PrivateAsterisk]:
    """It knows everybody on this machine by address."""
    with private_asterisk(folder, numbers=False) as carrier:
        etc = carrier.config.asterisk_dir / "etc"
        sip, plan = etc / "pjsip.conf", etc / "extensions.conf"
        sip.write_text(sip.read_text().replace("context = from-trunk", "context = carrier"))
        plan.write_text(plan.read_text() + _DIALPLAN)
        carrier.command("dialplan reload")
        carrier.command("module reload res_pjsip.so")
        yield carrier
        carrier.wait_quiet()


def trunk_to(carrier: PrivateAsterisk, caller_number: str, *, ring_seconds: float) -> str:
    """Sections of a configuration that calls out through this carrier alone."""
    return (
        f'[outside]\ncaller_number = "{caller_number}"\nring_seconds = {ring_seconds}\n'
        f'[[asterisk.trunks]]\nname = "carrier"\nhost = "127.0.0.1"\nport = {carrier.sip_port}\npriority = 1\n'
    )
