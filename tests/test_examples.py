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


def test_pictures_are_drawn_from_a_real_run(tmp_path: Path) -> None:
    """Both screens stand in the picture, with the game on them."""
    subprocess.run([sys.executable, EXAMPLES / "pictures.py", tmp_path], check=True, timeout=30)
    picture = (tmp_path / "conversation.svg").read_text()
    assert picture.count("Enter Input &gt;") > 10
    assert "Game over, you won" in picture
    assert "Client has requested shutdown. Shutting down!" in picture
