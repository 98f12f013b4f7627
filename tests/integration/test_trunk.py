"""Carriers, proven against a second Asterisk that is one: registration, failover, limits, numbers in and out."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from ctiserver.app import cli, doctor_trunk
from ctiserver.core.commands import DialOutside, DropLeg
from ctiserver.core.ids import ContactId, LegId
from ctiserver.core.inputs import CallArrived, LegAnswered, LegEnded, LegFailed
from ctiserver.core.outside import Outside, Spent, route
from tests.integration.ari_center import AriCenter
from tests.integration.asterisk import DID_ES, PrivateAsterisk, private_asterisk
from tests.integration.reactor_thread import ReactorThread
from tests.integration.sipp import until

USER, RIGHT, WRONG = "acme", "right-secret", "wrong-secret"
TRUNKS = ("dead", "first", "wrong", "second")
_OURS = """
[outside]
caller_number = "{did}"

[[asterisk.trunks]]
name = "dead"
host = "127.0.0.1"
port = {closed}
priority = 1
qualify_seconds = 1

[[asterisk.trunks]]
name = "first"
host = "127.0.0.1"
port = {port}
username = "{user}"
password_env = "CTI_TEST_RIGHT"
register = true
priority = 2
numbers = "e164"
lines = 1

[[asterisk.trunks]]
name = "wrong"
host = "127.0.0.1"
port = {port}
username = "{user}"
password_env = "CTI_TEST_WRONG"
register = true
priority = 3

[[asterisk.trunks]]
name = "second"
host = "127.0.0.1"
port = {port}
priority = 4
numbers = "national"
caller_numbers = ["+56229990000"]
"""
_SIP = """
[{user}]
type = endpoint
context = carrier
disallow = all
allow = ulaw
auth = {user}
aors = {user}
identify_by = username
trust_id_inbound = yes

[{user}]
type = auth
auth_type = userpass
username = {user}
password = {password}

[{user}]
type = aor
max_contacts = 5

[center]
type = endpoint
context = nowhere
disallow = all
allow = ulaw
aors = center

[center]
type = aor
contact = sip:127.0.0.1:{port}
"""
_DIALPLAN = """
[carrier]
exten => _[+0-9].,1,Set(CHANNEL(userfield)=${CALLERID(num)})
 same => n,CELGenUserEvent(CARRIER)
 same => n,GotoIf($["${EXTEN:-3}"="503"]?full)
 same => n,GotoIf($["${EXTEN:-3}"="486"]?busy)
 same => n,Answer()
 same => n,Echo()
 same => n(full),Hangup(34)
 same => n(busy),Hangup(17)
