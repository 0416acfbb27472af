"""How often somebody may guess a password."""

import hashlib
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from limits import RateLimitItem
    from limits.aio.strategies import MovingWindowRateLimiter

FROM_ONE_ADDRESS = 10
"""So many times as often as for one name: several people may share an address."""


class Tries:
    """So many wrong ones a minute for a name, and ten times as many from an address.

    Belongs to one event loop. A try for a name counts when it begins, so that many at once are not
    more.
    """

    def __init__(self, a_minute: int) -> None:
        self._a_minute = a_minute

    async def begin(self, name: str, address: str) -> bool:
        """Whether this try may be made."""
        named = await self._limiter.hit(self._limit(), "name", _known(name))
        return named and await self._limiter.test(self._from_address(), "address", address)

    async def counted(self, address: str) -> bool:
        """Whether somebody at this address may try once more, without a name; it counts at once."""
        return await self._limiter.hit(self._from_address(), "address", address)

    async def failed(self, address: str) -> None:
        await self._limiter.hit(self._from_address(), "address", address)

    async def succeeded(self, name: str) -> None:
        """The name's tries begin anew; the address's do not: it may try other names."""
        await self._limiter.clear(self._limit(), "name", _known(name))

    def _limit(self) -> "RateLimitItem":
        from limits import RateLimitItemPerMinute

        return RateLimitItemPerMinute(self._a_minute)

    def _from_address(self) -> "RateLimitItem":
        from limits import RateLimitItemPerMinute

        return RateLimitItemPerMinute(self._a_minute * FROM_ONE_ADDRESS)

    @cached_property
    def _limiter(self) -> "MovingWindowRateLimiter":
        # loaded with the first try, for a fast start
        from limits.aio.storage import MemoryStorage
        from limits.aio.strategies import MovingWindowRateLimiter

        return MovingWindowRateLimiter(MemoryStorage())


def _known(name: str) -> str:
    """A digest: a password may have been typed as the name."""
    return hashlib.sha256(name.lower().encode()).hexdigest()
