"""What a line that has been begun can become: commands, games, and the choices of a game."""

from chatgame.core.errors import Refused
from chatgame.core.seats import Seat
from chatgame.core.table import Table
from chatgame.players.person.answers import usable


def completions(line: str, table: Table, seat: Seat, secret: str | None) -> list[str]:
    """Return the lines that begin like `line` and mean something at the table now, in order; none for an empty line.

    `secret` is what the player at `seat` has hidden in the game that is on, if anything.
    """
    on, asked = table.playing, table.asked is seat
    lines = [command.removesuffix(" TEXT") for command in usable(table, seat) if command.startswith("/")]
    if not on:
        lines += [f"play {name}" for name in table.games]
    elif asked and not on.offer:
        from chatgame.core.perspective import Perspective  # which a conversation without games does without

        try:
            lines += [choice.text for choice in Perspective(on, seat, secret).board().choices]
        except Refused:  # the rules failed, which is said elsewhere
            lines += []
    return [each for each in lines if line and each != "//TEXT" and each.lower().startswith(line.lower())]


def completed(line: str, found: list[str]) -> str:
    """Return `line` as far as all the lines that were found agree; with a space where only `/say` can follow."""
    if found == ["/say"]:
        return "/say "
    for length in range(len(found[0]) if found else 0, len(line), -1):
        if len({each[:length].lower() for each in found}) == 1:
            return found[0][:length]
    return found[0][: len(line)] if found else line
