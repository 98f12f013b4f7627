from dataclasses import replace
from pathlib import Path

import pytest

from ctiserver.asterisk.conf import cel_file, check, etc_dir, render, write
from ctiserver.asterisk.install import Asterisk as InstalledAsterisk
from ctiserver.asterisk.modules import MODULES
from ctiserver.asterisk.passwords import Passwords
from ctiserver.core.config import Asterisk, Config, Fallback, Folder, Installation, Number
from ctiserver.core.errors import ConfigError
from ctiserver.core.trunk import Trunk

PASSWORDS = Passwords(ari="ari-secret", ami="ami-secret")
PSTN = Trunk(name="pstn", match=("192.0.2.0/28",), host="192.0.2.1", username="we", password="a;b")


def installed(folder: Path) -> InstalledAsterisk:
    modules = folder / "modules"
    modules.mkdir(exist_ok=True)
    for name in MODULES:
        (modules / f"{name}.so").touch()
    return InstalledAsterisk(
        command=("asterisk",),
        version="22",
        module_dir=modules,
        data_dir=folder / "data",
        music_dir=folder / "music",
    )


def config(folder: Path, **asterisk: object) -> Config:
    return replace(
        Config(),
        installation=Installation(state_dir=folder / "state"),
        asterisk=replace(Asterisk(), **asterisk),  # type: ignore[arg-type]
        numbers=(Number(did="+56221234567"), Number(did="600", language="en", emergency=True)),
        prompts=Folder(directory=folder / "sounds"),
    )


def files(folder: Path, **asterisk: object) -> dict[str, str]:
    return render(config(folder, **asterisk), PASSWORDS, installed(folder))


def dialplan(folder: Path, **fallback: object) -> str:
    return files(folder, fallback=Fallback(**fallback), trunks=(PSTN,))["extensions.conf"]  # type: ignore[arg-type]


def test_every_number_goes_to_the_application_with_or_without_plus(tmp_path: Path) -> None:
    text = files(tmp_path)["extensions.conf"]
    assert "exten => 56221234567,1,Set(CHANNEL(userfield)=" in text
    assert " same => n,Stasis(cti,in,+56221234567)\n" in text
    assert "exten => +56221234567,1,Goto(56221234567,1)\n" in text
    assert " same => n,Set(CHANNEL(language)=en)\n same => n,Set(FALLBACK=emergency)\n" in text


def test_a_fax_number_is_answered_by_the_dialplan_alone(tmp_path: Path) -> None:
    lines = (Number(did="+56221110000", fax=True),)
    text = render(replace(config(tmp_path), numbers=lines), PASSWORDS, installed(tmp_path))["extensions.conf"]
    own = text.partition("[from-trunk]")[2].partition("[fallback]")[0]
    assert " same => n,Goto(fax-in,receive,1)\n" in own
    assert "Stasis(" not in own
    assert "exten => +56221110000,1,Goto(56221110000,1)\n" in own
    assert f"Set(FAX={tmp_path}/state/fax/in/${{UNIQUEID}})" in text


def test_a_trunk_takes_t38_unless_it_is_told_not_to(tmp_path: Path) -> None:
    assert "t38_udptl = yes" in files(tmp_path, trunks=(PSTN,))["pjsip.conf"]
    assert "t38_udptl" not in files(tmp_path, trunks=(replace(PSTN, t38=False),))["pjsip.conf"]


def test_without_numbers_every_number_is_taken(tmp_path: Path) -> None:
    text = render(replace(config(tmp_path), numbers=()), PASSWORDS, installed(tmp_path))["extensions.conf"]
    assert "exten => _XX,1," in text
    assert f"exten => _+{15 * 'X'},1," in text


def test_a_burnt_fuse_and_a_failed_application_lead_to_the_fallback(tmp_path: Path) -> None:
    text = files(tmp_path)["extensions.conf"]
    assert "exten => T,1,Goto(fallback,${FALLBACK},1)" in text
    assert '"${STASISSTATUS}"="FAILED"]?fallback,${FALLBACK},1)' in text


