"""Credentials as gufo-snmp's user. The passwords leave their Secret here and nowhere else for this engine."""

from __future__ import annotations

from gufo.snmp.user import (
    Aes128Key,
    Aes192Key,
    Aes256Key,
    BaseAuthKey,
    BasePrivKey,
    DesKey,
    Md5Key,
    Sha1Key,
    Sha224Key,
    Sha256Key,
    Sha384Key,
    Sha512Key,
    User,
)

from homeroom_collector.snmp.session import AuthProtocol, Credentials, PrivProtocol

_AUTH: dict[AuthProtocol, type[BaseAuthKey]] = {
    "md5": Md5Key, "sha": Sha1Key, "sha224": Sha224Key, "sha256": Sha256Key, "sha384": Sha384Key, "sha512": Sha512Key,
}  # fmt: skip
_PRIV: dict[PrivProtocol, type[BasePrivKey]] = {
    "des": DesKey, "aes": Aes128Key, "aes192": Aes192Key, "aes256": Aes256Key,
}  # fmt: skip


def user_of(credentials: Credentials) -> User:
    """User with its keys as passwords; AES-192 and AES-256 keys are extended as Blumenthal's draft says."""
    auth = priv = None
    if credentials.auth_protocol and credentials.auth_password:
        auth = _AUTH[credentials.auth_protocol](credentials.auth_password.reveal().encode())
    if credentials.priv_protocol and credentials.priv_password:
        priv = _PRIV[credentials.priv_protocol](credentials.priv_password.reveal().encode())
    return User(credentials.user or "", auth_key=auth, priv_key=priv)
