"""The conversation of the assignment: its lines and its two screens, which are a contract, word for word.

Only the ports stand for others, and one line of the banner is the program's own.
"""

from typing import TypeVar

SERVER_SCREEN = """\
Server listening on: localhost on port: 1059
Connected by ('127.0.0.1', 55669)
Waiting for message...
Hello
Type /q to quit
Enter message to send. Please wait for input prompt before entering message...
Note: Type "play tictactoe" to start a game of tictactoe
Type /help to see the games and the commands
Enter Input >How are you?
Good. You?
Enter Input >Good
Bye
Enter Input >Bye
/q
Client has requested shutdown. Shutting down!
"""

CLIENT_SCREEN = """\
Connected to: localhost on port: 1059
Type /q to quit
Enter message to send. Please wait for input prompt before entering message...
Note: Type "play tictactoe" to start a game of tictactoe
Type /help to see the games and the commands
Enter Input >Hello
How are you?
Enter Input >Good. You?
Good
Enter Input >Bye
Bye
Enter Input >/q
Shutting Down!
"""

Person = TypeVar("Person")


def chat_of_the_assignment(client: Person, server: Person) -> list[tuple[Person, str, Person]]:
    """Who says what to whom, up to the client's `/q`."""
    return [
        (client, "Hello", server),
        (server, "How are you?", client),
        (client, "Good. You?", server),
        (server, "Good", client),
        (client, "Bye", server),
        (server, "Bye", client),
    ]
