"""X.509 certificates: those of an authority of our own, and what is wrong with one that somebody brings.

Keys are ECDSA on P-256, which every browser and Asterisk take. An authority lives ten years, because people install it
by hand; a certificate 397 days, the most that every browser accepts (CA/Browser Forum, Baseline Requirements 6.3.2).
A certificate is renewed under the same authority, so nobody installs anything again. Extensions are those of RFC 5280;
names are in the subjectAltName alone, which is all that browsers look at (RFC 9525).
"""

import ipaddress
import re
import warnings
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

AUTHORITY_DAYS, CERTIFICATE_DAYS = 3653, 397
_EARLIER = timedelta(hours=1)
"""Valid from a moment ago: clocks of browsers lag."""
_LONGEST_COMMON_NAME = 64
_DNS_NAME = re.compile(
    r"(?=.{1,253}$)(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
)
_BLOCK = re.compile(b"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
Key = ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate (with its chain) and its private key, both as PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a certificate says of itself. Times are UTC epoch seconds; the fingerprint is the SHA-256 of browsers."""

    names: tuple[str, ...]
    subject: str
    issuer: str
    not_before: float
    not_after: float
    fingerprint: str

    def days_left(self, now: float) -> float:
        """Negative when it has ended."""
        return (self.not_after - now) / 86400


def name_complaint(name: str) -> str | None:
    """What is wrong with a host name or IP address as the end of a sentence; None when nothing is."""
    if _address(name) or _DNS_NAME.fullmatch(name):
        return None
    return f"{name!r} is neither a host name such as center.example nor an IP address such as 192.0.2.10"


def new_authority(name: str, now: float) -> Pair:
    """An authority that signs servers' certificates and no other authorities; `name` is what people see."""
    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.fromtimestamp(now, UTC)
    subject = _subject(name)
    builder = (
        _builder(subject, subject, key, at, at + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
    )
    return _pair(builder.sign(key, hashes.SHA256()), key)


def new_certificate(authority: Pair, names: Sequence[str], now: float) -> Pair:
    """A server's certificate for host names and IP addresses, followed by its authority's. Never outlives that."""
    signer, signing_key = _read_all(authority.certificate)[0], _read_key(authority.key)
    key, at = ec.generate_private_key(ec.SECP256R1()), datetime.fromtimestamp(now, UTC)
    until = min(at + timedelta(days=CERTIFICATE_DAYS), signer.not_valid_after_utc)
    builder = (
        _builder(_subject(names[0]), signer.subject, key, at, until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(
                signer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
            ),
            critical=False,
        )
    )
    made = _pair(builder.sign(signing_key, hashes.SHA256()), key)  # type: ignore[arg-type]
    return Pair(made.certificate + authority.certificate, made.key)


def facts(pem: bytes) -> Facts:
    """About the first certificate of a PEM text. Raises ValueError when there is none."""
    certificate = _read_all(pem)[0]
    digest = certificate.fingerprint(hashes.SHA256()).hex(":").upper()
    return Facts(
        names=_names(certificate),
        subject=certificate.subject.rfc4514_string(),
        issuer=certificate.issuer.rfc4514_string(),
        not_before=certificate.not_valid_before_utc.timestamp(),
        not_after=certificate.not_valid_after_utc.timestamp(),
        fingerprint=digest,
    )


def der(pem: bytes) -> bytes:
    """The first certificate of a PEM text in the binary form. Raises ValueError when there is none."""
    return _read_all(pem)[0].public_bytes(serialization.Encoding.DER)


def is_issued_by(pem: bytes, authority_pem: bytes) -> bool:
    """Whether an authority signed the first certificate of a PEM text."""
    return _signed(_read_all(pem)[0], _read_all(authority_pem)[0])


def complaints(pair: Pair, *, now: float, names: Iterable[str] = ()) -> list[str]:
    """Everything that keeps a browser from taking a certificate, a sentence each; [] when nothing does.

    `names` are those that it has to be valid for. Whether its authority is trusted is asked by `is_trusted`.
    """
    try:
        chain = _read_all(pair.certificate)
    except ValueError:
        return [
            "the certificate's file holds no PEM certificate; give the file that begins with BEGIN CERTIFICATE"
        ]
    found = [*_key_complaints(chain[0], pair.key), *_date_complaints(chain, now), *_chain_complaints(chain)]
    valid_for = _names(chain[0])
    if not valid_for:
        found.append("it names no host (subjectAltName): browsers refuse it; have it issued with its names")
    found += [
        f"it is not valid for {name}, only for {', '.join(valid_for)}; have it issued for {name} too"
        for name in names
        if valid_for and not _covers(valid_for, name)
    ]
    return found


def is_trusted(pem: bytes, roots_pem: bytes, now: float) -> bool:
    """Whether the chain leads to one of the roots (RFC 5280 6), as a browser with these roots would see it."""
    leaf, *others = _read_all(pem)
    names = _names(leaf)
    if not names:
        return False
    moment = datetime.fromtimestamp(now, UTC)
    policy = PolicyBuilder().store(Store(_read_roots(roots_pem))).time(moment)
    subject = _general_name(names[0].replace("*", "any"))
    try:
        policy.build_server_verifier(subject).verify(leaf, others)  # type: ignore[arg-type]
    except VerificationError:
        return False
    return True


def _key_complaints(leaf: x509.Certificate, key_pem: bytes) -> Iterable[str]:
    try:
        key = _read_key(key_pem)
    except TypeError:
        yield "the key is protected by a password; take it off: openssl pkey -in KEY -out PLAIN"
    except ValueError:
        yield "the key's file holds no private key in PEM; give the file that begins with BEGIN PRIVATE KEY"
    else:
        if key.public_key() != leaf.public_key():
            yield "the key is not this certificate's; give the two that were made together"


def _date_complaints(chain: list[x509.Certificate], now: float) -> Iterable[str]:
    at = datetime.fromtimestamp(now, UTC)
    for certificate in chain:
        which = "it" if certificate is chain[0] else f"the authority {certificate.subject.rfc4514_string()}"
        if certificate.not_valid_after_utc <= at:
            yield f"{which} ended on {certificate.not_valid_after_utc:%Y-%m-%d}; renew it"
        elif certificate.not_valid_before_utc > at:
            since = f"{certificate.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
            yield f"{which} is valid from {since} on only; wait, or set this machine's clock right"


def _chain_complaints(chain: list[x509.Certificate]) -> Iterable[str]:
    if _signed(chain[0], chain[0]):
        yield (
            "it signed itself and browsers refuse that; use one of an authority, or make your own authority: "
            "ctiserver tls own"
        )
        return
    for one, next_one in pairwise(chain):
        if not _signed(one, next_one):
            yield (
                f"its chain is out of order: {next_one.subject.rfc4514_string()} did not sign "
                f"{one.subject.rfc4514_string()}; put the server's certificate first, then each one's signer"
            )


def _signed(one: x509.Certificate, signer: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(signer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def _covers(valid_for: Iterable[str], name: str) -> bool:
    """A wildcard stands for exactly one label (RFC 9525 6.3)."""
    rest = name.partition(".")[2]
    return any(one == name or (one.startswith("*.") and one[2:] == rest) for one in valid_for)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        value = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    addresses = value.get_values_for_type(x509.IPAddress)
    return (*value.get_values_for_type(x509.DNSName), *map(str, addresses))


def _general_name(name: str) -> x509.GeneralName:
    address = _address(name)
    return x509.IPAddress(address) if address else x509.DNSName(name)


def _address(name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:_LONGEST_COMMON_NAME])])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: Key, at: datetime, until: datetime
) -> x509.CertificateBuilder:
    public = key.public_key()
    return (
        x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _EARLIER)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _pair(certificate: x509.Certificate, key: Key) -> Pair:
    return Pair(
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ),
    )


def _read_all(pem: bytes) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem)


def _read_roots(pem: bytes) -> list[x509.Certificate]:
    """A system's roots; those that are not as RFC 5280 wants them are left out."""
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", CryptographyDeprecationWarning)
        for block in _BLOCK.findall(pem):
            with suppress(ValueError, CryptographyDeprecationWarning):
                found.append(x509.load_pem_x509_certificate(block))
    return found


def _read_key(pem: bytes) -> PrivateKeyTypes:
    return serialization.load_pem_private_key(pem, password=None)
