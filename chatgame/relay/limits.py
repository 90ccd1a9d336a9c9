"""Every limit on what a leg can make a relay do, and a relay a leg, with its reason."""

# The lines; these are part of the specification, for both sides

MAX_LINE = 128
"""Bytes in a line, with its line feed. That of a host at a place has 87, and the rest is room for the names of a
cluster's nodes."""

MAX_BUSY = 3600
"""Seconds for which a relay can send a leg away. By then a person has given up."""

LINE_TIME = 5.0
"""Seconds for a leg's first line. A program sends it at once, and a slow line takes a second or two."""

READY_TIME = 2.0
"""Seconds for a host to answer `ready?` while a joiner waits. A slow line takes less than one. Four hosts that are
dead cost a joiner eight."""

ASK_INTERVAL = 60.0
"""Seconds between two questions to a host that waits. Routers forget connections that were silent for minutes."""

UNASKED_LIMIT = 150.0
"""Seconds without a question after which a host takes its relay for lost: two are missing by then."""

JOIN_TIME = 15.0
"""Seconds for the answer to a leg's first line. A joiner may have to wait for four hosts that do not answer, and on a
slow line the way there and back takes a few more."""

MAX_REDIRECTS = 2
"""Times that a joiner is sent on to another node. Once is usual, and twice if the host moved meanwhile."""

# Where legs meet

MAX_HOSTS = 4
"""Hosts at one spot. A program has one, and perhaps an older one whose connection is dead; two more leave room for
the friends where others wait at their place."""

NUMBER_TIME = 120.0
"""Seconds that a number is kept after its last host is gone, so that nobody else gets it while a host dials again."""

MAX_DIGITS = 6
"""Digits in the numbers that are given out: the shortest that are free, since people have to say them. A million is
more than one relay or cluster has hosts that wait."""

TURN_TIME = 60.0
"""Seconds in which the joiners of a place get one host after another, and not the newest each time."""

CHECK_TIME = 15.0
"""Seconds for a host to answer `ready?` where nobody waits for the answer. The partners of a conversation have as
long until it counts as lost."""

# What one address may do; all of an IPv6 /64 counts as one, since one person has them all

MAX_LEGS = 100
"""Legs of one address, and as many before their first line. A player has one or two, and a school may have many
players behind one address."""

MAX_JOINS = 120
"""Joins a minute. Each may be a guess at a code, and wrong guesses cost the host its number."""

MAX_FAILED_JOINS = 60
"""Joins a minute where nobody waits. A client that waits for its friend makes about ten."""

MAX_NUMBERS = 30
"""Numbers given out a minute. With the time that each is kept, one address can hold 160 of a million."""

# What all may do together

ACCEPT_QUEUE = 4096
"""Connections that wait to be accepted. It is as many as Linux allows by default (`net.core.somaxconn`)."""

MAX_UNSPOKEN = ACCEPT_QUEUE
"""Legs before their first line; of more, the oldest is closed. A whole queue can come at once."""

FULL_TIME = 30
"""Seconds for which a leg is sent away from a relay that is full."""

MAX_CAPACITY = 40_000
"""Legs of one process. They are 13,000 conversations, since a host keeps a spare leg that waits, and their signs of
life alone take 6 % of a core."""

SPARE_FILES = 400
"""Open files that are not legs: the program's own, the listening sockets, the engine, those who ask for the status,
and some hundred connections that were accepted before as many of the oldest were closed."""

# A table

MAX_RATE = 256 * 1024
"""Bytes a second of each leg, and as many at once. The longest message takes an eighth of it, and nobody types so
fast; but a conversation of thousands of turns is sent again when a journal was lost."""

MAX_UNREAD = 64 * 1024
"""Bytes that are read from a leg at once. As long as any of them wait for its partner to read, no more are read, so
as many may be kept for a leg that does not read. They are two of the longest messages."""

MAX_SLOW = 1000
"""Legs that do not read; of more, the one that has not read for longest is cut. So no more than 64 MB are kept for
all together. A person's program reads at once."""

SOCKET_BUFFER = 64 * 1024
"""Bytes that the system is asked to keep for a socket in each direction. By itself it would keep some MB for a leg
that reads fast at first and then stops."""

IDLE_TIME = 60.0
"""Seconds without a byte from either side after which a table is cut, at the latest after twice as many. Both sides
give signs of life every 5."""

DRAIN_TIME = 30.0
"""Seconds over which the tables of a relay that is going down are cut, so that they do not all dial the next relay in
the same moment."""

# A cluster

ENGINE_TIME = 1.0
"""Seconds for the engine's answer. It takes less than a millisecond, and a leg waits for it."""

ENGINE_PAUSE = 5.0
"""Seconds for which an engine that did not answer is not asked, so that not every leg waits for it."""

KNOWN_TIME = 180
"""Seconds for which the engine keeps who waits where. It is told every 60, and may miss one."""
