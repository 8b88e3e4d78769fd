"""What went wrong in the store, in the collector's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from homeroom_collector.errors import StoreDamagedError, StoreUnavailableError

# Wrong statements and broken promises between tables are slips of this program; waiting does not cure them.
_OURS = (exc.ProgrammingError, exc.IntegrityError, exc.DataError, exc.NotSupportedError)

# As SQLite says it (SQLITE_CORRUPT, SQLITE_NOTADB).
_DAMAGED = ("database disk image is malformed", "file is not a database")


def damaged(found: str) -> StoreDamagedError:
    """What to say, and what to do, where a store is damaged."""
    return StoreDamagedError(
        f"the store is damaged: {found}; stop the collector, keep a copy of the file, and go back to the newest backup:"
        " homeroom restore FILE --replace (docs/backup.md)"
    )


@contextmanager
def translated() -> Iterator[None]:
    """Turn every way a database can be away, full, locked or read-only into StoreUnavailableError."""
    try:
        yield
    except _OURS:
        raise
    except exc.DBAPIError as error:
        if (found := str(error.orig)) in _DAMAGED:
            raise damaged(found) from error
        raise StoreUnavailableError(f"the store does not take anything: {_reason(error.orig or error)}") from error
    except (exc.TimeoutError, TimeoutError) as error:
        raise StoreUnavailableError("the store does not answer in time") from error
    except OSError as error:
        raise StoreUnavailableError(f"the store cannot be reached: {_reason(error)}") from error


# SQLite does not say why.
_HINTS = {"unable to open database file": "its folder must be there and writable for this user, its disk not read-only"}


def _reason(error: BaseException) -> str:
    said = str(error).split("\n", maxsplit=1)[0] or type(error).__name__
    return f"{said} ({_HINTS[said]})" if said in _HINTS else said
