"""Keys of one SNMPv3 user at one engine: checking digests and decrypting.

Key localisation and HMAC-96 of RFC 3414, HMAC-SHA-2 of RFC 7860, CBC-DES of RFC 3414, CFB-AES-128 of RFC 3826, and
AES-192 and AES-256 with keys extended as Blumenthal's draft (draft-blumenthal-aes-usm-04) and net-snmp do.
"""

from __future__ import annotations

import hashlib
import hmac
import struct

from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.decrepit.ciphers.modes import CFB
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from homeroom_collector.secret import Secret
from homeroom_collector.snmp.engines.v3_message import Header
from homeroom_collector.snmp.engines.wire import OCTETS, MalformedError, element
from homeroom_collector.snmp.session import AuthProtocol, Credentials, PrivProtocol

_HASHES: dict[AuthProtocol, tuple[str, int]] = {
    "md5": ("md5", 12), "sha": ("sha1", 12), "sha224": ("sha224", 16), "sha256": ("sha256", 24),
    "sha384": ("sha384", 32), "sha512": ("sha512", 48),
}  # fmt: skip
"""Hash, and how many octets of its HMAC a message carries."""
_PRIV_KEY_OCTETS: dict[PrivProtocol, int] = {"des": 16, "aes": 16, "aes192": 24, "aes256": 32}
_STRETCHED_OCTETS = 1_048_576


class Keys:
    """What one user shares with one engine. Costs a few milliseconds to make."""

    def __init__(self, credentials: Credentials, engine_id: bytes) -> None:
        self._hash, self._digest_octets = _HASHES[credentials.auth_protocol or "sha"]
        self._auth = self._localised(credentials.auth_password, engine_id)
        self._priv_protocol = credentials.priv_protocol
        self._priv = b""
        if credentials.priv_protocol and self._auth:
            wanted = _PRIV_KEY_OCTETS[credentials.priv_protocol]
            self._priv = self._extended(self._localised(credentials.priv_password, engine_id), wanted)

    @property
    def signs(self) -> bool:
        """This user's messages carry a digest."""
        return bool(self._auth)

    def is_genuine(self, octets: bytes, header: Header) -> bool:
        """Tell whether the digest of an authenticated message is this user's (RFC 3414 section 6.3.2)."""
        start, stop = header.digest
        if stop - start != self._digest_octets or not self._auth:
            return False
        blank = octets[:start] + bytes(stop - start) + octets[stop:]
        digest = hmac.digest(self._auth, blank, self._hash)[: self._digest_octets]
        return hmac.compare_digest(digest, octets[start:stop])

    def decrypt(self, octets: bytes, header: Header) -> bytes:
        """Give the scoped PDU. Raises MalformedError where there is nothing to decrypt."""
        tag, start, stop = element(octets, *header.body)
        if tag != OCTETS or len(header.salt) != 8 or not self._priv:
            raise MalformedError("nothing to decrypt")
        hidden = octets[start:stop]
        if self._priv_protocol == "des":
            return self._decrypt_des(hidden, header.salt)
        vector = struct.pack(">II", header.engine_boots, header.engine_time) + header.salt
        opened = Cipher(AES(self._priv), CFB(vector)).decryptor()
        return opened.update(hidden) + opened.finalize()

    def _decrypt_des(self, hidden: bytes, salt: bytes) -> bytes:
        if len(hidden) % 8:
            raise MalformedError("not whole blocks")
        key, mask = self._priv[:8], self._priv[8:16]
        vector = bytes(a ^ b for a, b in zip(mask, salt, strict=True))
        opened = Cipher(TripleDES(key * 3), CBC(vector)).decryptor()  # three equal keys are single DES
        return opened.update(hidden) + opened.finalize()

    def _localised(self, password: Secret | None, engine_id: bytes) -> bytes:
        if password is None:
            return b""
        text = password.reveal().encode()
        stretched = (text * (_STRETCHED_OCTETS // len(text) + 1))[:_STRETCHED_OCTETS]
        master = hashlib.new(self._hash, stretched).digest()
        return hashlib.new(self._hash, master + engine_id + master).digest()

    def _extended(self, key: bytes, wanted: int) -> bytes:
        while len(key) < wanted:
            key += hashlib.new(self._hash, key).digest()
        return key[:wanted]
