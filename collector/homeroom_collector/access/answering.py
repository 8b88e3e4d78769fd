"""What holds for every answer, whatever gave it: the headers, and errors that tell nothing of our inside."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Middleware

from homeroom_collector.access.headers import secure
from homeroom_collector.access.refused import Render, refusal
from homeroom_collector.errors import RefusedError, StoreUnavailableError
from homeroom_collector.http import request_id
from homeroom_collector.http.address import Addresses
from homeroom_collector.http.problem import told

_log = logging.getLogger(__name__)
_OURS = "something went wrong here; the collector's log says what"
_WORDS = {
    404: "there is nothing at this address",
    405: "this address does not take this method",
    413: "the request is too large",
}
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def answering(app: web.Application, addresses: Addresses, render: Render) -> None:
    """Make every answer of an application keep to these rules, also where no route is found or a handler fails."""
    app.middlewares.insert(0, _telling(render, addresses))

    async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
        response.headers[request_id.HEADER] = request_id.current()
        secure(response, addresses.scheme(request))

    app.on_response_prepare.append(add_headers)


def _telling(render: Render, addresses: Addresses) -> Middleware:
    @web.middleware
    async def tell(request: web.Request, handler: Handler) -> web.StreamResponse:
        given = request.headers.get(request_id.HEADER)
        request_id.begin(given if given is not None and addresses.trusts(request) else None)
        try:
            return await handler(request)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return _said(request, error, render)
        except RefusedError as error:
            return refusal(request, error, render)
        except StoreUnavailableError as error:
            return told(error)
        except ConnectionError:
            raise  # the client is gone, and nobody reads an answer
        except Exception:
            # By the route, not by what was asked: a path may name a device, and a query carry a secret.
            _log.exception("%s %s failed", request.method, route_of(request))
            if request.writer.output_size > 0:
                raise ConnectionError("the answer was begun and cannot become another") from None
            return refusal(request, RefusedError(500, _OURS), render)

    return tell


def _said(request: web.Request, error: web.HTTPException, render: Render) -> web.StreamResponse:
    """An error of aiohttp's own, in our words."""
    answer = refusal(request, RefusedError(error.status, _WORDS.get(error.status, error.reason)), render)
    if "Allow" in error.headers:
        answer.headers["Allow"] = error.headers["Allow"]
    return answer


def route_of(request: web.Request) -> str:
    """What the route is called that a request takes: of its path, what the client did not choose."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "?"
