"""A line that a person edits at the bottom of a terminal; the arrow keys bring earlier lines back.

Everything else appears above that line, and does not change its text or move its cursor. The line is always there;
when a person enters it, the console decides what happens to it.
Several lines that are pasted become one, with spaces between them, and Enter sends it. Nothing is written to a disk.
This is the only file that imports prompt_toolkit, which belongs to the extra `edit`.
"""

import asyncio
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.data_structures import Size
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.formatted_text import ANSI, to_plain_text
from prompt_toolkit.input import Input, create_input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.keys import Keys
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    Dimension,
    FormattedTextControl,
    HSplit,
    Layout,
    Window,
)
from prompt_toolkit.layout.processors import BeforeInput, HighlightIncrementalSearchProcessor
from prompt_toolkit.layout.screen import Char
from prompt_toolkit.output import Output, create_output
from prompt_toolkit.utils import get_cwidth
from prompt_toolkit.widgets import SearchToolbar

from chatgame.players.person.inert import inert
from chatgame.players.person.look import columns

REPORT_FOCUS, NO_FOCUS = "\x1b[?1004h", "\x1b[?1004l"
"""Make a terminal report when its window comes to the front or leaves it, and end that (xterm's DECSET 1004)."""


class Editor:
    """A line to edit, and the screen above it, to which it is the console's writer.

    Args:
        keys: where the keys come from.
        output: draws the line.
        stream: what `output` writes to, if writing to it can be waited for.

    Attributes:
        prompt: what is shown before the line, with SGR codes or without.
        line: the line that is edited.
        entered: called with each line that is entered; it stays in the editor unless `leave_line` is called.
        completed: called with the text before the cursor when Tab is pressed; returns what takes its place.
        status: called with the width of the screen; returns a line to show below the one that is edited, or nothing.
        looks_away: called when the window comes to the front (False) or leaves it (True).
    """

    def __init__(self, keys: Input, output: Output, stream: asyncio.StreamWriter | None = None) -> None:
        self.prompt = ""
        self.entered: Callable[[str], object] = lambda _line: None
        self.completed: Callable[[str], str] = lambda begun: begun
        self.status: Callable[[int], str] = lambda _width: ""
        self.looks_away: Callable[[bool], object] = lambda _away: None
        self._output = output
        self._stream = stream
        self.line = _Line(self._enter)
        self._was_uncertain = False
        search = SearchToolbar()
        processors = [HighlightIncrementalSearchProcessor(), BeforeInput(lambda: ANSI(self.prompt))]
        control = BufferControl(self.line, processors, search_buffer_control=search.control, preview_search=True)
        self._app = _Application(
            Layout(
                HSplit(
                    [
                        Window(control, height=self._height, wrap_lines=True, dont_extend_height=True),
                        search,
                        ConditionalContainer(
                            Window(FormattedTextControl(self._status), height=1, dont_extend_height=True),
                            Condition(lambda: bool(self._status()) and not self._app.is_done),
                        ),
                    ]
                )
            ),
            key_bindings=_bindings(self),
            before_render=self._draw_anew,
            after_render=self._place_cursor,
            erase_when_done=True,
            input=keys,
            output=output,
        )

    async def run(self) -> None:
        """Edit lines until the input ends; they go to `entered`."""
        try:
            with suppress(EOFError), self._ended_by_hangup(), self.focus_reported():
                await self._app.run_async(set_exception_handler=False, handle_sigint=False)
        finally:
            self.leave_line()

    @contextmanager
    def focus_reported(self, *, yes: bool = True) -> Iterator[None]:
        """Have the terminal report meanwhile whether its window is in front (xterm's FocusIn, FocusOut), or not."""
        self._output.write_raw(REPORT_FOCUS if yes else NO_FOCUS)
        self._output.flush()
        try:
            yield
        finally:
            self._output.write_raw(NO_FOCUS if yes else REPORT_FOCUS)
            self._output.flush()

    @contextmanager
    def _ended_by_hangup(self) -> Iterator[None]:
        """Let SIGHUP first end the editing, which restores the terminal, and then the program."""
        if sys.platform == "win32" or signal.getsignal(signal.SIGHUP) is not signal.SIG_DFL:
            yield
            return
        loop, hung_up = asyncio.get_running_loop(), asyncio.Event()

        def end() -> None:
            hung_up.set()
            if self._app.is_running and not self._app.is_done:
                self._app.exit(exception=EOFError)

        loop.add_signal_handler(signal.SIGHUP, end)
        try:
            yield
        finally:
            loop.remove_signal_handler(signal.SIGHUP)
            if hung_up.is_set():
                signal.raise_signal(signal.SIGHUP)

    def _height(self) -> Dimension:
        """The rows that the line takes. prompt_toolkit does not count columns that a wide character leaves empty."""
        text = f"{to_plain_text(ANSI(self.prompt))}{self.line.text} "  # the cursor may be after the last character
        columns = self._output.get_size().columns
        rows, taken = 1, 0
        for character in text:
            width = get_cwidth(Char.display_mappings.get(character, character))
            if taken + width > columns:
                rows, taken = rows + 1, 0
            taken += width
        return Dimension(preferred=rows)

    def _status(self) -> str:
        return self.status(self._output.get_size().columns)

    @property
    def _is_uncertain(self) -> bool:
        """Whether terminals may differ in how many columns the line takes: those of scripts such as Devanagari do."""
        return not self.line.text.isascii()

    def _draw_anew(self, _: object) -> None:
        """Erase a line of uncertain width before it is drawn: to change it in place would leave remnants of it."""
        if self._is_uncertain or self._was_uncertain:
            self._app.renderer.erase(leave_alternate_screen=False)
        self._was_uncertain = self._is_uncertain

    def _place_cursor(self, _: object) -> None:
        """Put the cursor where the terminal has it after the text before it, if the line takes one row."""
        if self._app.is_done or not self._is_uncertain or not self.line.text:
            return
        text = f"{to_plain_text(ANSI(self.prompt))}{self.line.text} "
        if not has_focus(self.line)() or columns(text) >= self._output.get_size().columns:
            return
        shown = "".join(Char.display_mappings.get(each, each) for each in self.line.document.text_before_cursor)
        self._output.write_raw(f"\r{self.prompt}{shown}")
        self._output.flush()

    def _enter(self) -> None:
        try:
            self.entered(self.line.text)
        except Exception as error:  # a defect, which the event loop would only log
            self._app.exit(exception=error)

    def leave_line(self, *, remember: bool = False) -> None:
        """Move the text of the line to the screen above, remember it if asked to, and go on without a prompt."""
        before, text = self.prompt, self.line.text
        self.prompt = ""
        self.line.reset(append_to_history=remember)
        if text:
            self.write(f"{before}{inert(text)}\n".encode())
        self.redraw()

    def redraw(self) -> None:
        """Draw the line again, soon."""
        self._app.invalidate()

    def write(self, data: bytes, /) -> None:
        """Show whole lines above the one that is edited. They must be inert, or our own control sequences."""
        if not data:
            return
        if self._app.is_running:
            self._app.renderer.erase()
        self._output.write_raw(data.decode())
        self._output.flush()
        self.redraw()

    async def drain(self) -> None:
        """Wait until all is written."""
        if self._stream:
            await self._stream.drain()

    def is_closing(self) -> bool:
        """Whether nothing more can be written."""
        return self._stream is not None and self._stream.is_closing()

    def close(self) -> None:
        """Write no more, and leave the terminal open."""
        if self._stream:
            self._stream.close()


