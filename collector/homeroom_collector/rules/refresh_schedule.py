"""In which fiscal year each purchase is made, under yearly caps. Pure.

All purchases of a fund stand in one queue, ordered by the year they are due, then by score, then by name. Every year
buys from the head of the queue for as long as the next purchase is due by then and its price fits into what is left of
that year's cap; the year ends at the first that does not fit. Nobody is let past.

What follows from that, whatever the purchases:

1. *No year exceeds its cap*: a purchase is made only where it fits into what is left.
2. *More money never makes anything later.* Let P(y) be how many of the queue are bought by the end of year y under caps
   C, and P'(y) under caps C' with C'(y) >= C(y) in every year. Claim: P'(y) >= P(y). It holds before the first year (0
   and 0). Suppose it holds for y - 1. In year y, caps C buy the queue's places P(y-1)+1 to P(y); together they fit into
   C(y), and all are due. Of these, caps C' have P(y-1)+1 to P'(y-1) already. The rest costs no more than the whole, for
   no price is negative, and prices depend on the purchase and the year alone; so it fits into C'(y), is due, and stands
   at the head of the queue: it is bought. Hence P'(y) >= P(y). As every purchase keeps its place in the queue, each is
   bought in the same year as before, or earlier.
3. *The plan is the same every time*: the order is total.

Letting cheap purchases past an expensive one would use up the last dollars of a year, and break the second property:
with a little more money the expensive one fits, and the cheap one behind it must wait. The price of the property is
that a year may leave less than the price of one purchase unspent, and that one purchase dearer than the cap holds up
its fund; :func:`too_dear` names it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from homeroom_collector.rules.money import inflated


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """Something to buy. ``cents`` is its price in the plan's first year; ``due`` the fiscal year it should be made."""

    key: tuple[str, ...]
    fund: str
    due: int
    score: int
    cents: int

    @property
    def place(self) -> tuple[object, ...]:
        """Its place in the queue of its fund."""
        return (self.due, -self.score, self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Horizon:
    """The plan's years, their caps in cents by fund (None: no cap) and the yearly rise of prices."""

    first: int
    years: int
    caps: Mapping[str, Mapping[int, int | None]]
    inflation: Decimal = Decimal(0)

    @property
    def all(self) -> range:
        """Every fiscal year of the plan."""
        return range(self.first, self.first + self.years)

    def price(self, purchase: Purchase, year: int) -> int:
        """What a purchase costs in a year, in cents."""
        return inflated(purchase.cents, self.inflation, year - self.first)


def schedule(purchases: Sequence[Purchase], horizon: Horizon) -> dict[tuple[str, ...], int]:
    """The year of each purchase by its key. What is not in it waits beyond the plan's last year."""
    years: dict[tuple[str, ...], int] = {}
    for fund in sorted({purchase.fund for purchase in purchases}):
        queue = sorted((each for each in purchases if each.fund == fund), key=lambda each: each.place)
        years |= _served(queue, horizon, horizon.caps.get(fund, {}))
    return years


def _served(queue: Sequence[Purchase], horizon: Horizon, caps: Mapping[int, int | None]) -> dict[tuple[str, ...], int]:
    years: dict[tuple[str, ...], int] = {}
    head = 0
    for year in horizon.all:
        left = caps.get(year)
        while head < len(queue) and queue[head].due <= year:
            price = horizon.price(queue[head], year)
            if left is not None:
                if price > left:
                    break
                left -= price
            years[queue[head].key] = year
            head += 1
    return years


def too_dear(purchases: Sequence[Purchase], horizon: Horizon) -> list[Purchase]:
    """Purchases that no year's cap can pay for, which hold up all behind them."""
    return [purchase for purchase in purchases if not any(_affordable(purchase, horizon, year) for year in horizon.all)]


def _affordable(purchase: Purchase, horizon: Horizon, year: int) -> bool:
    cap = horizon.caps.get(purchase.fund, {}).get(year)
    return cap is None or horizon.price(purchase, year) <= cap
