"""What is known of a device under a name: a device id, a serial number or an asset tag."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from homeroom_collector.store.devices import usable_serial
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import assets, devices, google_devices

_SHORTEST = 4
"""A name shorter than this means too many other things to be looked for in text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Rows of devices and of assets, and every word by which people or programs call them.

    ``asked`` is the name that was typed. ``in_google`` says that Google's register listed it when it was last read.
    """

    asked: str
    numbers: tuple[int, ...] = ()
    assets: tuple[int, ...] = ()
    device_ids: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    asset_tags: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    in_google: bool = False

    def __bool__(self) -> bool:
        return bool(self.numbers or self.assets)

    @property
    def words(self) -> tuple[str, ...]:
        """What tells the devices from everything else, wherever it is written; the longest first."""
        return _long_enough({*self.device_ids, *self.serials})

    @property
    def nicknames(self) -> tuple[str, ...]:
        """What may mean other things elsewhere: computer names such as LINCOLN, asset tags such as 1001."""
        return _long_enough({*self.asset_tags, *self.names} - {*self.words})


def _long_enough(found: set[str]) -> tuple[str, ...]:
    return tuple(sorted((word for word in found if len(word) >= _SHORTEST), key=len, reverse=True))


def find(connection: Connection, name: str) -> Found:
    """Everything that goes by a name, in whatever case it is written. False where nothing does.

    A device id is one device. A serial number is every device and every line of the register that has it; an asset
    tag is the line that has it, and the devices with that line's serial number.
    """
    by_id = connection.execute(sa.select(devices).where(devices.c.device_id == name)).mappings().all()
    lines = _lines(connection, {name} if not by_id else set())
    serials = {row["serial"] for row in [*by_id, *lines] if usable_serial(row["serial"])}
    rows = by_id or _devices(connection, serials | {name})
    serials |= {row["serial"] for row in rows if usable_serial(row["serial"])}
    lines = _lines(connection, serials | ({name} if not by_id else set()))
    numbers = tuple(sorted(row["number"] for row in rows))
    listed = sa.select(google_devices.c.directory_id).where(google_devices.c.device_number.in_(numbers))
    return Found(
        asked=name,
        numbers=numbers,
        assets=tuple(row["number"] for row in lines),
        device_ids=_texts(row["device_id"] for row in rows),
        serials=_texts({*serials, *(row["serial"] for row in lines)}),
        asset_tags=_texts(row["asset_tag"] for row in lines),
        names=_texts(row["name"] for row in rows),
        in_google=connection.execute(listed.limit(1)).first() is not None,
    )


def _devices(connection: Connection, serials: Collection[str]) -> list[sa.RowMapping]:
    upper = sa.func.upper(devices.c.serial)
    query = sa.select(devices).where(upper.in_([serial.upper() for serial in serials]))
    return list(connection.execute(query.order_by(devices.c.number)).mappings())


def _lines(connection: Connection, names: Collection[str]) -> list[sa.RowMapping]:
    wanted = [name.upper() for name in names]
    known = sa.func.upper(assets.c.serial).in_(wanted) | sa.func.upper(assets.c.asset_tag).in_(wanted)
    return list(connection.execute(sa.select(assets).where(known).order_by(assets.c.number)).mappings())


def _texts(values: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if value}))
