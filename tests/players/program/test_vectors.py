"""The lines are those that the document shows and the test vectors hold."""

import json
import re

from chatgame.core.table import Table
from chatgame.players.program.exchange import TRIES, VERSION, Exchange
from tests.kit.programs import meet
from tests.vectors import FOLDER
from tests.vectors.programs import DOCUMENT, GAMES, LIMIT, document

CONVERSATION = """
for vector in json.load(open({path!r}))["vectors"]:
    if "to" in vector:
        told = sys.stdin.readline()
        if json.loads(told) != json.loads(vector["to"]):
            sys.exit("It was told " + told[:200])
    elif "from" in vector:
        write(vector["from"] + "\\n")
for line in sys.stdin:
    sys.exit("It was told more: " + line)
"""


async def test_program_that_expects_the_conversation_of_the_vectors_gets_it() -> None:
    """Line by line, to the end, from the real program."""
    code = CONVERSATION.format(path=str(FOLDER / "programs.json"))
    met = await meet(code, "Hello", "play tictactoe", "5", "/resign", "/q", games=GAMES, limit=LIMIT)
    assert isinstance(met.result, Table), met.result
    assert met.said == ["say Good evening!", "move 1", "say I give it to you.", "move 3", "say It was a pleasure."]


def test_document_shows_that_conversation() -> None:
    assert DOCUMENT.read_text("utf-8") == document(), "run python -m tests.vectors"


def test_document_names_every_field() -> None:
    """In the tables of the types of lines, and of a game."""
    named = set(re.findall(r"`(\w+)`", DOCUMENT.read_text("utf-8").partition("## When it goes wrong")[0]))
    for vector in json.loads((FOLDER / "programs.json").read_text("ascii"))["vectors"]:
        message = json.loads(vector.get("to", "{}"))
        message.pop("type", None)
        assert {*message, *(message.get("game") or {})} <= named
    assert VERSION == 1
    assert TRIES == 5


def test_documents_bound_is_the_programs() -> None:
    """It is of the line without its end."""
    (most,) = re.findall(r"at most ([\d,]+) bytes", DOCUMENT.read_text("utf-8"))
    made = Exchange(LIMIT)
    made.asked(Table.open("", {}, {}))
    answer = '{"id": 1, "line": "Hello"'
    assert made.read(f"{answer:<{int(most.replace(',', '')) - 1}}}}".encode()) == "Hello"
