"""How a screen shows a board: drawn in ASCII or in Unicode, or described in words."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from chatgame.core.board import Board, Cell, Grid, Mark, Picture, Tone
from chatgame.players.person.inert import inert
from chatgame.players.person.look import (
    BLUE,
    CYAN,
    FAINT,
    GREEN,
    READABLE,
    RED,
    REVERSE,
    YELLOW,
    Look,
    columns,
    styled,
    wrapped,
)

GAP = "   "
"""What separates grids that stand side by side."""

SHADE = "░"
"""What fills the dark squares of a checked grid, in Unicode."""

SMALL = 20
"""In cells: up to this size the whole grid is described each time; of a larger one, only what is fresh."""

_TONES: dict[Tone, tuple[int, ...]] = {
    "": (),
    "first": (CYAN,),
    "second": (YELLOW,),
    "good": (GREEN,),
    "bad": (RED,),
    "calm": (BLUE,),
}


class _Figure(NamedTuple):
    """Something drawn, with lines of text below it."""

    rows: Sequence[str]
    width: int
    captions: Sequence[str]


def drawn(board: Board, look: Look) -> Iterator[str]:
    """The rows of a board. On a screen that is wider than its text, the board is centred on the text.

    Captions begin in the same column as grids and pictures.
    """
    figures = list(_figures(board, look))
    widest = max((figure.width for figure in figures), default=0)
    wide = look.width is not None and look.width > READABLE and widest
    indent = " " * ((READABLE - widest) // 2) if wide else ""
    for rows, width, captions in figures:
        fits = look.width is None or len(indent) + width <= look.width
        for row in rows:
            yield from [f"{indent}{row}".rstrip()] if fits else wrapped(row, look.width)
        for caption in captions:
            yield from (f"{indent}{row}" for row in wrapped(caption, look.width and look.width - len(indent)))


def _figures(board: Board, look: Look) -> Iterator[_Figure]:
    for several, group in groupby(board.parts, lambda part: isinstance(part, Grid)):
        parts = list(group)
        if several:
            yield _arranged([part for part in parts if isinstance(part, Grid)], board, look)
            continue
        for part in parts:
            if isinstance(part, Picture):
                picture = part.glyphs if look.unicode and part.glyphs else part.drawn
                rows = [inert(row) for row in picture.split("\n")]
                yield _Figure(rows, max(map(columns, rows)), [])
            else:
                yield _Figure([], 0, [inert(line) for line in str(part).split("\n")])


def _arranged(grids: Sequence[Grid], board: Board, look: Look) -> _Figure:
    """Grids side by side. On a narrow screen, one below the other, and the one to choose a cell in comes last."""
    drawings = [_Drawing(grid, look) for grid in grids]
    width = sum(drawing.width for drawing in drawings) + len(GAP) * (len(grids) - 1)
    if look.width and width > look.width:
        touched = {name for choice in board.choices for name in choice.cells}
        needed = (n for n, grid in enumerate(grids) if any(cell.name in touched for cell in grid.cells))
        drawings.append(drawings.pop(next(needed, -1)))
        rows = [row for drawing in drawings for row in drawing.rows]
        return _Figure(rows, max(drawing.width for drawing in drawings), _explained(grids, look))
    height = max(len(drawing.rows) for drawing in drawings)
    blocks = [drawing.rows + [" " * drawing.width] * (height - len(drawing.rows)) for drawing in drawings]
    return _Figure([GAP.join(rows) for rows in zip(*blocks, strict=True)], width, _explained(grids, look))


def _explained(grids: Sequence[Grid], look: Look) -> list[str]:
    """A line that says what the marks mean, if any of them need it."""
    marks = {mark.text: mark for grid in grids for mark in grid.legend}.values()
    meanings = [f"{styled(_text(mark, look), *_codes(mark, look))}: {inert(mark.name)}" for mark in marks]
    return [", ".join(meanings)] if meanings else []


class _Drawing:
    """A grid on a screen.

    Attributes:
        rows: the title, the labels of the columns, and the rows with theirs, all of the same width.
        width: that width, in columns.
    """

    def __init__(self, grid: Grid, look: Look) -> None:
        self._grid = grid
        self._look = look
        texts = {mark: _text(mark, look) for mark in {cell.mark for cell in grid.cells}}
        self._width = max(map(columns, texts.values()), default=1)
        self._texts = {mark: (text, " " * (self._width - columns(text))) for mark, text in texts.items()}
        self._won = any(cell.line for cell in grid.cells)
        head, rows = self._drawn()
        widths = [*map(columns, head), *map(columns, rows[:1])]
        self.width = max(widths, default=0)
        widths += widths[-1:] * (len(rows) - 1)  # as wide as the first of them
        self.rows = [row + " " * (self.width - width) for row, width in zip(head + rows, widths, strict=True)]

    def _drawn(self) -> tuple[list[str], list[str]]:
        grid, bar, rule = self._grid, "", list[str]()
        labels = [inert(label) for label in grid.down] or [""] * len(grid.cells)
        margin = max(map(columns, labels), default=0)
        apart = grid.pattern == "ruled" or (grid.pattern == "checked" and self._look.unicode)
        if grid.pattern == "ruled":
            bar, line, cross = ("│", "─", "┼") if self._look.unicode else ("|", "-", "+")
            rule = [" " * margin + cross.join([line * (self._width + 2)] * grid.width)]
        rows: list[str] = []
        for y, (label, row) in enumerate(zip(labels, grid.rows, strict=False)):
            squares = (self._square(cell, (x + y) % 2) for x, cell in enumerate(row))
            cells = bar.join(squares) if apart else self._spaced(row)
            rows += [*(rule if rows else []), label.rjust(margin) + cells]
        head, foot = (
            " " * margin
            + (" " * len(bar)).join(f" {inert(label).ljust(self._width)}{' ' * apart}" for label in labels)
            for labels in (grid.across, grid.below)
        )
        rows += [foot.ljust(columns(rows[0]))] if foot.strip() else []
        return list(filter(str.strip, (inert(grid.title), head))), rows

    def _spaced(self, row: Sequence[Cell]) -> str:
        """Cells with blanks between them, and brackets around those that are emphasized."""
        text, inside = "", False
        for cell in row:
            out = self._stands_out(cell)
            text += (" " if out is inside else "[" if out else "]") + self._mark(cell)
            inside = out
        return text + ("]" if inside else " ")

    def _square(self, cell: Cell, parity: int) -> str:
        """A cell with a column on either side, where brackets may stand in Unicode."""
        blank = SHADE if parity and self._grid.pattern == "checked" else " "
        left, right = ("[", "]") if self._stands_out(cell) and self._look.unicode else (blank, blank)
        return f"{left}{self._mark(cell) if cell.mark.name else blank * self._width}{right}"

    def _stands_out(self, cell: Cell) -> bool:
        """Whether to emphasize a cell: a part of the winning line or, without one, what the last move changed."""
        return cell.line if self._won else cell.fresh

    def _mark(self, cell: Cell) -> str:
        """The mark on a cell, as wide as the widest mark of the grid."""
        text, rest = self._texts[cell.mark]
        if not self._look.colour:
            return text + rest
        codes = _TONES[cell.mark.tone]
        if cell.line:
            codes = (GREEN, REVERSE)
        elif cell.fresh:
            codes = (*codes, REVERSE)
        elif cell.hidden:
            codes = (*codes, FAINT)
        return styled(text, *codes) + rest


def _text(mark: Mark, look: Look) -> str:
    return inert(mark.glyph if look.unicode and mark.glyph else mark.text)


def _codes(mark: Mark, look: Look) -> tuple[int, ...]:
    return _TONES[mark.tone] if look.colour else ()


def in_words(board: Board) -> Iterator[str]:
    """The lines that describe a board; only what is fresh, if the viewer saw the position before."""
    for part in board.parts:
        match part:
            case Grid():
                yield from _grid_in_words(part, news=board.news and len(part.cells) > SMALL)
            case Picture():
                yield from part.spoken.split("\n")
            case _:
                yield from part.split("\n")


def _grid_in_words(grid: Grid, *, news: bool) -> Iterator[str]:
    """Each mark of a grid with the cells that have it."""
    if grid.spoken and not news:
        yield from grid.spoken.split("\n")
    else:
        order = [mark.text for mark in grid.legend]
        found: dict[str, list[str]] = {}
        for cell in sorted(grid.cells, key=lambda cell: _place(cell.mark, order)):
            if cell.mark.name and (cell.fresh or not news):
                found.setdefault(cell.mark.name, []).append(cell.name)
        lines = [f"{name}{' ' if grid.title else ': '}{', '.join(cells)}" for name, cells in found.items()]
        if grid.title and (lines or not news):
            yield f"{grid.title}: {'; '.join(lines) or 'nothing yet'}."
        elif not grid.title:
            yield from (f"{line[0].upper()}{line[1:]}." for line in lines)
    line = ", ".join(cell.name for cell in grid.cells if cell.line)
    if line:
        yield f"In a row: {line}."


def _place(mark: Mark, order: Sequence[str]) -> tuple[int, Tone, str]:
    """The order in which marks are described: as in the legend, then by tone."""
    return (order.index(mark.text) if mark.text in order else len(order)), mark.tone, mark.text
