"""The programs: a server's, a client's and that of somebody who watches. Each joins what lies below to one whole.

setting.py      where and how a conversation takes place, and what the journal has of it
server.py       a server, on a direct line
host.py         a server at relays
serving.py      what both have in common
client.py       a client
watcher.py      somebody who watches
ways.py         what a client and a watcher dial
attendance.py   what players read about those who watch
"""
