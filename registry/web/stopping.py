"""Word of the server's stop for requests that would go on for ever.

A server that is told to stop takes no new connections, and waits for the open ones to end; only then does it let the
application shut down. So the application listens for the signal too, beside the server.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


class Stopping:
    """Tells whoever asked to be told. Used on the event loop alone, but for the signal itself."""

    def __init__(self) -> None:
        self._told: set[Callable[[], None]] = set()
        self._asked = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._before: dict[int, Callable[[int, FrameType | None], object] | int | None] = {}

    async def listen(self) -> None:
        """Begins; only a process's main thread hears of signals."""
        self._loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            # The loop's own handlers stay: it learns of signals by another way (signal.set_wakeup_fd).
            self._before = {number: signal.signal(number, self._signalled) for number in _SIGNALS}

    async def forget(self) -> None:
        """Ends."""
        for number, before in self._before.items():
            signal.signal(number, before)
        self._before = {}

    @contextmanager
    def telling(self, whom: Callable[[], None]) -> Generator[None]:
        """Calls ``whom`` if the server is told to stop within the block, or was before."""
        self._told.add(whom)
        if self._asked:
            whom()
        try:
            yield
        finally:
            self._told.discard(whom)

    def tell(self) -> None:
        """The server is to stop."""
        self._asked = True
        for whom in tuple(self._told):
            whom()

    def _signalled(self, number: int, frame: FrameType | None) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.tell)
        before = self._before.get(number)
        if callable(before):
            before(number, frame)
