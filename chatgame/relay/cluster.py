"""Many nodes as one relay: an engine, Valkey or Redis, keeps who waits where, and nothing else.

    chatgame:number:7            a number: a digest of the ticket, and the node, until `KNOWN_TIME` has passed
    chatgame:place:DIGEST        a place, as its SHA-256: the nodes where somebody waits, and since when

What is kept there expires, and is written again as long as its host waits. So nothing has to be removed, and an
engine that was restarted empty knows all again within a minute. Without an engine each node is a relay by itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from hashlib import sha256
from random import SystemRandom
from typing import Any, NamedTuple

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from chatgame.relay.limits import ENGINE_PAUSE, ENGINE_TIME, KNOWN_TIME
from chatgame.relay.lines import At, Busy, Spot

CLAIM_NUMBER = """
local held = redis.call('GET', KEYS[1])
if held and string.sub(held, 1, #ARGV[1]) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1] .. ARGV[2], 'EX', ARGV[3])
return 1
"""

CLAIM_PLACE = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('ZADD', KEYS[1], now, ARGV[1])
redis.call('EXPIRE', KEYS[1], ARGV[2])
"""

LOST = "The engine does not answer ({error}). Until it does, people meet only on the same node; conversations go on."
FOUND = "The engine answers again."


class _Question(NamedTuple):
    command: Sequence[Any]
    answer: "asyncio.Future[Any]"


class Engine:
    """The engine of a cluster, as one of its nodes uses it.

    Questions are asked together, over one connection. While the engine does not answer, a host may wait anywhere, and
    a joiner finds none elsewhere.

    Args:
        url: where it is, as in redis://localhost:6379.
        name: this node.
        nodes: all nodes, by the names by which legs reach them. Nobody is sent anywhere else.
        notify: takes sentences for the operator.
    """

    def __init__(self, url: str, name: At, nodes: Sequence[At], notify: Callable[[str], object]) -> None:
        self._name = _written(name)
        self._others = {_written(node): node for node in nodes if node != name}
        self._notify = notify
        self._redis = Redis.from_url(
            url, socket_timeout=ENGINE_TIME, socket_connect_timeout=ENGINE_TIME, retry=Retry(NoBackoff(), 0)
        )
        self._chance = SystemRandom()
        self._questions: list[_Question] = []
        self._asked = asyncio.Event()
        self._lost_until = 0.0
        self._lost = False

    async def claim(self, spot: Spot, ticket: str) -> bool:
        """Tell that a host waits here; returns False if the number is another host's."""
        if isinstance(spot, str):
            await self._ask("EVAL", CLAIM_PLACE, 1, _key(spot), self._name, KNOWN_TIME)
            return True
        proof = f"{sha256(ticket.encode()).hexdigest()} "
        answer = await self._ask("EVAL", CLAIM_NUMBER, 1, _key(spot), proof, self._name, KNOWN_TIME)
        return answer is None or bool(answer)

    async def seek(self, spot: Spot) -> At | Busy | None:
        """Return another node where a host waits; of several any, so that a stranger's hides no friend's.

        None stands for nobody, and `Busy` for an engine that does not answer: a client that heard that nobody waits
        at its number would take its code for a wrong one. At a place it asks again anyway, and perhaps another node.
        """
        if isinstance(spot, str):
            names = await self._ask("ZREVRANGE", _key(spot), 0, len(self._others)) or []
        else:
            names = ((await self._ask("GET", _key(spot))) or b"").split()[1:]
            if self._lost:
                return Busy(round(ENGINE_PAUSE))
        nodes = [node for name in names if (node := self._others.get(name.decode("ascii", "replace")))]
        return self._chance.choice(nodes) if nodes else None

    async def run(self) -> None:
        """Ask what is to be asked, for ever."""
        try:
            while True:
                await self._asked.wait()
                self._asked.clear()
                questions, self._questions = self._questions, []
                for question, answer in zip(questions, await self._answers(questions), strict=True):
                    if not question.answer.done():
                        question.answer.set_result(None if isinstance(answer, Exception) else answer)
        finally:
            await self._redis.aclose()

    async def _ask(self, *command: Any) -> Any:
        """Return the engine's answer, or None if it gives none."""
        question = _Question(command, asyncio.get_running_loop().create_future())
        self._questions.append(question)
        self._asked.set()
        return await question.answer

    async def _answers(self, questions: Sequence[_Question]) -> Sequence[Any]:
        loop = asyncio.get_running_loop()
        if loop.time() < self._lost_until:
            return [None] * len(questions)
        try:
            async with asyncio.timeout(ENGINE_TIME), self._redis.pipeline(transaction=False) as pipeline:
                for question in questions:
                    pipeline.execute_command(*question.command)
                answers = await pipeline.execute(raise_on_error=False)
        except (RedisError, OSError, TimeoutError) as error:
            self._lost_until = loop.time() + ENGINE_PAUSE
            if not self._lost:
                self._lost = True
                self._notify(LOST.format(error=type(error).__name__))
            return [None] * len(questions)
        if self._lost:
            self._lost = False
            self._notify(FOUND)
        return list(answers)


def _key(spot: Spot) -> str:
    if isinstance(spot, str):
        return f"chatgame:place:{sha256(spot.encode()).hexdigest()}"
    return f"chatgame:number:{spot}"


def _written(node: At) -> str:
    return f"[{node.host}]:{node.port}" if ":" in node.host else f"{node.host}:{node.port}"
