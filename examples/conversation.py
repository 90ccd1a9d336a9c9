"""A whole conversation with a game in it, in one process: two scripted players over in-memory streams.

Run it with `python examples/conversation.py`. Over a network, `serve` and `join` do the same: see `echo.py`.
"""

import asyncio

from chatgame import BUILT_IN, InMemory, Script, Turn, converse, linked_in_memory


async def main() -> list[Turn]:
    """Let the two talk, and return their common log."""
    client, server = linked_in_memory(BUILT_IN)
    journal = InMemory(client.seat)
    await asyncio.gather(
        converse(Script(["Hello", "play tictactoe", "4", "6", "Well played"]), client, BUILT_IN, journal),
        converse(Script(["How are you?", "1", "5", "9", "Thanks", "/q"]), server, BUILT_IN, InMemory(server.seat)),
    )
    return journal.log


if __name__ == "__main__":
    for turn in asyncio.run(main()):
        print(f"{turn.number}  {turn.seat}  {turn.kind}  {turn.text}")
