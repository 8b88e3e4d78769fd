"""Finding assets of the register by what people type: an asset tag or a serial number, or the beginning of one."""

from __future__ import annotations

import sqlalchemy as sa

from homeroom_collector.rules.asset import Asset
from homeroom_collector.store.assets import asset_of
from homeroom_collector.store.engine import Connection
from homeroom_collector.store.schema import assets as table

MOST = 50


def find(connection: Connection, text: str, *, most: int) -> list[Asset]:
    """At most ``most`` assets whose tag or serial number begins with a text, in any case; exact ones first."""
    wanted = text.strip().upper()
    if not wanted:
        return []
    names = [sa.func.upper(column) for column in (table.c.asset_tag, table.c.serial)]
    begins = sa.or_(*(name.startswith(wanted, autoescape=True) for name in names))
    exact = sa.case((sa.or_(*(name == wanted for name in names)), 0), else_=1)
    query = sa.select(table).where(begins).order_by(exact, table.c.number).limit(most)
    return [asset_of(row) for row in connection.execute(query).mappings()]


def by_serial(connection: Connection, serial: str) -> Asset | None:
    """The asset with a serial number, without regard to case; the first, where the register has it twice."""
    query = sa.select(table).where(sa.func.upper(table.c.serial) == serial.strip().upper()).order_by(table.c.number)
    row = connection.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else asset_of(row)
