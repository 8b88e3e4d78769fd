"""What a handler says of itself for ``/openapi.json``, beside its docstring and what it needs of its caller."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

H = TypeVar("H", bound=Callable[..., Any])
_PARAMETERS = "homeroom_parameters"
_CSV = "homeroom_csv"


def described(parameters: Mapping[str, str], *, csv: bool = False) -> Callable[[H], H]:
    """Name the parameters of the address line with a sentence each, and say whether CSV can be asked for."""

    def mark(handler: H) -> H:
        setattr(handler, _PARAMETERS, dict(parameters))
        setattr(handler, _CSV, csv)
        return handler

    return mark


def parameters_of(handler: Any) -> dict[str, str]:
    """Parameters of a handler, by name."""
    return dict(getattr(handler, _PARAMETERS, {}))


def gives_csv(handler: Any) -> bool:
    """Whether a handler can answer with CSV."""
    return bool(getattr(handler, _CSV, False))
