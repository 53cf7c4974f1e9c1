"""The way into a lab: ``python -m multipath.lab.relay DESCRIPTOR PORT``.

It lives in the server's namespace with a listening socket that was opened in the machine's, and
hands every connection on to a port of the server's loopback.
"""

import asyncio
import socket
import sys
from contextlib import suppress

_CHUNK = 65536


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Copy until the sender is done, then tell the receiver so."""
    with suppress(OSError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()


async def _relay(port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:  # the frontend is not there yet: the caller sees the connection end
        writer.close()
        return
    await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
    inner_writer.close()
    writer.close()


async def _serve(descriptor: int, port: int) -> None:
    listener = socket.socket(fileno=descriptor)
    server = await asyncio.start_server(lambda r, w: _relay(port, r, w), sock=listener)
    await server.serve_forever()


def main() -> None:
    """Relay until killed."""
    descriptor, port = map(int, sys.argv[1:])
    asyncio.run(_serve(descriptor, port))


if __name__ == "__main__":
    main()
