"""Where the page listens: this computer's own address, and a port that is free."""

import errno
import socket

ADDRESS = "127.0.0.1"
FIRST_PORT, LAST_PORT = 8000, 8099


class PortError(RuntimeError):
    """There is no port to listen on; the message is one line."""


def listen(port: int | None) -> socket.socket:
    """A socket on this computer's own address: the port, or the first free one from 8000 on.

    Raises PortError if there is none.
    """
    ports = range(FIRST_PORT, LAST_PORT + 1) if port is None else [port]
    for candidate in ports:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((ADDRESS, candidate))
            return listener
        except OSError as error:
            listener.close()
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
    if port is None:
        raise PortError(f"the ports {FIRST_PORT} to {LAST_PORT} are all in use; try --port 0")
    raise PortError(f"port {port} is in use or not allowed; without --port a free one is found")
