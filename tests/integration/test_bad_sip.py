"""What strangers may send to the SIP port does no harm to a good call."""

import socket
import time
from pathlib import Path

import pytest

from tests.integration.asterisk import DID_ES, private_asterisk
from tests.integration.sipp import until

pytestmark = pytest.mark.integration


def test_malformed_messages_and_a_flood_of_invitations_do_no_harm(tmp_path: Path) -> None:
    with (
        private_asterisk(tmp_path, rtp_ports=2000) as asterisk,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender,
    ):
        target = ("127.0.0.1", asterisk.sip_port)
        sender.bind(("127.0.0.1", 0))
        for message in malformed_messages(sender.getsockname()[1]):
            sender.sendto(message, target)
        begun = time.monotonic()
        for ordinal in range(250):
            sender.sendto(invitation(ordinal, sender.getsockname()[1]), target)
            while time.monotonic() < begun + ordinal / 50:
                time.sleep(0.002)
            if ordinal == 150:
                with asterisk.call(number="+56911150001") as call:
                    call.wait_answered(seconds=5)
                    until(lambda: call.audio.level() > 100, "a prompt")
                    call.hang_up()
        with asterisk.call() as call:
            call.wait_answered(seconds=5)
            until(lambda: call.audio.level() > 100, "a prompt")
            call.hang_up()
        assert asterisk.process.process.poll() is None


def invitation(ordinal: int, port: int) -> bytes:
    """An INVITE of somebody who will never say another word."""
    sdp = f"v=0\r\no=f 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"
    return (
        f"INVITE sip:{DID_ES}@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:{port};branch=z9hG4bKf{ordinal}\r\n"
        f"From: <sip:+569{ordinal:08}@127.0.0.1>;tag=f{ordinal}\r\nTo: <sip:{DID_ES}@127.0.0.1>\r\n"
        f"Call-ID: flood-{ordinal}\r\nCSeq: 1 INVITE\r\nContact: <sip:f@127.0.0.1:{port}>\r\n"
        f"Content-Type: application/sdp\r\nContent-Length: {len(sdp)}\r\n\r\n{sdp}"
    ).encode()


def malformed_messages(port: int) -> list[bytes]:
    """Twenty ways to be wrong."""
    good = invitation(9999, port)
    return [
        b"",
        b"\x00" * 100,
        b"\xff" * 1400,
        b"INVITE\r\n\r\n",
        b"SIP/2.0 200 OK\r\n\r\n",
        b"SIP/2.0 99999 What\r\n\r\n",
        good.replace(b"SIP/2.0\r\nVia", b"SIP/9.9\r\nVia", 1),
        good.replace(b"INVITE sip:", b"INVITE http:", 1),
        good.replace(b"Call-ID: flood-9999\r\n", b""),
        good.replace(b"CSeq: 1 INVITE", b"CSeq: 99999999999999999999 INVITE"),
        good.replace(b"CSeq: 1 INVITE", b"CSeq: 1 BYE"),
        good.replace(b"From: <sip:", b"From: <<<sip:"),
        good.replace(b"Content-Length: ", b"Content-Length: 9"),
        good.replace(b"Content-Length: ", b"Content-Length: -"),
        good.replace(b"m=audio", b"m=\x00\x01\x02"),
        good.replace(b"c=IN IP4 127.0.0.1", b"c=IN IP9 nowhere"),
        good.replace(b"branch=z9hG4bKf9999", b"branch=" + b"b" * 1000),
        good.replace(b"Contact: ", b"Contact: ;;;;=====%%%%"),
        good.replace(b"\r\n\r\n", b"\r\n" + b"X-Long: " + b"y" * 3000 + b"\r\n\r\n", 1),
        good[: len(good) // 2],
    ]