class _Application(Application[None]):
    """Erases all that is drawn when the window gets narrower, although some terminals have wrapped its rows then."""

    def _on_resize(self) -> None:
        screen, columns = self.renderer.last_rendered_screen, self.output.get_size().columns
        if screen and _wraps_again():
            cursor = screen.get_cursor_position(self.layout.current_window)
            rows = [screen.data_buffer[row] for row in range(cursor.y)]
            widths = [
                max((column + 1 for column, cell in row.items() if cell.char.strip()), default=0) for row in rows
            ]
            more = sum(max(width - 1, 0) // columns for width in widths) + cursor.x // columns
            self.output.cursor_up(more)
        super()._on_resize()


def _wraps_again() -> bool:
    """Whether the terminal is known to wrap rows again when its width changes; the Linux console cuts them."""
    return any(
        os.environ.get(name)
        for name in ("TMUX", "VTE_VERSION", "WT_SESSION", "KITTY_WINDOW_ID", "KONSOLE_VERSION", "TERM_PROGRAM")
    )


class _Line(Buffer):
    """The line that is edited. Every key that enters it calls `enter`, which decides what happens to it."""

    def __init__(self, enter: Callable[[], None]) -> None:
        super().__init__(multiline=False, accept_handler=lambda _: True)
        self._enter = enter

    def validate_and_handle(self) -> None:
        """Enter the line."""
        self._enter()


def _bindings(editor: Editor) -> KeyBindings:
    """What some keys do that Emacs's bindings for editing leave out or do differently."""
    bindings = KeyBindings()
    line = editor.line
    editing = has_focus(line)  # and not searching

    @bindings.add("c-c", filter=editing)
    def interrupt(_: KeyPressEvent) -> None:
        if line.text:
            line.reset()
        else:
            signal.raise_signal(signal.SIGINT)  # as the terminal would do

    @bindings.add("c-s", filter=editing)
    @bindings.add("c-q", filter=editing)
    def ignore(_: KeyPressEvent) -> None:
        """Do nothing. A terminal stops and restarts at these; in Emacs they search and quote the next key."""

    @bindings.add("c-d", filter=editing & Condition(lambda: not line.text))
    def end(event: KeyPressEvent) -> None:
        if not event.app.is_done:
            event.app.exit(exception=EOFError)

    @bindings.add("tab", filter=editing)
    def complete(_: KeyPressEvent) -> None:
        begun = line.document.text_before_cursor
        if (completed := editor.completed(begun)) != begun:
            line.delete_before_cursor(len(begun))
            line.insert_text(completed)

    @bindings.add("s-tab")
    def leave(_: KeyPressEvent) -> None:
        """Do nothing: there is nothing to go back to."""

    @bindings.add("escape", "[", "I")
    @bindings.add("escape", "[", "O")
    def report(event: KeyPressEvent) -> None:
        editor.looks_away(event.key_sequence[-1].key == "O")

    @bindings.add("c-z")
    def suspend(_: KeyPressEvent) -> None:
        def stop() -> None:
            with editor.focus_reported(yes=False):
                os.kill(0, signal.SIGTSTP)  # the whole job, as the terminal would do

        if hasattr(signal, "SIGTSTP"):
            run_in_terminal(stop)

    @bindings.add(Keys.BracketedPaste)
    def paste(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(" ".join(event.data.splitlines()))

    return bindings


async def terminal_editor() -> Editor:
    """An editor on the program's own terminal."""
    if sys.platform == "win32":
        return Editor(create_input(), create_output())
    from prompt_toolkit.output.vt100 import Vt100_Output

    # prompt_toolkit would wait until the terminal reads, and the whole program with it.
    loop = asyncio.get_running_loop()
    raw = open(sys.stdout.fileno(), "wb", buffering=0, closefd=False)  # noqa: ASYNC230, SIM115  # open already
    transport, protocol = await loop.connect_write_pipe(
        lambda: asyncio.StreamReaderProtocol(asyncio.StreamReader()), raw
    )
    transport.set_write_buffer_limits(0)
    stream = asyncio.StreamWriter(transport, protocol, None, loop)

    class Output(Vt100_Output):
        """Erases whole rows: the cursor may be elsewhere than prompt_toolkit thinks (see `_is_uncertain`)."""

        def erase_down(self) -> None:
            self.write_raw("\r")
            super().erase_down()

    output = Output(_Unhurried(stream), _size, os.environ.get("TERM"), enable_cpr=False)
    return Editor(create_input(), output, stream)


def _size() -> Size:
    columns = rows = 0  # as some terminals report themselves
    with suppress(OSError):
        columns, rows = os.get_terminal_size(sys.stdout.fileno())
    return Size(rows or 24, columns or 80)


class _Unhurried(io.StringIO):
    """A text file for prompt_toolkit that hands its text to a stream, which writes it without blocking."""

    def __init__(self, stream: asyncio.StreamWriter) -> None:
        super().__init__()
        self._stream = stream

    def write(self, text: str, /) -> int:
        """Hand text to the stream."""
        if not self._stream.is_closing():  # asyncio would complain on standard error
            self._stream.write(text.encode(sys.stdout.encoding, "replace"))
        return len(text)
