"""Two terminals talk and play with each other over one TCP connection, turn by turn.

What other programs need is here:

    a game      `Rules`, and what its methods take and return: `Seat`, `Both`, `Chance`, `Secret`, `Answer`,
                `Shuffle`, `Deal`, `Show`, `Choices`, `Secrets`, `Revealed`, `Outcome`, `known_as`, `whose`; `Board`,
                `Grid`, `Cell`, `Mark`, `FREE`, `Picture`, `Choice`; `InvalidMove`, `IllegalMove`, `Refused`;
                chatgame.testing checks one
    a player    `Player`, or a `Watcher` who only sees, and what they are shown: `Table`, `Match`, `Step`, `Turn`,
                `Kind`; `Perspective` and `Side`, what one seat sees and hides of a match; `PlayerLeft`; ready-made:
                `Script`, `Bot` of a `Level`
    a table     `converse` over `linked_in_memory` with an `InMemory` journal, or `serve` and `join` with a `Setting`
                and a `Store`, over a `Relay` or directly; the games in `BUILT_IN`, with those of plugins
                `installed_games`; `ChatgameError`
"""

from importlib import import_module

TYPE_CHECKING = False  # as `typing` has it, which takes 10 ms to import
if TYPE_CHECKING:
    from chatgame.core.board import FREE as FREE
    from chatgame.core.board import Board as Board
    from chatgame.core.board import Cell as Cell
    from chatgame.core.board import Choice as Choice
    from chatgame.core.board import Grid as Grid
    from chatgame.core.board import Mark as Mark
    from chatgame.core.board import Picture as Picture
    from chatgame.core.errors import ChatgameError as ChatgameError
    from chatgame.core.errors import IllegalMove as IllegalMove
    from chatgame.core.errors import InvalidMove as InvalidMove
    from chatgame.core.errors import PlayerLeft as PlayerLeft
    from chatgame.core.errors import Refused as Refused
    from chatgame.core.log import Step as Step
    from chatgame.core.match import Match as Match
    from chatgame.core.perspective import Perspective as Perspective
    from chatgame.core.rules import Answer as Answer
    from chatgame.core.rules import Both as Both
    from chatgame.core.rules import Chance as Chance
    from chatgame.core.rules import Choices as Choices
    from chatgame.core.rules import Deal as Deal
    from chatgame.core.rules import Outcome as Outcome
    from chatgame.core.rules import Revealed as Revealed
    from chatgame.core.rules import Rules as Rules
    from chatgame.core.rules import Secret as Secret
    from chatgame.core.rules import Secrets as Secrets
    from chatgame.core.rules import Show as Show
    from chatgame.core.rules import Shuffle as Shuffle
    from chatgame.core.rules import known_as as known_as
    from chatgame.core.rules import whose as whose
    from chatgame.core.seats import Seat as Seat
    from chatgame.core.side import Side as Side
    from chatgame.core.table import Table as Table
    from chatgame.core.turn import Kind as Kind
    from chatgame.core.turn import Turn as Turn
    from chatgame.games import BUILT_IN as BUILT_IN
    from chatgame.journal.journal import InMemory as InMemory
    from chatgame.journal.store import Store as Store
    from chatgame.net.addresses import Relay as Relay
    from chatgame.net.memory import linked_in_memory as linked_in_memory
    from chatgame.players.bot.bot import Bot as Bot
    from chatgame.players.bot.level import Level as Level
    from chatgame.players.script import Script as Script
    from chatgame.plugins import installed_games as installed_games
    from chatgame.program.client import join as join
    from chatgame.program.server import serve as serve
    from chatgame.program.setting import Setting as Setting
    from chatgame.session.interfaces import Player as Player
    from chatgame.session.interfaces import Watcher as Watcher
    from chatgame.session.play import converse as converse

__version__ = "1.0.0rc1"

_HOMES = {
    "core.board": "FREE Board Cell Choice Grid Mark Picture",
    "core.errors": "ChatgameError IllegalMove InvalidMove PlayerLeft Refused",
    "core.log": "Step",
    "core.match": "Match",
    "core.perspective": "Perspective",
    "core.side": "Side",
    "core.turn": "Kind Turn",
    "core.rules": "Answer Both Chance Choices Deal Outcome Revealed Rules Secret Secrets Show Shuffle known_as whose",
    "core.seats": "Seat",
    "core.table": "Table",
    "games": "BUILT_IN",
    "plugins": "installed_games",
    "journal.journal": "InMemory",
    "journal.store": "Store",
    "net.addresses": "Relay",
    "net.memory": "linked_in_memory",
    "session.interfaces": "Player Watcher",
    "session.play": "converse",
    "players.bot.bot": "Bot",
    "players.bot.level": "Level",
    "players.script": "Script",
    "program.client": "join",
    "program.server": "serve",
    "program.setting": "Setting",
}


if not TYPE_CHECKING:  # which would take any name for one of ours

    def __getattr__(name: str) -> object:
        """Import a name when it is first used (PEP 562): a program loads what it needs, and starts sooner."""
        for home, names in _HOMES.items():
            if name in names.split():
                return getattr(import_module(f"chatgame.{home}"), name)
        raise AttributeError(f"module 'chatgame' has no attribute {name!r}")
