"""pyasn1's BER decoder with two habits changed, so that both engines mean the same by the same octets.

pyasn1 takes a number without octets for 0, which would be an invented value, and refuses a whole message for one
counter whose leading zero octet the agent forgot, which is common.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pyasn1.codec.ber import decoder
from pyasn1.codec.streaming import readFromStream
from pyasn1.error import PyAsn1Error, SubstrateUnderrunError
from pyasn1.type import univ

from homeroom_collector.snmp.engines import wire

_UNSIGNED = {wire.COUNTER32, wire.GAUGE32, wire.TIME_TICKS, wire.COUNTER64, wire.UINTEGER32}


class _NumberDecoder(decoder.IntegerPayloadDecoder):  # type: ignore[misc] # pyasn1 is not typed
    def valueDecoder(  # noqa: N802 - pyasn1's name
        self,
        substrate: Any,
        asn1Spec: Any,  # noqa: N803 - pyasn1 passes it by this name
        tagSet: Any = None,  # noqa: N803 - likewise
        length: int | None = None,
        *_: Any,
        **options: Any,
    ) -> Iterator[Any]:
        content: Any = b""
        for content in readFromStream(substrate, length, options):
            if isinstance(content, SubstrateUnderrunError):
                yield content
        if not content:
            raise PyAsn1Error("a number without octets")
        outermost = tagSet.superTags[-1]
        signed = outermost.tagClass | outermost.tagId not in _UNSIGNED
        value = int.from_bytes(bytes(content), "big", signed=signed)
        yield self._createComponent(asn1Spec, tagSet, value, **options)


class _Item(decoder.SingleItemDecoder):  # type: ignore[misc] # pyasn1 is not typed
    TAG_MAP = {**decoder.TAG_MAP, univ.Integer.tagSet: _NumberDecoder()}  # noqa: RUF012 - as pyasn1 declares it
    TYPE_MAP = {**decoder.TYPE_MAP, univ.Integer.typeId: _NumberDecoder()}  # noqa: RUF012 - likewise


class _Stream(decoder.StreamingDecoder):  # type: ignore[misc] # pyasn1 is not typed
    SINGLE_ITEM_DECODER = _Item


class _Decoder(decoder.Decoder):  # type: ignore[misc] # pyasn1 is not typed
    STREAMING_DECODER = _Stream


decode = _Decoder()
"""As ``pyasn1.codec.ber.decoder.decode``."""
