"""An authority of our own, and what is wrong with what people bring."""

import ssl
from pathlib import Path

import pytest

from ctiserver.process import certificates
from ctiserver.process.certificates import (
    Pair,
    complaints,
    facts,
    is_issued_by,
    is_trusted,
    new_authority,
    new_certificate,
)

NOW = 1_790_000_000.0
DAY = 86400.0
NAMES = ["center.example", "192.0.2.10", "::1"]


@pytest.fixture(scope="module")
def authority() -> Pair:
    return new_authority("Ours", NOW)


@pytest.fixture(scope="module")
def server(authority: Pair) -> Pair:
    return new_certificate(authority, NAMES, NOW)


def test_our_own_certificate_is_one_that_a_browser_takes(authority: Pair, server: Pair) -> None:
    assert complaints(server, now=NOW, names=NAMES) == []
    assert is_trusted(server.certificate, authority.certificate, NOW)
    assert is_issued_by(server.certificate, authority.certificate)
    about = facts(server.certificate)
    assert about.names == ("center.example", "192.0.2.10", "::1")
    assert round(about.days_left(NOW)) == 397
    assert about.not_before < NOW


def test_openssl_reads_key_and_chain_from_one_file(server: Pair, tmp_path: Path) -> None:
    file = tmp_path / "server.pem"
    file.write_bytes(server.key + server.certificate)
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(file)


def test_another_authority_is_not_trusted_for_it(server: Pair) -> None:
    other = new_authority("Ours", NOW)
    assert not is_issued_by(server.certificate, other.certificate)
    assert not is_trusted(server.certificate, other.certificate, NOW)


def test_a_certificate_never_outlives_its_authority(authority: Pair) -> None:
    late = NOW + (certificates.AUTHORITY_DAYS - 10) * DAY
    made = new_certificate(authority, NAMES, late)
    assert facts(made.certificate).not_after == facts(authority.certificate).not_after


def test_everything_that_is_wrong_is_said_at_once(server: Pair) -> None:
    strange = new_authority("Other", NOW)
    broken = Pair(server.certificate, strange.key)
    said = complaints(broken, now=NOW + 400 * DAY, names=["other.example"])
    assert [any(word in sentence for sentence in said) for word in ("key", "ended on", "other.example")] == [
        True
    ] * 3


@pytest.mark.parametrize(
    ("pair", "word"),
    [
        (Pair(b"", b""), "no PEM certificate"),
        (new_authority("Alone", NOW), "signed itself"),
    ],
)
def test_what_is_no_servers_certificate_is_refused(pair: Pair, word: str) -> None:
    assert any(word in sentence for sentence in complaints(pair, now=NOW))


def test_a_key_that_is_none_or_is_locked_is_told(server: Pair) -> None:
    from cryptography.hazmat.primitives import serialization

    key = serialization.load_pem_private_key(server.key, None)
    locked = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"x"),
    )
    assert "password" in complaints(Pair(server.certificate, locked), now=NOW)[0]
    assert "no private key" in complaints(Pair(server.certificate, b"x"), now=NOW)[0]


def test_a_chain_out_of_order_and_one_from_the_future_are_told(server: Pair) -> None:
    wrong_chain = server.certificate.split(b"-----END CERTIFICATE-----\n")[0] + b"-----END CERTIFICATE-----\n"
    other = new_authority("Other", NOW).certificate
    assert "out of order" in complaints(Pair(wrong_chain + other, server.key), now=NOW)[0]
    assert "only; wait" in complaints(server, now=NOW - DAY)[0]


def test_a_wildcard_stands_for_one_label(authority: Pair) -> None:
    wild = new_certificate(authority, ["*.center.example"], NOW)
    assert complaints(wild, now=NOW, names=["a.center.example"]) == []
    assert len(complaints(wild, now=NOW, names=["a.b.center.example", "center.example"])) == 2


@pytest.mark.parametrize("name", ["center.example", "localhost", "192.0.2.10", "::1", "*.center.example"])
def test_names_that_certificates_can_have(name: str) -> None:
    assert certificates.name_complaint(name) is None


@pytest.mark.parametrize(
    "name", ["", "Center.Example", "https://center.example", "a b", "center.example:8443"]
)
def test_names_that_they_cannot(name: str) -> None:
    assert "192.0.2.10" in str(certificates.name_complaint(name))
