"""Each step of a carrier's examination gives its advice; the whole is walked in tests/integration/test_trunk.py."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from ctiserver.app import doctor_trunk
from ctiserver.asterisk import trunk_watch
from ctiserver.core.config import Config
from ctiserver.core.trunk import Trunk

SHOWN = """
 <Registration/ServerURI..............................>  <Auth....................>  <Status.......>
==========================================================================================

 acme/sip:192.0.2.1:5060                                 acme                      Registered        (exp. 278s)
 wrong/sip:192.0.2.1:5060                                wrong                     Rejected          (exp. 2s ago)
"""
TRUNK = Trunk(name="acme", host="127.0.0.1", port=9, username="u", password_env="CTI_X", register=True)


@pytest.fixture
def carrier() -> Iterator[int]:
    """The port of one that answers a single question."""
    with socket.socket(type=socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.settimeout(30)

        def answer() -> None:
            asked, whence = listening.recvfrom(4096)
            if asked.startswith(b"OPTIONS sip:127.0.0.1:"):
                listening.sendto(b"SIP/2.0 401 Unauthorized\r\n\r\n", whence)

        thread = threading.Thread(target=answer)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


def test_a_registration_is_read_from_what_asterisk_shows() -> None:
    assert trunk_watch.registration_status(SHOWN, "acme") == "Registered"
    assert trunk_watch.registration_status(SHOWN, "wrong") == "Rejected"
    assert trunk_watch.registration_status(SHOWN, "other") == ""


def test_any_word_of_sip_is_an_answer_and_silence_is_none(carrier: int) -> None:
    assert trunk_watch.answers("127.0.0.1", carrier, 30.0)
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert not trunk_watch.answers("127.0.0.1", silent.getsockname()[1], 0.03)


def _said(monkeypatch: pytest.MonkeyPatch, trunk: Trunk, *, answers: bool, registered: str) -> str:
    monkeypatch.setattr(trunk_watch, "is_known", lambda config, name: True)
    monkeypatch.setattr(trunk_watch, "answers", lambda host, port, seconds: answers)
    monkeypatch.setattr(trunk_watch, "registers", lambda config, name: registered)
    return "\n".join(f"{one.mark} {one.says}" for one in doctor_trunk.examined(Config(), trunk))


def test_each_step_says_what_is_so_or_how_to_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    well = _said(monkeypatch, TRUNK, answers=True, registered="Registered")
    assert "ok answers OPTIONS\nok registered as u\nok no test call" in well
    assert "FAIL the carrier refuses u; look at username and at the variable CTI_X" in _said(
        monkeypatch, TRUNK, answers=True, registered="Rejected"
    )
    deaf = _said(monkeypatch, replace(TRUNK, register=False), answers=False, registered="")
    assert deaf.splitlines()[-1].startswith("FAIL does not answer OPTIONS on 127.0.0.1:9")
    assert "WARN has no host" in _said(monkeypatch, Trunk(name="in"), answers=True, registered="")


def test_a_name_that_nobody_knows_is_told_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    said = _said(monkeypatch, TRUNK, answers=True, registered="Registered")
    assert (
        said
        == "FAIL 127.0.0.1 is not to be found (Name or service not known); mend its host, or this "
        + ("machine's name server")
    )
