"""The console of a person who edits their line at the bottom of a terminal."""

from typing import Any

from chatgame.core import sentences
from chatgame.core.seats import Seat
from chatgame.core.turn import Kind
from chatgame.players.person.completion import completed, completions
from chatgame.players.person.console import Console
from chatgame.players.person.editor import Editor
from chatgame.players.person.narration import Showable
from chatgame.players.person.screen import prompt
from chatgame.players.person.status import status


class EditedConsole(Console):
    """A person who edits lines at the bottom of a terminal.

    A line that is entered too early stays in the editor, and a sentence above it says so.

    Args:
        seat: where the person sits.
        editor: the line, and the screen above it.
        options: the keyword arguments of `Console`.
    """

    how_to_leave = "Ctrl-C twice leaves at any time."

    def __init__(self, seat: Seat, editor: Editor, **options: Any) -> None:
        super().__init__(seat, None, editor, terminal=True, **options)
        self._editor = editor
        editor.entered = self._entered
        editor.completed = self._completed
        editor.status = self._status
        editor.looks_away = self._look_away

    async def _read_lines(self) -> None:
        await self._editor.run()

    def notify(self, *texts: str) -> None:
        """Show sentences; here, unlike on a bare terminal, the first Ctrl-C may only clear a line."""
        super().notify(*(type(text)(text.replace("; Ctrl-C leaves.", "; Ctrl-C twice leaves.")) for text in texts))

    def _entered(self, line: str) -> None:
        """Take a line that was entered, answer it, or leave it in the editor."""
        question = self._open_question
        answer: Showable | None = None
        if not _is_text(line):
            answer = sentences.NO_TEXT
        elif question:
            self._editor.leave_line(remember=not self._hides(line))
            self._reading.clear()
            question.set_result(line)
        elif self._reading.is_set() and (answer := self._answer(line) or self.early(line)):
            self._editor.leave_line(remember=True)
        else:
            answer = self._too_early(line)
        if answer:
            self._show_answer(answer)
            self._unwritten.set()

    def _too_early(self, line: str) -> str:
        if line.startswith("/") and self._table:
            return sentences.AT_THE_PROMPT_IN_EDITOR.format(how_to_leave=self.how_to_leave)
        return f"{sentences.KEPT_IN_EDITOR}\n{self._waiting}" if self._reading.is_set() else sentences.KEPT_IN_EDITOR

    def _completed(self, begun: str) -> str:
        """The text before the cursor as far as it is certain; where there is a choice, it is shown above."""
        found = completions(begun, self._table, self._seat, self._secret) if self._table else []
        text = completed(begun, found)
        if text == begun and len(found) > 1:
            self.show("  ".join(each.removeprefix("play ") for each in found))
            self._unwritten.set()
        return text

    def _status(self, width: int) -> str:
        if not self._table:
            return ""
        return status(self._table, self._seat, self._names, self._since, self._watchers, width)

    def _look_away(self, away: bool) -> None:  # a callback
        self.looks_away = away

    def _hides(self, line: str) -> bool:
        """Whether a line is a choice or a secret. An arrow key must not bring it into a later message."""
        duty = self._table and self._table.playing and self._table.playing.duty
        return bool(duty and duty.kind is Kind.COMMIT and not line.startswith("/"))

    def interrupt(self) -> None:
        """Move the line to the screen above."""
        self._editor.leave_line()

    def continued(self) -> None:
        """Do nothing: the editor draws its line again by itself."""

    def end_line(self) -> None:
        """Do nothing: text above the edited line always ends its own line."""

    def _prompt(self) -> None:
        if self._open_question:
            self._editor.prompt = prompt(self._look())
            self._editor.redraw()


def _is_text(line: str) -> bool:
    """Whether a line is UTF-8 text. Surrogates in it stand for bytes that are not."""
    try:
        line.encode()
    except UnicodeEncodeError:
        return False
    return True
