"""An SNMP agent that answers for thousands of pretended devices at once, over real UDP, versions 1 and 2c.

On Linux every device has an address of its own in 127.0.0.0/8; beyond some thousands two share one and differ by their
community. Elsewhere, and at 127.0.0.1, the community is the device's name. What is off, dead or cut off stays silent.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from ipaddress import IPv4Address

from homeroom_collector.simulate import ber
from homeroom_collector.simulate.district import Gear
from homeroom_collector.simulate.mib import Mib, View
from homeroom_collector.simulate.network import Network
from homeroom_collector.snmp.engines import wire
from homeroom_collector.snmp.engines.wire import MalformedError, Message

if sys.platform == "linux":
    import resource

HAS_ADDRESSES = sys.platform == "linux"
"""Whether all of 127.0.0.0/8 is this machine's."""

COMMUNITY = "public"
_FIRST_ADDRESS = int(IPv4Address("127.10.0.1"))
_MOST_ADDRESSES = 4_000
"""Each takes an open file, of which a process has few."""
_LOCALHOST = "127.0.0.1"
_GET, _GET_NEXT, _GET_BULK, _SET = 0xA0, 0xA1, 0xA5, 0xA3
_NO_SUCH_NAME, _READ_ONLY, _NOT_WRITABLE = 2, 4, 17
_LARGEST_ANSWER_BYTES = 1_400
"""As agents that keep within one Ethernet frame."""
_FRESH_SECONDS = 1.0
_MOST_VIEWS = 512
_AT_ONCE = 64
_BUFFER_BYTES = 8 * 1024 * 1024


def address(gear: Gear) -> str:
    """Where a device is found; everywhere but on Linux they share one address."""
    return str(IPv4Address(_FIRST_ADDRESS + gear.number % _MOST_ADDRESSES)) if HAS_ADDRESSES else _LOCALHOST


def community(gear: Gear) -> str:
    """What a device is asked with at its address."""
    if not HAS_ADDRESSES:
        return gear.name
    turn = gear.number // _MOST_ADDRESSES
    return f"{COMMUNITY}{turn + 1}" if turn else COMMUNITY


class Responder:
    """Answers for all gear of a district. ``clock`` gives the instant at which the district is."""

    def __init__(self, network: Network, clock: Callable[[], float]) -> None:
        self._network, self._clock, self._mib = network, clock, Mib(network)
        self._names = {(address(gear), community(gear)): gear.name for gear in network.gear.values()}
        self._names |= {(_LOCALHOST, name): name for name in network.gear}
        self._views: OrderedDict[str, tuple[float, View]] = OrderedDict()
        self.answered = 0
        self.silent = 0

    @property
    def addresses(self) -> list[str]:
        """Where datagrams are expected, this machine's usual address first."""
        return [_LOCALHOST, *sorted({local for local, _ in self._names} - {_LOCALHOST})]

    def answer(self, datagram: bytes, local: str) -> bytes | None:
        """Answer one datagram that was sent to a local address; None for silence."""
        try:
            message = wire.read(datagram)
        except MalformedError:
            return None
        name = self._names.get((local, message.community.decode("ascii", "replace")))
        if name is None or not self._network.reachable(name, self._clock()):
            self.silent += 1
            return None
        self.answered += 1
        return _answer(message, self._view(name))

    def _view(self, name: str) -> View:
        """A device as it is now; one poll, which asks many times, sees one instant."""
        at = self._clock()
        known = self._views.get(name)
        if known is None or not known[0] <= at < known[0] + _FRESH_SECONDS:
            known = self._views[name] = at, self._mib.view(name, at)
            while len(self._views) > _MOST_VIEWS:
                self._views.popitem(last=False)
        self._views.move_to_end(name)
        return known[1]


def _answer(message: Message, view: View) -> bytes:
    pdu = message.pdu
    names = [tuple(map(int, name.split("."))) for name, _ in pdu.bindings]
    status = index = 0
    if pdu.kind == _GET_BULK and message.version:
        bindings = list(_bulk(view, names, pdu.error_status, pdu.error_index))
    elif pdu.kind in (_GET, _GET_NEXT):
        places = [view.place(name) if pdu.kind == _GET else view.after(name) for name in names]
        bindings = [_bound(view, name, place, pdu.kind) for name, place in zip(names, places, strict=True)]
        missing = [n for n, place in enumerate(places, 1) if place is None or place >= len(view.shape.names)]
        if missing and not message.version:
            status, index = _NO_SUCH_NAME, missing[0]
    else:
        bindings, status, index = [], _NOT_WRITABLE if message.version else _READ_ONLY, 1
    if status:
        bindings = [ber.binding(ber.object_id(name), b"\x05\x00") for name in names]
    return ber.response(message.version, message.community, pdu.request_id, bindings, status=status, index=index)


def _bound(view: View, name: ber.Oid, place: int | None, kind: int) -> bytes:
    if place is not None and place < len(view.shape.names):
        return view.binding(place)
    return ber.binding(ber.object_id(name), ber.NO_SUCH_INSTANCE if kind == _GET else ber.END_OF_MIB_VIEW)


def _bulk(view: View, names: list[ber.Oid], single: int, repetitions: int) -> Iterator[bytes]:
    """RFC 3416 section 4.2.3, cut where the answer would grow too large; the first row always fits."""
    size = 0
    once, many = names[: max(0, single)], [view.after(name) for name in names[max(0, single) :]]
    for name in once:
        yield _bound(view, name, view.after(name), _GET_NEXT)
    for step in range(max(0, repetitions)):
        row = [_bound(view, name, start + step, _GET_NEXT)
               for name, start in zip(names[len(once) :], many, strict=True)]  # fmt: skip
        size += sum(map(len, row))
        if step and size > _LARGEST_ANSWER_BYTES:
            return
        yield from row
        if all(start + step >= len(view.shape.names) for start in many):
            return


@contextlib.contextmanager
def serving(responder: Responder, port: int = 0) -> Iterator[int]:
    """Answer on a UDP port of every address inside a running event loop; gives the port.

    A socket for each address, so that nothing but loopback is bound and answers come from where was asked.
    """
    loop = asyncio.get_running_loop()
    with contextlib.ExitStack() as stack:
        for local in responder.addresses:
            found = stack.enter_context(_open(local, port))
            port = port or int(found.getsockname()[1])
            loop.add_reader(found, _take, found, responder, local)
            stack.callback(loop.remove_reader, found)
        yield port


def _open(local: str, port: int) -> socket.socket:
    try:
        found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    except OSError as error:
        if error.errno != errno.EMFILE or not _more_files():
            raise
        found = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    found.settimeout(0)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    found.bind((local, port))
    return found


def _more_files() -> bool:
    """Allow this process as many open files as it may have; whether that is more than before."""
    if sys.platform != "linux":
        return False
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return soft != hard


def _take(found: socket.socket, responder: Responder, local: str) -> None:
    for _ in range(_AT_ONCE):
        try:
            datagram, sender = found.recvfrom(65_535)
        except BlockingIOError:
            return
        if answer := responder.answer(datagram, local):
            with contextlib.suppress(BlockingIOError):  # as a network that loses a datagram
                found.sendto(answer, sender)