@pytest.mark.parametrize(
    ("target", "dialled"),
    [
        ("+56229999999", "PJSIP/+56229999999@pstn"),
        ("PJSIP/1001", "PJSIP/1001"),
        ("sip:guard@192.0.2.9:5062", "PJSIP/fallback-1"),
    ],
)
def test_the_emergency_key_dials_numbers_endpoints_and_addresses(
    tmp_path: Path, target: str, dialled: str
) -> None:
    text = dialplan(tmp_path, emergency_number=target, emergency_key="*")
    assert f"Dial({dialled},60,U(fallback-answered))" in text
    assert "exten => *,1,Goto(emergency,1)" in text


def test_without_an_emergency_number_the_emergency_line_rings_the_phones(tmp_path: Path) -> None:
    text = dialplan(tmp_path, endpoints=("PJSIP/1001",))
    assert "Dial(" not in text.partition("[fallback]")[2].partition("[fallback-answered]")[0]
    assert "Queue(fallback,,,,120,,fallback-answered)" in text


def test_without_phones_nobody_waits_for_them(tmp_path: Path) -> None:
    assert "Queue(" not in dialplan(tmp_path)


def test_a_phone_known_by_its_address_gets_an_endpoint(tmp_path: Path) -> None:
    phone = "sip:desk@192.0.2.7"
    found = files(tmp_path, fallback=Fallback(endpoints=("PJSIP/1001", phone)))
    assert "member => PJSIP/1001\nmember => PJSIP/fallback-1\n" in found["queues.conf"]
    assert f"[fallback-1]\ntype = aor\ncontact = {phone}\n" in found["pjsip.conf"]


def test_our_prompt_is_played_where_both_languages_have_it(tmp_path: Path) -> None:
    for language in ("es", "en"):
        (tmp_path / "sounds" / language).mkdir(parents=True)
        (tmp_path / "sounds" / language / "agents-busy.wav").touch()
    (tmp_path / "sounds/es/call-back-later.wav").touch()
    text = dialplan(tmp_path)
    assert f"Background({tmp_path}/sounds/agents-busy,m)" in text
    assert "Background(vm-goodbye,m)" in text


def test_the_notice_names_the_key_only_where_it_is_that_key(tmp_path: Path) -> None:
    for language in ("es", "en"):
        (tmp_path / "sounds" / language).mkdir(parents=True)
        (tmp_path / "sounds" / language / "emergency-notice.wav").touch()
    assert "emergency-notice" in dialplan(tmp_path, emergency_number="PJSIP/1")
    assert "emergency-notice" not in dialplan(tmp_path, emergency_number="PJSIP/1", emergency_key="5")
    assert "emergency-notice" not in dialplan(tmp_path)


def test_a_semicolon_in_a_password_is_not_a_comment(tmp_path: Path) -> None:
    assert "password = a\\;b\n" in files(tmp_path, trunks=(PSTN,))["pjsip.conf"]


def test_a_line_break_in_a_password_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="control character"):
        files(tmp_path, trunks=(replace(PSTN, password="a\ncontext=evil"),))


def test_control_ports_are_on_loopback_whatever_the_address(tmp_path: Path) -> None:
    found = files(tmp_path, address="0.0.0.0")
    assert "bindaddr = 127.0.0.1" in found["http.conf"]
    assert "bindaddr = 127.0.0.1" in found["manager.conf"]
    assert "bind = 0.0.0.0:5060" in found["pjsip.conf"]
    assert "media_address" not in found["pjsip.conf"]


def test_a_caller_cannot_pass_for_a_trunk_by_its_name(tmp_path: Path) -> None:
    assert "identify_by = ip\n" in files(tmp_path, trunks=(PSTN,))["pjsip.conf"]


def test_keys_are_not_written_to_the_event_file(tmp_path: Path) -> None:
    events = next(line for line in files(tmp_path)["cel.conf"].splitlines() if line.startswith("events"))
    assert "DTMF" not in events
    assert "ALL" not in events


def test_written_files_are_private_and_pass_the_check(tmp_path: Path) -> None:
    asterisk = installed(tmp_path)
    main_file = write(config(tmp_path), PASSWORDS, asterisk)
    assert main_file == etc_dir(config(tmp_path)) / "asterisk.conf"
    assert {file.stat().st_mode & 0o777 for file in etc_dir(config(tmp_path)).iterdir()} == {0o600}
    assert cel_file(config(tmp_path)).parent.is_dir()
    assert check(config(tmp_path), PASSWORDS, asterisk) == []


