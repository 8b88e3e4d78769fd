"""A new key for this device, when the collector asks for one.

The key is made here and on the disk before the collector hears of it, and the collector hears its digest only. The file
holds two keys, the one to try first and another: whatever ends this process on the way, one of the two works.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import replace

from homeroom_agent.identity import Device
from homeroom_agent.kinds import Secret
from homeroom_agent.transport import Transport


def renewed(device: Device, transport: Transport, keep: Callable[[Device], None]) -> Device:
    """Agree on a new key with the collector; ``keep`` writes to disk. Raises TransportError, IdentityError.

    ``transport`` speaks with the present key, which goes on working until the new one is used.
    """
    key_id, secret = f"hrk{secrets.token_hex(8)}", secrets.token_urlsafe(32)
    fresh = Secret(f"{key_id}.{secret}")
    keep(replace(device, other=fresh))
    transport.renew_key(key_id, hashlib.sha256(secret.encode()).hexdigest())
    agreed = replace(device, key=fresh, other=device.key)
    keep(agreed)
    return agreed
