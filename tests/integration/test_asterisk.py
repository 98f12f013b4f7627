"""The private Asterisk by itself: what holds when no application of ours is there."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ctiserver.asterisk.cel import put_aside, read_all
from ctiserver.asterisk.conf import cel_file, check
from ctiserver.asterisk.modules import MODULES
from ctiserver.asterisk.passwords import passwords
from ctiserver.asterisk.run import start
from ctiserver.core.errors import SwitchUnreachable
from tests.integration.ari_app import AriApp
from tests.integration.asterisk import (
    DID_EMERGENCY,
    DID_EN,
    DID_ES,
    FALLBACK_AGENT,
    PrivateAsterisk,
    private_asterisk,
)
from tests.integration.sipp import CallerStream, until

pytestmark = pytest.mark.integration

CALLER_TONE, PHONE_TONE = 500, 700


def fallbacks(asterisk: PrivateAsterisk, number: str) -> list[str]:
    """Ways in which the caller with this number reached the fallback, in order."""
    return [e["appdata"] for e in asterisk.cel() if e["eventtype"] == "FALLBACK" and e["userfield"] == number]


def answered_in_the_fallback(asterisk: PrivateAsterisk, number: str) -> bool:
    events = asterisk.cel()
    calls = {e["linkedid"] for e in events if e["eventtype"] == "FALLBACK" and e["userfield"] == number}
    return any(e["eventtype"] == "FALLBACK_ANSWERED" and e["linkedid"] in calls for e in events)


def test_it_starts_with_all_modules_and_without_an_error(tmp_path: Path) -> None:
    with private_asterisk(tmp_path) as asterisk:
        running = {
            line.split()[0].removesuffix(".so")
            for line in asterisk.command("module show").splitlines()
            if "Running" in line
        }
        assert set(MODULES) <= running
        assert "ERROR" not in asterisk.log()
        assert "WARNING" not in asterisk.log()
        pid = asterisk.process.pid
    assert not Path(f"/proc/{pid}").exists()


def test_the_files_on_disk_are_the_configuration(asterisk: PrivateAsterisk) -> None:
    secrets = passwords(asterisk.config)
    assert check(asterisk.config, secrets, asterisk.process.asterisk) == []
    for file in (asterisk.config.asterisk_dir / "etc").iterdir():
        assert file.stat().st_mode & 0o077 == 0, file


def test_it_listens_on_loopback_only(asterisk: PrivateAsterisk) -> None:
    """Except for the socket with which PJSIP asks name servers, which serves nobody."""
    settings = asterisk.config.asterisk
    ours = {settings.sip_port, *range(settings.rtp_first_port, settings.rtp_last_port + 1)}
    with asterisk.call() as call:
        call.wait_answered()
        inodes = {os.readlink(fd) for fd in Path(f"/proc/{asterisk.process.pid}/fd").iterdir()}
        for table in ("tcp", "udp", "tcp6", "udp6"):
            for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                fields = row.split()
                address, port = fields[1].split(":")
                if f"socket:[{fields[9]}]" in inodes and (table.startswith("tcp") or int(port, 16) in ours):
                    assert address == "0100007F", f"{table} {row}"
        call.hang_up()


def test_a_second_one_on_the_same_ports_is_refused(asterisk: PrivateAsterisk) -> None:
    with pytest.raises(SwitchUnreachable, match=r"asterisk\.sip_port"):
        start(asterisk.config)


def test_a_caller_whom_no_application_takes_reaches_a_phone_of_the_fallback(
    asterisk: PrivateAsterisk,
) -> None:
    number = "+56911110001"
    with (
        asterisk.phone(port=asterisk.fallback_port, tone_hertz=PHONE_TONE) as phone,
        asterisk.call(number=number, tone_hertz=CALLER_TONE) as call,
    ):
        call.wait_answered(seconds=2)
        until(lambda: call.audio.level() > 100, "a prompt")
        phone.wait_answered(seconds=30)
        until(lambda: call.audio.hears(PHONE_TONE), "the phone's tone at the caller")
        until(lambda: phone.audio.hears(CALLER_TONE), "the caller's tone at the phone")
        call.hang_up()
        assert phone.wait_ended() == "bye_received"
    asterisk.wait_quiet()
    assert fallbacks(asterisk, number) == ["FALLBACK,queue"]
    until(lambda: answered_in_the_fallback(asterisk, number), "the answer in the CEL")


def test_a_caller_whom_nobody_answers_hears_that_we_call_back_and_is_released(
    asterisk: PrivateAsterisk,
) -> None:
    number, logged = "+56911110002", len(asterisk.log())
    with asterisk.call(DID_EN, number=number) as call:
        call.wait_answered(seconds=2)
        assert call.wait_ended(seconds=60) == "bye_received"
    assert fallbacks(asterisk, number) == ["FALLBACK,queue"]
    assert not answered_in_the_fallback(asterisk, number)
    assert "does not exist in any format" not in asterisk.log()[logged:]


@pytest.mark.parametrize("seconds", [0.3, 5.0, 14.0], ids=["first prompt", "prompts", "waiting music"])
def test_the_emergency_key_reaches_the_emergency_number_at_any_time(
    asterisk: PrivateAsterisk, seconds: float
) -> None:
    number = f"+5691112{round(seconds * 10):04}"
    with (
        asterisk.phone(port=asterisk.emergency_port, tone_hertz=PHONE_TONE) as emergency,
        asterisk.call(number=number, keys=[(seconds, "59")]) as call,
    ):
        emergency.wait_answered(seconds=40)
        until(lambda: call.audio.hears(PHONE_TONE), "the emergency service")
        emergency.hang_up()
        assert call.wait_ended() == "bye_received"
    asterisk.wait_quiet()
    assert fallbacks(asterisk, number) == ["FALLBACK,queue", "FALLBACK,emergency"]
    until(lambda: answered_in_the_fallback(asterisk, number), "the answer in the CEL")


def test_the_emergency_line_reaches_the_emergency_number_without_a_key(asterisk: PrivateAsterisk) -> None:
    number = "+56911130001"
    with (
        asterisk.phone(port=asterisk.emergency_port, tone_hertz=PHONE_TONE) as emergency,
        asterisk.call(DID_EMERGENCY, number=number) as call,
    ):
        emergency.wait_answered(seconds=20)
        until(lambda: call.audio.hears(PHONE_TONE), "the emergency service")
        call.hang_up()
    assert fallbacks(asterisk, number) == ["FALLBACK,emergency"]


def test_an_emergency_that_is_not_answered_goes_to_the_phones(asterisk: PrivateAsterisk) -> None:
    with (
        asterisk.phone(port=asterisk.emergency_port, ring_seconds=0.1, reject_code=486) as emergency,
        asterisk.phone(port=asterisk.fallback_port) as phone,
        asterisk.call(DID_EMERGENCY) as call,
    ):
        assert emergency.wait_ended(seconds=20) == "rejected"
        phone.wait_answered(seconds=30)
        call.hang_up()
    asterisk.wait_quiet()


def test_a_caller_whose_fuse_burns_down_reaches_the_fallback_and_its_emergency_key(
    asterisk: PrivateAsterisk,
) -> None:
    number = "+56911140001"
    ari = AriApp(asterisk)
    with (
        asterisk.phone(port=asterisk.emergency_port, tone_hertz=PHONE_TONE) as emergency,
        ari.connected(),
        asterisk.call(number=number) as call,
    ):
        until(lambda: ari.request("GET", "channels"), "the call in the application")
        channel = ari.request("GET", "channels")[0]["id"]
        ari.request("POST", f"channels/{channel}/answer")
        call.wait_answered()
        bridge = ari.request("POST", "bridges", type="holding")["id"]
        ari.request("POST", f"bridges/{bridge}/addChannel", channel=channel)
        ari.request("POST", f"bridges/{bridge}/moh")
        ari.set_fuse(channel, 2)
        until(lambda: fallbacks(asterisk, number), "the fallback", 10)
        call.press("9")
        emergency.wait_answered(seconds=20)
        # The fuse was set anew: it does not fire in the talk.
        until(lambda: call.audio.hears(PHONE_TONE), "the emergency service")
        call.hang_up()
        ari.request("DELETE", f"bridges/{bridge}")
    asterisk.wait_quiet()
    assert fallbacks(asterisk, number) == ["FALLBACK,queue", "FALLBACK,emergency"]


def make_agent(ari: AriApp, user: str) -> None:
    """Makes an agent's endpoint as the server does; the password is "secret"."""
    objects = {
        "auth": {"auth_type": "digest", "username": user, "password": "secret"},
        "aor": {"max_contacts": "1", "remove_existing": "yes"},
        "endpoint": {
            "auth": user,
            "aors": user,
            "context": "nowhere",
            "disallow": "all",
            "allow": "ulaw",
            "identify_by": "username",
            "direct_media": "no",
        },
    }
    for kind, fields in objects.items():
        body = {"fields": [{"attribute": name, "value": value} for name, value in fields.items()]}
        ari.request("PUT", f"asterisk/config/dynamic/res_pjsip/{kind}/{user}", body)


