"""What went wrong in the store, in the collector's own words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import exc

from homeroom_collector.errors import StoreUnavailableError

# Wrong statements and broken promises between tables are slips of this program; waiting does not cure them.
_OURS = (exc.ProgrammingError, exc.IntegrityError, exc.DataError, exc.NotSupportedError)


@contextmanager
def translated() -> Iterator[None]:
    """Turn every way a database can be away, full, locked or read-only into StoreUnavailableError."""
    try:
        yield
    except _OURS:
        raise
    except exc.DBAPIError as error:
        raise StoreUnavailableError(f"the store does not take anything: {_reason(error.orig or error)}") from error
    except (exc.TimeoutError, TimeoutError) as error:
        raise StoreUnavailableError("the store does not answer in time") from error
    except OSError as error:
        raise StoreUnavailableError(f"the store cannot be reached: {_reason(error)}") from error


def _reason(error: BaseException) -> str:
    return str(error).split("\n", maxsplit=1)[0] or type(error).__name__
