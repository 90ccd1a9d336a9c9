"""Every limit on what a leg can make a relay do, and a relay a leg, with its reason."""

# The lines; these are part of the specification, for both sides

MAX_LINE = 128
"""Bytes in a line, with its line feed. That of a host at a place has 87, and the rest is room for the names of a
cluster's nodes."""

MAX_NUMBER = 999_999_999
"""The largest number. People have to say it, so a relay gives out the shortest that are free."""

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
