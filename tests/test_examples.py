"""The examples do what they say."""

import runpy
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).parent.parent / "examples"


async def test_conversation_over_in_memory_streams() -> None:
    """Two scripts chat, play and quit."""
    log = await runpy.run_path(str(EXAMPLES / "conversation.py"))["main"]()
    assert [turn.text for turn in log if turn.kind == "say"] == ["Hello", "How are you?", "Thanks", "Well played"]
    assert [turn.text for turn in log if turn.kind == "move"] == ["1", "4", "5", "6", "9"]
    assert log[-1].kind == "quit"


def test_pictures_are_drawn_from_real_runs(tmp_path: Path) -> None:
    """Each shows what the documents say of it."""
    subprocess.run([sys.executable, EXAMPLES / "pictures.py", tmp_path], check=True, timeout=50)
    shown = {
        "chat": ("Hello", "Client has requested shutdown. Shutting down!"),
        "chess": ("Anna says: Ben, do you see it?", "Game over, you won: checkmate.", "[With Anna | their turn"),
        "cards": ("Waiting at the relay localhost", "The cards are shuffled.", "Ben was dealt 7 cards."),
        "resumed": ("Killed", "Going on with your conversation after 3 turns:"),
        "demo": ("Anna, the server", "Ben has requested shutdown. Shutting down!"),
    }
    for name, texts in shown.items():
        picture = (tmp_path / f"{name}.svg").read_text()
        assert all(text in picture for text in texts), name
