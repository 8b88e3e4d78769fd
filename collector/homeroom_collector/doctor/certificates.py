"""The certificate that is served: its time, its chain, its key."""

from __future__ import annotations

import ssl
import stat
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from homeroom_collector.doctor.finding import Finding, fail, ok, warning

_SOON_DAYS = 21


def look(certificate: Path, key: Path, now: float) -> Iterator[Finding]:
    """Everything about the pair of files that ``listen.tls`` names."""
    try:
        chain = x509.load_pem_x509_certificates(certificate.read_bytes())
    except (OSError, ValueError) as error:
        yield fail("certificate", f"{certificate} cannot be read: {error}", "name a PEM file in listen.tls.certificate")
        return
    yield _time(chain[0], now)
    yield _chain(chain)
    yield _key(certificate, key)
    yield from _permissions(key)


def _time(leaf: x509.Certificate, now: float) -> Finding:
    moment, end = datetime.fromtimestamp(now, UTC), leaf.not_valid_after_utc
    days = (end - moment).days
    if moment < leaf.not_valid_before_utc:
        says = f"valid only from {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        return fail("certificate expiry", says, "set the clock right, or use the certificate that is valid now")
    if end <= moment:
        return fail("certificate expiry", f"expired on {end:%Y-%m-%d}", "renew it; agents refuse to connect until then")
    if days < _SOON_DAYS:
        do = "see why it was not renewed by itself (certbot renew --dry-run), or renew it by hand"
        return warning("certificate expiry", f"expires in {days} days, on {end:%Y-%m-%d}", do)
    return ok("certificate expiry", f"valid until {end:%Y-%m-%d}")


def _chain(chain: list[x509.Certificate]) -> Finding:
    for lower, upper in pairwise(chain):
        try:
            lower.verify_directly_issued_by(upper)
        except (ValueError, TypeError, InvalidSignature):
            says = f"{lower.subject.rfc4514_string()} was not signed by the next in the file"
            return fail("certificate chain", says, "put server certificate, then its intermediates, in this order")
    last = chain[-1]
    if last.issuer == last.subject or last.issuer.public_bytes() in _roots():
        return ok("certificate chain", f"{len(chain)} certificates, complete")
    says = f"ends at {last.subject.rfc4514_string()}; this machine does not know {last.issuer.rfc4514_string()}"
    do = "add the intermediate certificates to the file (fullchain.pem); for a CA of your own agents need ca_file"
    return warning("certificate chain", says, do)


def _roots() -> set[bytes]:
    loaded = ssl.create_default_context().get_ca_certs(binary_form=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # old roots have numbers that a certificate of today must not have
        return {x509.load_der_x509_certificate(each).subject.public_bytes() for each in loaded}


def _key(certificate: Path, key: Path) -> Finding:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=lambda: "")
    except OSError as error:
        if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
            do = "name the key with which this certificate was requested in listen.tls.key"
            return fail("certificate key", f"{key} is not the key of {certificate}", do)
        return fail(
            "certificate key", f"{key} cannot be used: {error}", "name a PEM key without a password in listen.tls.key"
        )
    return ok("certificate key", "belongs to the certificate")


def _permissions(key: Path) -> Iterator[Finding]:
    if key.exists() and key.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH):
        yield fail("certificate key", f"everybody on this machine can read {key}", f"chmod o= {key}")