def test_an_agents_extension_rings_in_the_fallback(asterisk: PrivateAsterisk) -> None:
    make_agent(AriApp(asterisk), FALLBACK_AGENT)
    with asterisk.phone() as phone, asterisk.call() as call:
        phone.register(FALLBACK_AGENT, "secret")
        phone.wait_answered(seconds=30)
        call.hang_up()
    asterisk.wait_quiet()


def test_an_agents_phone_made_at_run_time_registers_and_is_called(asterisk: PrivateAsterisk) -> None:
    ari = AriApp(asterisk)
    make_agent(ari, "1001")
    with ari.connected(), asterisk.phone(ring_seconds=None) as phone:
        phone.register("1001", "secret")
        leg = ari.request("POST", "channels", endpoint="PJSIP/1001", app="cti", timeout=20)["id"]
        phone.wait_ringing()
        phone.answer()
        until(lambda: ari.request("GET", f"channels/{leg}")["state"] == "Up", "the leg's answer")
        ari.request("DELETE", f"channels/{leg}")
        assert phone.wait_ended() == "bye_received"
    asterisk.wait_quiet()


@pytest.mark.parametrize(
    "from_header",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        "<sip:127.0.0.1>",
        f"<sip:{'9' * 200}@127.0.0.1>",
        f'"{"x" * 200}" <sip:+56911111111@127.0.0.1>',
        '"Robert\\"); DROP TABLE" <sip:%00%0d%0a;x=y@127.0.0.1>',
        '"${SHELL(id)}" <sip:$%7BSHELL(id)%7D@127.0.0.1>',
        '"ñandú ☎" <sip:+56911111111@127.0.0.1>',
    ],
    ids=["anonymous", "no user", "200 digits", "200 letters", "control characters", "dialplan code", "UTF-8"],
)
def test_any_caller_id_is_served(asterisk: PrivateAsterisk, from_header: str) -> None:
    with asterisk.call(from_header=from_header) as call:
        call.wait_answered(seconds=3)
        until(lambda: call.audio.level() > 100, "a prompt")
        call.hang_up()
    asterisk.wait_quiet()


