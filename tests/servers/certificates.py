"""Certificates for test servers: an authority of our own, and what can be wrong with a certificate.

They have what RFC 5280 demands (key identifiers, key usage): from 3.13 on, Python takes no others.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SIGNS_CERTIFICATES = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=False,
    encipher_only=False,
    decipher_only=False,
)


class Authority:
    """A certificate authority that only these tests trust."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("replywatch test authority")
        certificate = (
            _builder(self._name, self._name, self._key, expired=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_SIGNS_CERTIFICATES, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self._key.public_key()), critical=False)
        )
        self.certificate = _pem(certificate.sign(self._key, hashes.SHA256()))
        """The authority's own certificate, PEM."""

    def issue(self, *hosts: str, expired: bool = False) -> bytes:
        """Certificate for these host names and IP addresses with its key, both PEM."""
        return _server_certificate(hosts, self._name, self._key, expired=expired)

    def self_signed(self, *hosts: str) -> bytes:
        """Certificate with its key, both PEM, signed by itself alone."""
        return _server_certificate(hosts, _name(hosts[0]), None, expired=False)


def _server_certificate(
    hosts: tuple[str, ...], issuer: x509.Name, issuer_key: ec.EllipticCurvePrivateKey | None, *, expired: bool
) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    signer = issuer_key or key
    certificate = (
        _builder(_name(hosts[0]), issuer, key, expired=expired)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + _pem(certificate.sign(signer, hashes.SHA256()))


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, *, expired: bool
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3))
        .not_valid_after(now + timedelta(days=-1 if expired else 1))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)