def test_the_check_tells_what_was_edited_what_is_missing_and_what_would_not_load(tmp_path: Path) -> None:
    asterisk = installed(tmp_path)
    write(config(tmp_path), PASSWORDS, asterisk)
    with (etc_dir(config(tmp_path)) / "rtp.conf").open("a") as file:
        file.write("strictrtp = no\n")
    (etc_dir(config(tmp_path)) / "ari.conf").unlink()
    (asterisk.module_dir / "res_ari.so").unlink()
    assert [str(mistake) for mistake in check(config(tmp_path), PASSWORDS, asterisk)] == [
        "ari.conf: is not written yet; run: ctiserver asterisk config",
        "rtp.conf: differs from the configuration (1 lines); run: ctiserver asterisk config",
        f"modules.conf: res_ari is not in {asterisk.module_dir}; install it",
    ]


def test_browsers_elsewhere_get_a_port_with_tls_only_when_there_is_a_certificate(tmp_path: Path) -> None:
    assert "tls" not in files(tmp_path)["http.conf"].partition("[general]")[2]
    file = tmp_path / "state/tls/server.pem"
    file.parent.mkdir(parents=True)
    file.touch()
    text = files(tmp_path, wss_port=9443)["http.conf"]
    assert "bindaddr = 127.0.0.1\n" in text
    assert "tlsbindaddr = 127.0.0.1:9443\n" in text
    assert text.count(str(file)) == 2


def test_on_loopback_the_machines_own_addresses_are_offered_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ctiserver.asterisk.conf.own_addresses", lambda: ["192.0.2.10"])
    assert "192.0.2.10 => 127.0.0.1,include_local_address\n" in files(tmp_path)["rtp.conf"]
    assert "ice_host_candidates" not in files(tmp_path, address="0.0.0.0")["rtp.conf"]


def test_a_carrier_that_we_register_with_calls_from_where_it_is_and_may_call_us_by_our_name_there(
    tmp_path: Path,
) -> None:
    acme = Trunk(
        name="acme",
        host="192.0.2.1",
        username="u1",
        password="x",
        register=True,
        codecs=("g722", "alaw"),
        qualify_seconds=30,
    )
    found = files(tmp_path, trunks=(acme,))
    pjsip = found["pjsip.conf"]
    assert (
        "type = registration\nserver_uri = sip:192.0.2.1:5060\nclient_uri = sip:u1@192.0.2.1:5060\n" in pjsip
    )
    assert "endpoint = acme\nmatch = 192.0.2.1\n" in pjsip
    assert "disallow = all\nallow = g722,alaw\n" in pjsip
    assert "qualify_frequency = 30\n" in pjsip
    assert "exten => u1,1,Set(CALLED=${PJSIP_HEADER(read,To)})" in found["extensions.conf"]
    assert "type = registration" not in files(tmp_path, trunks=(PSTN,))["pjsip.conf"]


def test_a_number_of_ours_is_known_as_its_country_writes_it_and_others_only_where_a_flow_answers_them(
    tmp_path: Path,
) -> None:
    text = files(tmp_path)["extensions.conf"]
    assert "exten => 221234567,1,Goto(56221234567,1)\n" in text
    assert "exten => 0221234567,1,Goto(56221234567,1)\n" in text
    assert "any-number" not in text
    others = files(tmp_path, other_numbers_flow="lost")["extensions.conf"]
    assert "exten => _+XXXXX,1,Goto(any-number,${EXTEN},1)\n" in others


def test_emergency_numbers_go_through_the_carriers_in_their_order_without_the_application(
    tmp_path: Path,
) -> None:
    second = Trunk(name="second", host="192.0.2.2", priority=5, caller_numbers=("+56221110000",))
    text = files(tmp_path, trunks=(PSTN, second))["extensions.conf"]
    own = text.partition("[own-phones]")[2].partition("[nowhere]")[0]
    assert "Stasis" not in own
    assert own.index("Dial(PJSIP/131@second,60)") < own.index("Dial(PJSIP/131@pstn,60)")
    assert "Set(CALLERID(num)=+56221110000)" in own
    assert "exten => 133,1," in own
    assert "exten => 131" not in files(tmp_path)["extensions.conf"]