def test_what_a_caller_sends_neither_breaks_nor_forges_a_record(asterisk: PrivateAsterisk) -> None:
    number = "%5C%0A%7B%22eventtype%22:%22FORGED%22%7D%0A"
    with asterisk.call(number=number) as call:
        call.wait_answered()
        call.hang_up()
    asterisk.wait_quiet()
    told = [json.loads(line) for line in cel_file(asterisk.config).read_text().splitlines()]
    assert all(record["eventtype"] != "FORGED" for record in told)


def test_asterisk_begins_a_new_file_of_events_when_the_old_one_is_put_aside(
    asterisk: PrivateAsterisk,
) -> None:
    file = cel_file(asterisk.config)
    with asterisk.call(number="+56922220901") as call:
        call.wait_answered()
        before = read_all(file, 0, 0)
        put_aside(file, before.inode)
        call.hang_up()
    asterisk.wait_quiet()
    until(file.exists, "a new file")
    after = read_all(file, before.inode, before.offset)
    assert after.inode != before.inode
    ends = [record for _, record in after.records if record.eventtype == "CHAN_END"]
    assert [record.userfield for record in ends] == ["+56922220901"]


def test_a_caller_who_gives_up_before_the_answer_leaves_nothing_behind(asterisk: PrivateAsterisk) -> None:
    ari = AriApp(asterisk)
    with ari.connected(), asterisk.call() as call:
        until(lambda: ari.request("GET", "channels"), "the call in the application")
        call.hang_up()
        assert call.wait_ended() == "cancelled"
    asterisk.wait_quiet()


