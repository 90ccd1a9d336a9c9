"""How much a peer can make us do: every limit, with its reason. What is over one is refused, and nothing is lost."""

# What comes over the wire

MAX_TEXT = 4096
"""In bytes of UTF-8, the text of a turn: the assignment's number."""

MAX_PAYLOAD = 32 * 1024
"""In bytes, one encoded message: the longest text takes six times its size in JSON if all of it must be escaped, and
the rest is room for the other fields. It is judged before anything behind the length is read."""

MAX_COUNT = 2**53 - 1
"""For integers: what every JSON library can hold."""

MAX_GAMES = 100
"""In a hello: more than anybody plays, and each takes some 50 bytes of a frame."""

MAX_NAME = 32
"""In characters, the name of a game: it stands in sentences and is typed."""

MAX_PERSON = 24
"""In characters, what a person wants to be called: it stands before their lines."""

MAX_VERSION = 2**31 - 1
"""The version of a game's rules: it counts changes."""

MAX_REASON = 32
"""In characters, the reason of a goodbye: a word."""

MAX_GOODBYE = 500
"""In characters, the text of a goodbye: a sentence or two on a screen."""

MAX_COMPLAINT = 400
"""In characters, what a complaint quotes of the partner's turn: so that it fits into a goodbye."""

MAX_QUOTED = 150
"""In characters, what a sentence quotes of an error over the partner's secret: so that it fits into a complaint."""

# What goes into the log

MAX_HIDDEN = 4000
"""In bytes, a hidden value: it must fit into the text of a reveal, behind its salt."""

MAX_REMARKS = 20
"""How often a player may say something in a row before they move: a game should go on, and a flood ends."""

CHAIN = 2048
"""How often a client can come back to one session: each token costs both sides as many digests at the most."""

MAX_GUESSES = 3
"""How many wrong codes burn one: of some 15 million, so a guesser has one chance in five millions."""

# How long, in seconds

HELLO_TIME = 5.0
"""For a greeting, with TLS and pairing: a program answers at once, and a slow line takes a second or two."""

ALIVE_INTERVAL = 5.0
"""Between two signs of life: three of them may be late before a line is taken for dead."""

SILENCE_LIMIT = 15.0
"""Without a whole message, or with nothing read by the peer, so that unread output does not grow: a dead line."""

LATE_TIME = 30.0
"""For a turn that a program writes by itself, before it loses the match: it takes milliseconds. Only time counts in
which the partner shows that they are there, so this is a program that refuses."""

RETURN_TIME = 1.5
"""For which it counts as showing that to come back, so that nobody escapes a deadline by hanging up."""

RETURN_INTERVAL = 1.0
"""Between two times that somebody comes back: each takes two lines of a screen."""

PATIENCE = 600
"""For a partner who was lost to come back, if nobody says otherwise: a coffee, or another network."""

CLOSING_TIME = 1.0
"""For a goodbye, and for its answer: leaving never hangs on a peer who does not read."""

# How many

MAX_STRAYS = 10
"""Lines about connections that said no hello: more would push what matters off the screen."""

MAX_GUESTS = 32
"""Connections in the middle of a greeting, to bound memory; with one more, the oldest is closed."""
