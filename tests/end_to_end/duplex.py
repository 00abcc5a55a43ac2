"""A client that sends and reads at once, over one HTTP/1.1 connection: what the usual Python clients do not do.

with Duplex(port, token) as stream:
    stream.send(b"https://...\\n")
    stream.line()           # the verdict, while the request goes on
    stream.finish()
    stream.rest()           # what is left, to the end
"""

import socket
from collections.abc import Mapping
from typing import Self

PATH = "/v1/verify/batch"


class Duplex:
    """One request under way."""

    def __init__(self, port: int, token: str | None, headers: Mapping[str, str] | None = None) -> None:
        sent = {"Host": "localhost", "Content-Type": "text/plain", "Transfer-Encoding": "chunked"}
        sent |= {"Authorization": f"Bearer {token}"} if token else {}
        head = "".join(f"{name}: {value}\r\n" for name, value in (sent | dict(headers or {})).items())
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.sendall(f"POST {PATH} HTTP/1.1\r\n{head}\r\n".encode())
        self._answer = self.socket.makefile("rb")
        self._lines: list[bytes] = []
        self._partial = b""
        self.status = 0
        self.headers: dict[str, str] = {}

    def send(self, content: bytes) -> None:
        """Sends content as one chunk."""
        self.socket.sendall(b"%x\r\n%b\r\n" % (len(content), content))

    def finish(self) -> None:
        """Says that this was all."""
        self.socket.sendall(b"0\r\n\r\n")

    def line(self) -> bytes:
        """The next line of the answer; empty at its end. Raises ``ConnectionError`` if it breaks off before that."""
        while not self._lines:
            chunk = self._chunk()
            if not chunk:
                last, self._partial = self._partial, b""
                return last
            *self._lines, self._partial = (self._partial + chunk).split(b"\n")
        return self._lines.pop(0)

    def rest(self) -> list[bytes]:
        """All further lines."""
        found = []
        while line := self.line():
            found.append(line)
        return found

    def close(self) -> None:
        """Goes away, whatever is under way."""
        self._answer.close()
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _chunk(self) -> bytes:
        if not self.status:
            self._head()
        size = self._answer.readline()
        if not size.endswith(b"\r\n"):
            raise ConnectionError("the answer breaks off")
        chunk = self._answer.read(int(size, 16))
        self._answer.readline()
        return chunk

    def _head(self) -> None:
        self.status = int(self._answer.readline().split()[1])
        while line := self._answer.readline().decode().strip():
            name, _, value = line.partition(": ")
            self.headers[name.lower()] = value
