"""A board: what a viewer sees of a position and can choose from, as data.

A screen draws it in ASCII or in Unicode, or tells it in words; the rules of a game know nothing of screens.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Literal

from msgspec import Struct, convert, to_builtins
from msgspec.structs import replace

Tone = Literal["", "first", "second", "good", "bad", "calm"]
"""What a colour stands for: one side or the other, something to wish for or to fear, or neither."""

Pattern = Literal["plain", "ruled", "checked"]
"""How cells are set apart: by blanks, by lines, or as squares that are light and dark by turns."""


class Mark(Struct, frozen=True):
    """What stands on a cell.

    Attributes:
        text: in ASCII, usually one character.
        name: in words, as in "white king"; without a name the cell counts as empty, and is left out.
        glyph: the same as `text` in Unicode, as wide as that; nothing stands for `text` itself.
        tone: its colour, where there are colours.
    """

    text: str
    name: str = ""
    glyph: str = ""
    tone: Tone = ""


FREE = Mark(".", glyph="·")
"""Nothing stands there."""


class Cell(Struct, frozen=True):
    """One cell of a grid.

    Attributes:
        name: in words, as in "e4" or "top left"; unique in its grid.
        mark: what stands there.
        fresh: whether the last move has changed it.
        line: whether it is part of what has won.
        hidden: whether the viewer cannot know what is there.
    """

    name: str
    mark: Mark
    fresh: bool = False
    line: bool = False
    hidden: bool = False


class Grid(Struct, frozen=True, tag="grid"):
    """Cells in rows and columns. Grids that follow each other stand side by side, where there is room.

    Attributes:
        cells: row by row, from the top left.
        width: how many cells a row has.
        title: what it is, where there are several.
        across, down: the labels of the columns, above them, and of the rows.
        below: other labels of the columns, below them.
        legend: the marks that a reader needs to have explained; the names of others are told in words alone.
        pattern: how the cells are set apart.
        spoken: the whole grid in words, where the names of its marks and cells do not tell it well.
    """

    cells: Sequence[Cell]
    width: int
    title: str = ""
    across: str | Sequence[str] = ()
    down: str | Sequence[str] = ()
    legend: Sequence[Mark] = ()
    pattern: Pattern = "plain"
    spoken: str = ""
    below: str | Sequence[str] = ()

    @property
    def rows(self) -> Iterator[Sequence[Cell]]:
        """The cells of each row."""
        return (self.cells[start : start + self.width] for start in range(0, len(self.cells), max(self.width, 1)))


class Picture(Struct, frozen=True, tag="picture"):
    """A drawing that has no cells, such as a gallows.

    Attributes:
        drawn: in ASCII, row by row.
        spoken: what it shows, in words.
        glyphs: the same as `drawn` in Unicode, or nothing.
    """

    drawn: str
    spoken: str
    glyphs: str = ""


class Choice(Struct, frozen=True):
    """What the viewer may play.

    Attributes:
        text: what one types for it, as players write it.
        cells: the names of the cells that it touches, in the first grid that has cells of those names.
    """

    text: str
    cells: Sequence[str] = ()


Part = str | Grid | Picture
"""A part of a board; a text is a caption, which is drawn and told unchanged."""


class Board(Struct, frozen=True):
    """What one viewer sees of a position.

    Attributes:
        parts: from top to bottom.
        choices: what the viewer may play now.
        besides: what else they may play, in words, where the choices are not all, as in "the whole word".
        news: whether the viewer saw the position before, so that in words only what is fresh needs to be said.
    """

    parts: Sequence[Part]
    choices: Sequence[Choice] = ()
    besides: str = ""
    news: bool = False

    @property
    def grids(self) -> list[Grid]:
        """The parts that have cells."""
        return [part for part in self.parts if isinstance(part, Grid)]

    def renamed(self, rename: Callable[[str], str]) -> "Board":
        """The same with every text that names a seat passed through `rename`."""
        return replace(self, parts=[_renamed(part, rename) for part in self.parts])


def _renamed(part: Part, rename: Callable[[str], str]) -> Part:
    match part:
        case str():
            return rename(part)
        case Picture():
            return replace(part, spoken=rename(part.spoken))

    def mark(mark: Mark) -> Mark:
        return replace(mark, name=rename(mark.name)) if mark.name else mark

    return replace(
        part,
        title=rename(part.title),
        spoken=rename(part.spoken),
        legend=[mark(shown) for shown in part.legend],
        cells=[replace(cell, mark=mark(cell.mark)) for cell in part.cells],
    )


def checked(board: object) -> Board:
    """Return a board that rules have made, with every part checked for its type.

    Raises:
        TypeError: it is not a board.
        ValidationError: a part has another type.
    """
    if not isinstance(board, Board):
        raise TypeError(f"{board!r} is not a Board")
    return convert(to_builtins(board), Board)
