"""A Session on top of an Exchange: retries, splitting, walking, and giving way to what a weak device cannot take.

The same for every engine, so that engines differ in nothing but how one request is sent and one answer read.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from homeroom_collector.errors import (
    SnmpAnswerError,
    SnmpAuthenticationError,
    SnmpError,
    SnmpRefusedError,
    SnmpTimeoutError,
)
from homeroom_collector.snmp.engines.exchange import AUTHORIZATION_ERROR, END, NO_SUCH_NAME, TOO_BIG, Answer, Exchange
from homeroom_collector.snmp.engines.walk import Walk
from homeroom_collector.snmp.session import Cost, Endpoint, EngineName, SnmpVersion, Value

_SILENT_INSTANCES = 2
"""How many instances of one GET may stay unanswered before the device is taken for gone."""


class Conversation:
    """One device, one conversation (see ``session.Session`` for what the methods promise)."""

    def __init__(self, exchange: Exchange, endpoint: Endpoint) -> None:
        self.cost = Cost()
        self.engine: EngineName = exchange.engine
        self.version: SnmpVersion = exchange.version
        self.max_repetitions = 0 if exchange.version == "1" else endpoint.max_repetitions
        self.max_bindings = max(1, endpoint.max_bindings)
        self._exchange = exchange
        self._tries = endpoint.retries + 1
        self._has_answered = False
        self._repetitions_that_worked = 0

    async def get(self, oids: Sequence[str]) -> dict[str, Value]:
        """Ask for exact instances; absent ones are left out."""
        rows: dict[str, Value] = {}
        failures: list[SnmpError] = []
        pending = _split(list(oids), self.max_bindings)
        while pending:
            pending.extend(await self._get_part(pending.pop(), rows, failures))
        if failures and not rows:
            raise failures[0]
        return rows

    async def walk(self, oid: str, *, limit: int = 50_000) -> dict[str, Value]:
        """Read everything below ``oid``; ``error.rows`` keeps what came before a failure."""
        walk = Walk(oid, limit)
        try:
            while not walk.done:
                answer = await self._step(walk)
                self.cost.variables += len(answer.bindings)
                walk.take(answer)
        except (SnmpTimeoutError, SnmpAnswerError) as error:
            error.rows = walk.rows
            raise
        return walk.rows

    async def close(self) -> None:
        """Give the socket back."""
        await self._exchange.close()

    async def _get_part(self, oids: list[str], rows: dict[str, Value], failures: list[SnmpError]) -> list[list[str]]:
        """Ask for one message's worth; give back the parts that must be asked for again."""
        try:
            answer = await self._try_get(oids)
        except SnmpRefusedError:
            raise
        except (SnmpTimeoutError, SnmpAnswerError) as error:
            return await self._after_silence(oids, error, failures)
        if answer.error_status:
            return self._after_error(oids, answer, failures)
        if answer.values is not None:
            self.cost.variables += len(answer.values)
            rows.update(answer.values)
        else:
            self.cost.variables += len(answer.bindings)
            rows.update((name, value) for name, value in answer.bindings if value is not None and value is not END)
        return []

    async def _after_silence(self, oids: list[str], error: SnmpError, failures: list[SnmpError]) -> list[list[str]]:
        """Ask again for less where the device still answers: some drop without a word what is too much for them."""
        if not self._has_answered or len(failures) >= _SILENT_INSTANCES:
            raise error
        if len(oids) == 1:
            failures.append(error)
            return []
        await self._try_get(oids[:1])
        self.max_bindings = max(1, len(oids) // 2)
        return _split(oids, self.max_bindings)

    def _after_error(self, oids: list[str], answer: Answer, failures: list[SnmpError]) -> list[list[str]]:
        """Leave out the instance that failed, or split where the message was too big or nobody says which failed."""
        blamed = 1 if len(oids) == 1 else 0 if answer.error_status == TOO_BIG else answer.error_index
        if not 1 <= blamed <= len(oids):
            size = max(1, len(oids) // 2)
            self.max_bindings = size if answer.error_status == TOO_BIG else self.max_bindings
            return _split(oids, size)
        if answer.error_status != NO_SUCH_NAME:
            kind = SnmpAuthenticationError if answer.error_status == AUTHORIZATION_ERROR else SnmpAnswerError
            failures.append(kind(f"{oids[blamed - 1]}: the device answers {answer.error_name}"))
        rest = oids[: blamed - 1] + oids[blamed:]
        return [rest] if rest else []

    async def _try_get(self, oids: list[str]) -> Answer:
        """Ask until an answer comes or the tries are used up."""
        for left in reversed(range(self._tries)):
            self.cost.requests += 1
            try:
                answer = await self._exchange.get(oids)
            except SnmpRefusedError:
                raise
            except (SnmpTimeoutError, SnmpAnswerError):
                if not left:
                    raise
            else:
                self._has_answered = True
                return answer
        raise AssertionError  # pragma: no cover - the last try returns or raises

    async def _step(self, walk: Walk) -> Answer:
        """Ask for what follows, with less each time that fails."""
        failure: SnmpError | None = None
        size = self.max_repetitions if walk.repetitions is None else min(walk.repetitions, self.max_repetitions)
        for repetitions in list(_sizes(size, self._tries, has_answered=self._has_answered)):
            try:
                answer = await self._ask_next(walk, repetitions)
            except SnmpRefusedError:
                raise
            except (SnmpTimeoutError, SnmpAnswerError) as error:
                failure = error
                continue
            self._has_answered = True
            if repetitions and (answer.error_status or not answer.bindings):
                return await self._ask_less(walk, answer, repetitions)
            self._remember(walk, repetitions)
            return answer
        assert failure is not None
        raise failure

    def _remember(self, walk: Walk, repetitions: int) -> None:
        """Keep to the smaller size that worked: everywhere, or in this walk alone where the larger has worked before.

        Then a datagram was lost, or it is one table of which the agent cannot give much at once; two in a row are
        the agent.
        """
        if walk.repetitions is not None:
            walk.repetitions = min(walk.repetitions, repetitions)
        elif repetitions >= self.max_repetitions:
            self._repetitions_that_worked = repetitions
        elif self._repetitions_that_worked >= self.max_repetitions:
            self._repetitions_that_worked = 0
            walk.repetitions = repetitions
        else:
            self.max_repetitions = repetitions

    async def _ask_less(self, walk: Walk, answer: Answer, repetitions: int) -> Answer:
        """Ask with fewer repetitions after tooBig, and with GETNEXT after any other error or an empty answer."""
        while repetitions and (answer.error_status or not answer.bindings):
            repetitions = repetitions // 2 if answer.error_status == TOO_BIG else 0
            answer = await self._ask_next(walk, repetitions)
        self.max_repetitions = repetitions
        return answer

    async def _ask_next(self, walk: Walk, repetitions: int) -> Answer:
        self.cost.requests += 1
        if repetitions:
            return await self._exchange.get_bulk(walk.base, walk.last, repetitions)
        return await self._exchange.get_next(walk.base, walk.last)


def _sizes(repetitions: int, tries: int, *, has_answered: bool) -> Iterator[int]:
    """Repetitions for each try (0 is GETNEXT): a GETBULK that is too much looks the same as a lost datagram."""
    yield repetitions
    for _ in range(tries - 2):
        yield repetitions // 4
    if tries > 1 or (repetitions and has_answered):
        yield 0


def _split(oids: list[str], size: int) -> list[list[str]]:
    """Parts of at most ``size``, last first, so that popping from the end keeps the order."""
    return [oids[start : start + size] for start in range(0, len(oids), size)][::-1]
