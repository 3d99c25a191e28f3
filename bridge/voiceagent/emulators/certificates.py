"""The certificate authority of the emulators: made once, kept in the user's folder, good for this machine's names only.

    authority = open_authority(folder)
    server = authority.server_context()

Clients that trust `authority.certificate` take the emulators for a service with a proper certificate. Whoever steals its key
gains little: by its name constraints it can vouch for this machine and for nothing on the internet.
"""

from __future__ import annotations

import ipaddress
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from voiceagent.errors import UserError

if TYPE_CHECKING:
    import ssl

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.x509 import Certificate, GeneralName

NAMES = ("localhost", "127.0.0.1", "::1")
NETWORKS = ("127.0.0.0/8", "::1/128")
"""What the authority may vouch for beside `localhost`."""

AUTHORITY_DAYS = 3_650
LEAF_DAYS = 14
"""A server's certificate is made at every start and renewed while it runs, so it need not live long."""
EARLY = timedelta(hours=1)
"""Certificates begin in the past, for clients whose clock is behind."""

TRUST_PASSWORD = "changeit"  # noqa: S105 - Java's own default; the store holds no secret


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs, and the files by which clients come to trust it."""

    certificate: Path
    """The authority alone, PEM: for clients that add it to what they trust."""
    bundle: Path
    """The authority and the public ones, PEM: for clients whose setting replaces what they trust."""
    java_store: Path
    """The authority alone, as a Java trust store with the password `changeit`."""
    names: tuple[str, ...]
    _key: EllipticCurvePrivateKey
    _signed: Certificate

    def server_context(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> ssl.SSLContext:
        """TLS for servers under these names. It renews its certificate when half of its life is over."""
        import ssl

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        renew_at = self._equip(context, now())

        def renew(_: Any, __: str | None, ___: Any) -> None:
            nonlocal renew_at
            if now() >= renew_at:
                renew_at = self._equip(context, now())

        context.sni_callback = renew  # called with every handshake, also without a server name
        return context

    def trust_env(self) -> dict[str, str]:
        """The settings by which common clients trust the authority: OpenSSL and Go and .NET on Linux, Python, curl, Node."""
        bundle = str(self.bundle)
        return {
            "SSL_CERT_FILE": bundle,
            "REQUESTS_CA_BUNDLE": bundle,
            "CURL_CA_BUNDLE": bundle,
            "NODE_EXTRA_CA_CERTS": str(self.certificate),
        }

    def facts(self) -> dict[str, str]:
        return {
            "certificate": str(self.certificate),
            "bundle": str(self.bundle),
            "java_trust_store": str(self.java_store),
            "java_options": f"-Djavax.net.ssl.trustStore={self.java_store} -Djavax.net.ssl.trustStorePassword={TRUST_PASSWORD}",
        }

    def _equip(self, context: ssl.SSLContext, now: datetime) -> datetime:
        """Give the context a new certificate; returns when it should get the next."""
        key = _new_key()
        leaf = _leaf(self._signed, self._key, key, self.names, now)
        with tempfile.TemporaryDirectory(prefix="voiceagent-tls-") as folder:  # the only way to hand one to OpenSSL
            both = Path(folder) / "leaf.pem"
            _write_secret(both, _pem_key(key) + _pem(leaf))
            context.load_cert_chain(both)
        return now + timedelta(days=LEAF_DAYS) / 2


def open_authority(folder: Path, *, names: tuple[str, ...] = NAMES, now: datetime | None = None) -> Authority:
    """The authority that lies in the folder; made when there is none, or it has expired or is for other names."""
    now = now or datetime.now(UTC)
    secret, certificate = folder / "authority.key", folder / "authority.pem"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        found = _read(secret, names, now) or _make(secret, names, now)
        key, signed = found
        certificate.write_bytes(_pem(signed))
        bundle, java = folder / "bundle.pem", folder / "authority.p12"
        bundle.write_bytes(_public_authorities() + _pem(signed))
        java.write_bytes(_java_store(signed))
    except OSError as error:
        raise UserError(
            f"The certificate authority cannot be kept in {folder}: {error.strerror or error}.",
            remedy="Make the folder writable, or set XDG_DATA_HOME to one that is.",
        ) from error
    return Authority(certificate, bundle, java, names, key, signed)


def _read(secret: Path, names: tuple[str, ...], now: datetime) -> tuple[EllipticCurvePrivateKey, Certificate] | None:
    """Key and certificate, if they are whole and can still be used."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    from cryptography.x509 import load_pem_x509_certificate

    try:
        content = secret.read_bytes()
        key, signed = load_pem_private_key(content, None), load_pem_x509_certificate(content)
    except (FileNotFoundError, ValueError):  # none yet, or somebody else's file
        return None
    if not isinstance(key, EllipticCurvePrivateKey) or key.public_key() != signed.public_key():
        return None
    if signed.not_valid_after_utc < now + timedelta(days=LEAF_DAYS) or _names_of(signed) != _permitted(names):
        return None
    return key, signed


