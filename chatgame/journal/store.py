"""The journal on disk, for all conversations of a user, with a lock for each that a program continues.

While a program goes on with a conversation, it holds a lock that ends with it, so that no other program does.
"""

import hmac
import secrets
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from chatgame.core.errors import JournalFailed
from chatgame.core.seats import Seat
from chatgame.journal.conversation import LAST_KIND, OnDisk
from chatgame.journal.database import Database
from chatgame.journal.failures import code_of, failing
from chatgame.journal.reader import Reader, unknown
from chatgame.journal.writer import Writer


class Store(Reader):
    """The journal at `path`, to be read and written; it is made if there is none.

    Raises:
        JournalFailed: from every method, where the journal cannot be read or written.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._database = Database.to_write(path)
        self._writer = Writer()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._writer.close()
        super().__exit__(kind, error, traceback)

    def create(self, seat: Seat, host: str, port: int, relays: str = "", code: str = "") -> int:
        """Create a conversation, and return its number."""
        seed = secrets.token_bytes(32) if seat is Seat.CLIENT else None
        return self._database.write(
            "INSERT INTO conversations (seat, host, port, relays, began, seed, code) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (seat, host, port, relays, time.time(), seed, _keyed(seed, code) if seed and code else None),
        )

    def unfinished(
        self, seat: Seat, host: str, port: int, *, relayed: bool = False, code: str = "", closed: bool = False
    ) -> int | None:
        """The number of the last conversation there that can be continued; over relays, whichever they were.

        A client with a code continues only what it began by this code, even if nothing was said yet.

        With `closed`, the last conversation that can only be ended: a quit is in the log, and the other side may not
        know it.
        """
        if code:
            return self._begun_with(code)
        kind = f"{LAST_KIND} {'=' if closed else '!='} 'quit'"
        return self._last(seat, host, port, kind, relayed=relayed)

    def unfinished_over_relays(self, seat: Seat) -> int:
        """How many conversations over relays can be gone on with."""
        found = self._database.read(
            "SELECT count(*) FROM conversations WHERE seat = ? AND relays != '' AND ended IS NULL "  # noqa: S608
            f"AND {LAST_KIND} != 'quit'",
            (seat,),
            list[tuple[int]],
        )
        return found[0][0]

    def fresh(self, seat: Seat, host: str, port: int, relays: str = "", code: str = "") -> int:
        """The number of a conversation there in which nothing was said yet; one is created if there is none."""
        found = None if code else self._last(seat, host, port, f"{LAST_KIND} IS NULL", relayed=bool(relays))
        return found or self.create(seat, host, port, relays, code)

    def _last(self, seat: Seat, host: str, port: int, condition: str, *, relayed: bool) -> int | None:
        there = "relays != ''" if relayed else "relays = '' AND (host, port) = (?, ?)"
        found = self._database.read(
            f"SELECT id FROM conversations WHERE seat = ? AND {there} AND ended IS NULL "  # noqa: S608
            f"AND {condition} ORDER BY id DESC LIMIT 1",
            (seat,) if relayed else (seat, host, port),
            list[tuple[int]],
        )
        return found[0][0] if found else None

    def _begun_with(self, code: str) -> int | None:
        found = self._database.read(
            "SELECT id, hex(seed), code FROM conversations WHERE ended IS NULL AND code IS NOT NULL "  # noqa: S608
            f"AND ifnull({LAST_KIND}, '') != 'quit' ORDER BY id DESC",
            (),
            list[tuple[int, str, str]],
        )
        return next((number for number, seed, kept in found if kept == _keyed(bytes.fromhex(seed), code)), None)

    @asynccontextmanager
    async def conversation(self, number: int) -> AsyncIterator[OnDisk]:
        """Go on with a conversation, as the only program that does; what it has taken is safe at the end.

        Raises:
            NotKept: there is none of this number.
            JournalFailed: another program goes on with it.
        """
        with ExitStack() as stack:
            path = stack.enter_context(self._locked(number))
            conversation = OnDisk(self._database, self._writer, number)
            stack.callback(conversation.save)
            leaving = stack.pop_all()
        try:
            yield conversation
        finally:
            await self._writer.do(leaving.close)
        if conversation.ended:
            _remove(path)

    def forget(self, number: int) -> None:
        """Delete all that is kept of a conversation, so that the journal's files hold nothing of it.

        Raises:
            NotKept: there is none of this number.
            JournalFailed: another program goes on with it, or reads the journal meanwhile for long.
        """
        with self._locked(number) as path:
            self._database.write("DELETE FROM conversations WHERE id = ?", (number,))
        _remove(path)
        if not self._database.empty_log():
            raise JournalFailed(
                f"Conversation {number} is deleted, but another program is reading the journal, and a file beside it "
                "holds the words until that program has ended."
            )

    @contextmanager
    def _locked(self, number: int) -> Iterator[Path]:
        """Keep other programs from a conversation; yields the file that does it."""
        path = self._path.with_name(f"conversation-{number}.lock")
        with failing(path):
            path.touch(mode=0o600)
            lock = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        try:
            with failing(path):
                _take(lock)
            if not self._database.read("SELECT 1 FROM conversations WHERE id = ?", (number,), list[tuple[int]]):
                _remove(path)
                raise unknown(number)
            yield path
        finally:
            lock.close()


def _keyed(seed: bytes, code: str) -> str:
    """A digest by which a code is known again, without keeping it; the key is the seed of the client's tokens."""
    return hmac.new(seed, code.encode(), sha256).hexdigest()


def _take(lock: sqlite3.Connection) -> None:
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if code_of(error) & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        raise JournalFailed("This conversation is open in another program. Close that one first.") from error


def _remove(lock: Path) -> None:
    with suppress(OSError):  # another program may have it open
        lock.unlink()