"""


@pytest.fixture(scope="module")
def carrier(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivateAsterisk]:
    """The telephone company: knows one customer by name, and everybody on this machine by address."""
    with private_asterisk(tmp_path_factory.mktemp("carrier"), numbers=False) as running:
        yield running


@pytest.fixture(scope="module")
def asterisk(tmp_path_factory: pytest.TempPathFactory, carrier: PrivateAsterisk) -> Iterator[PrivateAsterisk]:
    """Ours."""
    with pytest.MonkeyPatch.context() as patch, socket.socket(type=socket.SOCK_DGRAM) as closed:
        closed.bind(("127.0.0.1", 0))  # taken, and nobody answers
        patch.setenv("CTI_TEST_RIGHT", RIGHT)
        patch.setenv("CTI_TEST_WRONG", WRONG)
        more = _OURS.format(user=USER, port=carrier.sip_port, closed=closed.getsockname()[1], did=DID_ES)
        with private_asterisk(tmp_path_factory.mktemp("center"), more=more) as running:
            _be_a_carrier(carrier, running.sip_port)
            yield running


@pytest.fixture(scope="module")
def thread() -> Iterator[ReactorThread]:
    running = ReactorThread()
    yield running
    running.stop()


def _be_a_carrier(carrier: PrivateAsterisk, port: int) -> None:
    etc: Path = carrier.config.asterisk_dir / "etc"
    sip, plan = etc / "pjsip.conf", etc / "extensions.conf"
    own = sip.read_text().replace("context = from-trunk", "context = carrier")
    sip.write_text(own + _SIP.format(user=USER, password=RIGHT, port=port))
    plan.write_text(plan.read_text() + _DIALPLAN)
    carrier.command("dialplan reload")
    carrier.command("module reload res_pjsip.so")


def _heard(carrier: PrivateAsterisk) -> list[tuple[str, str, str]]:
    """Calls that came to the carrier: as whom it knew the caller, the number as it was written, who calls."""
    return [
        (record["channame"].removeprefix("PJSIP/").rpartition("-")[0], record["exten"], record["userfield"])
        for record in carrier.cel()
        if record["eventtype"] == "CARRIER"
    ]


def _dial(center: AriCenter, number: str) -> LegId:
    way = route(Outside(trunks=TRUNKS, caller_number=DID_ES), number, account_id=1, roles=(), spent=Spent())
    leg = LegId(center.new_id("out"))
    center.perform(DialOutside(leg=leg, contact=ContactId(f"c{leg}"), route=way, ring_seconds=20))
    return leg


def test_carriers_are_registered_with_watched_and_followed_by_one_another(
    asterisk: PrivateAsterisk, carrier: PrivateAsterisk, thread: ReactorThread
) -> None:
    def state(trunk: str) -> str:
        shown = asterisk.command("pjsip show registrations").splitlines()
        return next((line for line in shown if line.strip().startswith(f"{trunk}/")), "")

    until(lambda: "Registered" in state("first"), "a registration", 45, lambda: state("first"))
    until(lambda: "Rejected" in state("wrong"), "a refused registration", 45, lambda: state("wrong"))
    contacts = "pjsip show contacts"
    until(
        lambda: any(
            line.split()[1:2] and "dead/" in line and "Unavail" in line
            for line in asterisk.command(contacts).splitlines()
        ),
        "a dead carrier",
        45,
        lambda: asterisk.command(contacts),
    )
    with AriCenter(asterisk, thread) as center:
        one = _dial(center, "981234567")
        assert center.wait(LegAnswered, leg=one).trunk == "first"
        assert _heard(carrier)[-1:] == [(USER, "56981234567", DID_ES)]
        two = _dial(center, "981234568")  # no line is left at the first, and the next knows us not
        assert center.wait(LegAnswered, leg=two).trunk == "second"
        assert _heard(carrier)[-1:] == [("pstn", "981234568", "+56229990000")]
        center.perform(DropLeg(leg=one), DropLeg(leg=two))
        center.wait(LegEnded, leg=one)
        center.wait(LegEnded, leg=two)
        broken = center.wait(LegFailed, leg=_dial(center, "+56970000503"))
        assert (broken.reason, broken.sip_code) == ("unreachable", 503)
        assert [endpoint for endpoint, number, _ in _heard(carrier) if number.endswith("503")] == [
            USER,
            "pstn",
        ]
        busy = center.wait(LegFailed, leg=_dial(center, "+56970000486"))
        assert (busy.reason, busy.sip_code) == ("busy", 486)
        assert [endpoint for endpoint, number, _ in _heard(carrier) if number.endswith("486")] == [USER]
        for written in ("221234567", "56221234567", DID_ES):
            carrier.ring_with_echo(f"PJSIP/{written}@center", {})
        until(lambda: len(center.told(CallArrived, did=DID_ES)) == 3, "three calls", 15, center.story)
        for arrived in center.told(CallArrived):
            center.perform(DropLeg(leg=arrived.leg))
    asterisk.wait_quiet()


def test_an_emergency_number_goes_through_while_no_application_lives(
    asterisk: PrivateAsterisk, carrier: PrivateAsterisk
) -> None:
    asterisk.ring_with_echo("Local/133@own-phones", {})
    until(lambda: _heard(carrier)[-1][1] == "133", "an emergency", 20, lambda: str(_heard(carrier)))
    until(lambda: any("PJSIP/first" in name for name in asterisk.channels()), "a line", 20, asterisk.channels)
    asterisk.command("channel request hangup all")
    asterisk.wait_quiet()
    carrier.wait_quiet()


def _examined(asterisk: PrivateAsterisk, name: str, number: str = "") -> str:
    trunk = next(one for one in asterisk.config.asterisk.trunks if one.name == name)
    return "\n".join(f"{it.mark} {it.says}" for it in doctor_trunk.examined(asterisk.config, trunk, number))


def test_the_doctor_follows_a_carrier_step_by_step_to_the_sound(
    asterisk: PrivateAsterisk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CTI_TEST_RIGHT", RIGHT)
    monkeypatch.setenv("CTI_TEST_WRONG", WRONG)
    words = ["--config", str(asterisk.config_file), "doctor", "trunk"]
    assert cli.main([*words, "first", "--call", "981234567"]) == 0, capsys.readouterr()
    said = capsys.readouterr().out
    for step in ("is 127.0.0.1", "Asterisk has it", "answers OPTIONS", "registered as acme", "was answered"):
        assert step in said
    assert "sound goes both ways" in said
    assert cli.main([*words, "nobody"]) == 1
    assert "there are: pstn, dead, first, wrong, second" in capsys.readouterr().out
    assert "FAIL the carrier refuses acme; look at username" in _examined(asterisk, "wrong")
    assert "FAIL does not answer OPTIONS" in _examined(asterisk, "dead")
    assert "FAIL 970000486: it is busy" in _examined(asterisk, "second", "970000486")
    asterisk.wait_quiet()