RUN = """
import pathlib, sys
from ctiserver.process.config_file import load
from ctiserver.asterisk.run import run
sys.exit(run(load(pathlib.Path(sys.argv[1])), lambda line: None))
"""


@pytest.mark.parametrize(("how", "code"), [(signal.SIGTERM, 0), (signal.SIGKILL, -signal.SIGKILL)])
def test_it_runs_in_the_foreground_until_told_and_dies_with_its_starter(
    tmp_path: Path, how: signal.Signals, code: int
) -> None:
    with private_asterisk(tmp_path) as asterisk:
        asterisk.process.stop()
        starter = subprocess.Popen(
            [sys.executable, "-c", RUN, str(asterisk.config_file)], cwd=Path(__file__).parents[2]
        )
        until(lambda: "Asterisk" in asterisk.command("core show version"), "Asterisk")
        pid = int((asterisk.config.asterisk_dir / "run/asterisk.pid").read_text())
        asterisk.command("core waitfullybooted")
        starter.send_signal(how)
        assert starter.wait(30) == code
        until(lambda: not Path(f"/proc/{pid}").exists(), "Asterisk's end")


def test_each_of_a_hundred_calls_is_answered_and_its_key_heard(asterisk: PrivateAsterisk) -> None:
    with CallerStream(
        asterisk.sip_port,
        did=DID_ES,
        count=100,
        calls_per_second=10,
        talk_seconds=1.5,
        number_prefix="+5693",
        keys=[(0.3, "9")],
    ) as callers:
        assert callers.wait_end(40) == 0, callers.story()
    asterisk.wait_quiet()
    told = [e for e in asterisk.cel() if e["userfield"].startswith("+5693")]
    events = [e for e in told if e["eventtype"] == "FALLBACK"]
    assert sum(e["appdata"] == "FALLBACK,emergency" for e in events) == 100


@pytest.mark.parametrize("dialled", ["+56987654321", "600"])
def test_without_numbers_in_the_file_every_number_is_taken(tmp_path: Path, dialled: str) -> None:
    with private_asterisk(tmp_path, numbers=False) as asterisk:
        with asterisk.call(dialled) as call:
            call.wait_answered()
            call.hang_up()
        asterisk.wait_quiet()
        stasis = next(e for e in asterisk.cel() if e["appname"] == "Stasis")
        assert stasis["appdata"] == f"cti,in,{dialled}"


def test_a_number_that_is_not_ours_is_refused(asterisk: PrivateAsterisk) -> None:
    with asterisk.call("+56200000000") as call:
        assert call.wait_ended() == "refused"
        assert call.refusal_code == 404
