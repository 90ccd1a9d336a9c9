"""A relay of asyncio's streams, to measure against: it joins every two connections whose first lines are equal."""

import asyncio
import sys

waiting: dict[bytes, tuple[asyncio.StreamReader, asyncio.StreamWriter]] = {}


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    line = await reader.readline()
    if not (other := waiting.pop(line, None)):
        waiting[line] = reader, writer
        return
    for joined in (writer, other[1]):
        joined.write(b"ok\n")
    await asyncio.gather(copy(reader, other[1]), copy(other[0], writer))


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=4096)
    await server.serve_forever()


asyncio.run(main())
