"""A TCP proxy that can be cut like a cable: what was connected breaks, nothing new connects."""

import selectors
import socket
import threading
from contextlib import suppress


class Proxy:
    """Passes on what comes to its port; cut, it breaks every connection and refuses new ones."""

    def __init__(self, target_port: int) -> None:
        self._target = ("127.0.0.1", target_port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._cut = threading.Event()
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """Break everything until it is mended."""
        self._cut.set()
        with self._lock:
            for pair in self._pairs:
                _shut(pair)

    def mend(self) -> None:
        """Let everything through again."""
        self._cut.clear()

    def _accept(self) -> None:
        while True:
            peer, _ = self._listener.accept()
            threading.Thread(target=self._pass_on, args=(peer,), daemon=True).start()

    def _pass_on(self, peer: socket.socket) -> None:
        try:
            if self._cut.is_set():
                return
            with socket.create_connection(self._target, timeout=5) as other:
                other.settimeout(None)
                pair = (peer, other)
                with self._lock:
                    self._pairs.add(pair)
                try:
                    self._pump(pair)
                finally:
                    with self._lock:
                        self._pairs.discard(pair)
        except OSError:
            return  # the server is away: so are we
        finally:
            peer.close()

    def _pump(self, pair: tuple[socket.socket, socket.socket]) -> None:
        with selectors.DefaultSelector() as ready:
            for one, other in (pair, pair[::-1]):
                ready.register(one, selectors.EVENT_READ, other)
            while not self._cut.is_set():
                for key, _ in ready.select(1):
                    data = key.fileobj.recv(1 << 16)  # type: ignore[union-attr]
                    if not data:
                        return
                    key.data.sendall(data)
        _shut(pair)


def _shut(pair: tuple[socket.socket, socket.socket]) -> None:
    for one in pair:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
