"""Every limit on what a peer can make this program do, with its reason. Anything over a limit is refused."""

# What comes over the wire

MAX_TEXT = 4096
"""Bytes of UTF-8 in the text of a turn. The number is the assignment's."""

MAX_PAYLOAD = 32 * 1024
"""Bytes in one encoded message. The longest text takes six times its size in JSON if all of it is escaped, and the
rest is room for the other fields. The length is checked before anything after it is read."""

MAX_COUNT = 2**53 - 1
"""The largest integer, in a message or a position. Every JSON library can hold it."""

MAX_GAMES = 100
"""Games in a hello. Nobody needs more, and each takes some 50 bytes of a frame."""

MAX_FEATURES = 100
"""Features in a hello, as many as games."""

MAX_NAME = 32
"""Characters in the name of a game, which people type and read in sentences, or of a feature."""

MAX_NESTING = 8
"""Levels of JSON in a message. No field of this version has more than two, and later ones may need some. It is
checked first, so that a parser that recurses never runs out of stack."""

MAX_PERSON = 24
"""Characters in a person's name, which is shown in front of their lines."""

MAX_RELAY = 260
"""Characters in the address of a relay. The longest has a host of 253, a colon and a port."""

MAX_VERSION = 2**31 - 1
"""The largest version of a game's rules."""

MAX_REASON = 32
"""Characters in the reason of a goodbye, which is one word."""

MAX_GOODBYE = 500
"""Characters in the text of a goodbye, which is a sentence or two."""

MAX_COMPLAINT = 400
"""Characters that a complaint quotes of a turn, so that the complaint fits into a goodbye."""

MAX_QUOTED = 150
"""Characters that a sentence quotes of an error about a secret, so that the sentence fits into a complaint."""

# What goes into the log

MAX_HIDDEN = 4000
"""Bytes in a hidden value, which must fit into the text of a reveal after its salt."""

MAX_CARDS = 96
"""Cards in a deck. Each takes 32 bytes, and no more of them fit into the text of a turn in base64."""

MAX_REMARKS = 20
"""Messages in a row that a player may send in a game before a move is due. So a flood of them ends."""

CHAIN = 2048
"""Times that a client can come back to one session. To check a token takes at most as many digests."""

MAX_GUESSES = 3
"""Wrong codes after which the right one is no longer valid. The two words of a code alone, which a relay does not
know, make 1.9 million, so guessing succeeds once in 600,000."""

# How long, in seconds

HELLO_TIME = 5.0
"""For a client to say hello, with TLS and pairing before it. A program does so at once; a slow line takes a second
or two."""

ANSWER_TIME = 10.0
"""For the server's answer to a hello. A client that comes back too soon is held back for a second, and on a slow line
the way there and back takes a few."""

ALIVE_INTERVAL = 5.0
"""Between two signs of life. Three of them may be missing before a connection counts as dead."""

SILENCE_LIMIT = 15.0
"""Without a whole message from the peer, or without the peer reading ours, until a connection counts as dead."""

LATE_TIME = 30.0
"""For a turn that a program has to write by itself, which takes milliseconds; after that it loses the match. Only the
time counts in which the partner is demonstrably connected, so only a program that refuses loses."""

RETURN_TIME = 1.5
"""Credited as connected for each reconnection, so that reconnecting cannot postpone a deadline."""

RETURN_INTERVAL = 1.0
"""Between two reconnections of the same partner, each of which takes two lines of the screen."""

PATIENCE = 600
"""For a lost partner to come back, by default. It is time enough for a coffee, or to find another network."""

CLOSING_TIME = 1.0
"""For a goodbye and its answer, so that a peer that does not read cannot keep anyone from leaving."""

# How many

MAX_STRAYS = 10
"""Lines about connections that did not say hello. More would push what matters off the screen."""

MAX_WATCHERS = 20
"""People who watch one conversation. Each costs the side that lets them in a socket, and what waits to be sent."""

MAX_NEWS = 2 * MAX_WATCHERS
"""Changes in who watches of which the players are told at once; if there are more, they are told once a second. Each
takes a line of both screens, and somebody may come and go all the time."""

MAX_BEHIND = 500
"""Turns, or those of the game that is on if they are more, that a watcher may be behind. They are kept once for all
watchers, up to twice as many, with at most 4 MiB of text in chat."""

MAX_SHOWN = 32 * 1024
"""Bytes that are handed over to a watcher at once; the next follow when its line has taken these."""

SAID_AT_ONCE, SAID_PER_SECOND = 4096, 100
"""Bytes that a watcher may say at once, and in each second: twenty times what its signs of life take."""

MAX_GUESTS = 32
"""Connections in the middle of a greeting. One more closes the oldest, so memory is bounded."""
