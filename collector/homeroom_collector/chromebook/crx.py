"""The CRX3 file of a Chromium extension: written with a key, read back with its signature checked.

The format is components/crx_file/crx3.proto of Chromium: "Cr24", the number 3, the length of a protobuf header, the
header, a zip. Both numbers are little-endian. The header holds proofs (public key, signature) and the signed extension
id; what is signed is a fixed text, the length of the signed data, that data, and the zip.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from homeroom_collector.errors import CollectorError

_MAGIC = b"Cr24\x03\x00\x00\x00"
_CONTEXT = b"CRX3 SignedData\x00"
_PROOF_RSA, _SIGNED_DATA = 2, 10_000  # CrxFileHeader
_PUBLIC_KEY, _SIGNATURE = 1, 2  # AsymmetricKeyProof
_CRX_ID = 1  # SignedData
_LENGTH_DELIMITED = 2  # wire type, protobuf.dev/programming-guides/encoding
_HEADER_BYTES = 1_000_000
_ID_BYTES = 16


class CrxError(CollectorError):
    """The file is no CRX, or nobody can vouch for it."""


@dataclass(frozen=True, slots=True)
class Crx:
    """An extension as it is in the file. ``archive`` is the zip's bytes."""

    extension_id: str
    archive: bytes


def pack(archive: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """Sign a zip; the key decides the extension's id, for good."""
    public = _spki(key.public_key())
    signed = _field(_CRX_ID, _id_bytes(public))
    signature = key.sign(_to_sign(signed, archive), padding.PKCS1v15(), hashes.SHA256())
    proof = _field(_PUBLIC_KEY, public) + _field(_SIGNATURE, signature)
    header = _field(_PROOF_RSA, proof) + _field(_SIGNED_DATA, signed)
    return _MAGIC + struct.pack("<I", len(header)) + header + archive


def unpack(raw: bytes) -> Crx:
    """Read a file and check that the key of its id signed it. Raises CrxError."""
    header, archive = _parts(raw)
    signed = next((value for number, value in _fields(header) if number == _SIGNED_DATA), b"")
    claimed = next((value for number, value in _fields(signed) if number == _CRX_ID), b"")
    for number, proof in _fields(header):
        parts = dict(_fields(proof)) if number == _PROOF_RSA else {}
        if _id_bytes(parts.get(_PUBLIC_KEY, b"")) == claimed:
            _verify(parts, _to_sign(signed, archive))
            return Crx(_letters(claimed), archive)
    raise CrxError("the file is not signed by the key of its own extension id")


def extension_id(key: rsa.RSAPrivateKey) -> str:
    """Id of the extensions that a key signs: 128 bits of the public key's SHA-256, in the letters a to p."""
    return _letters(_id_bytes(_spki(key.public_key())))


def _parts(raw: bytes) -> tuple[bytes, bytes]:
    start = len(_MAGIC) + 4
    if not raw.startswith(_MAGIC) or len(raw) < start:
        raise CrxError("not a CRX file of version 3")
    (length,) = struct.unpack_from("<I", raw, len(_MAGIC))
    if length > min(_HEADER_BYTES, len(raw) - start):
        raise CrxError("the file is cut off")
    return raw[start : start + length], raw[start + length :]


def _verify(proof: dict[int, bytes], message: bytes) -> None:
    try:
        key = serialization.load_der_public_key(proof[_PUBLIC_KEY])
        if not isinstance(key, rsa.RSAPublicKey):
            raise CrxError("the key of the file is no RSA key")
        key.verify(proof.get(_SIGNATURE, b""), message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        raise CrxError("the signature does not fit: the file was changed after it was signed") from None


def _to_sign(signed: bytes, archive: bytes) -> bytes:
    return _CONTEXT + struct.pack("<I", len(signed)) + signed + archive


def _spki(key: rsa.RSAPublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def _id_bytes(public: bytes) -> bytes:
    return hashlib.sha256(public).digest()[:_ID_BYTES]


def _letters(digest: bytes) -> str:
    return "".join(chr(ord("a") + int(nibble, 16)) for nibble in digest.hex())


def _field(number: int, value: bytes) -> bytes:
    return _varint(number << 3 | _LENGTH_DELIMITED) + _varint(len(value)) + value


def _varint(number: int) -> bytes:
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def _fields(message: bytes) -> Iterator[tuple[int, bytes]]:
    """Length-delimited fields by number; the format has no other kind."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        length, at = _read_varint(message, at)
        if tag & 7 != _LENGTH_DELIMITED or at + length > len(message):
            raise CrxError("the header of the file is not understood")
        yield tag >> 3, message[at : at + length]
        at += length


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = 0
    for shift in range(0, 63, 7):
        if at >= len(message):
            break
        byte, at = message[at], at + 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
    raise CrxError("the header of the file is not understood")