def _make(secret: Path, names: tuple[str, ...], now: datetime) -> tuple[EllipticCurvePrivateKey, Certificate]:
    """A new authority; of two emulators that start at once the second takes the first one's."""
    secret.unlink(missing_ok=True)
    key = _new_key()
    signed = _authority(key, names, now)
    with tempfile.TemporaryDirectory(dir=secret.parent) as folder:
        whole = Path(folder) / secret.name
        _write_secret(whole, _pem_key(key) + _pem(signed))
        try:
            os.link(whole, secret)
        except FileExistsError:
            return _read(secret, names, now) or (key, signed)
    return key, signed


def _authority(key: EllipticCurvePrivateKey, names: tuple[str, ...], now: datetime) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"voiceagent emulators, {now:%Y-%m-%d}")])
    usage = _usage(sign_certificates=True)
    return (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, SHA256())
    )


def _leaf(
    signed: Certificate,
    authority_key: EllipticCurvePrivateKey,
    key: EllipticCurvePrivateKey,
    names: tuple[str, ...],
    now: datetime,
) -> Certificate:
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.x509.oid import ExtendedKeyUsageOID

    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, names[0])])
    ends = min(now + timedelta(days=LEAF_DAYS), signed.not_valid_after_utc)
    return (
        x509.CertificateBuilder(signed.subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - EARLY)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(sign_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(authority_key, SHA256())
    )


def _usage(*, sign_certificates: bool) -> Any:
    from cryptography.x509 import KeyUsage

    return KeyUsage(
        digital_signature=not sign_certificates,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general(name: str) -> GeneralName:
    from cryptography import x509

    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _permitted(names: tuple[str, ...]) -> list[GeneralName]:
    """This machine's own networks, and each host name."""
    from cryptography import x509

    hosts = [general for name in names if isinstance(general := _general(name), x509.DNSName)]
    return [*hosts, *(x509.IPAddress(ipaddress.ip_network(network)) for network in NETWORKS)]


def _names_of(signed: Certificate) -> list[GeneralName] | None:
    from cryptography import x509

    try:
        return signed.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees
    except x509.ExtensionNotFound:
        return None


def _new_key() -> EllipticCurvePrivateKey:
    from cryptography.hazmat.primitives.asymmetric import ec

    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding

    return certificate.public_bytes(Encoding.PEM)


def _pem_key(key: EllipticCurvePrivateKey) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _java_store(signed: Certificate) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12Certificate, serialize_java_truststore

    entry = PKCS12Certificate(signed, b"voiceagent-emulators")
    return serialize_java_truststore([entry], BestAvailableEncryption(TRUST_PASSWORD.encode()))


def _public_authorities() -> bytes:
    import certifi

    return Path(certifi.where()).read_bytes().rstrip() + b"\n"


def _write_secret(path: Path, content: bytes) -> None:
    """Nobody else may read it, not even for a moment."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
