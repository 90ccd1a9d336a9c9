"""A relay of system calls and nothing else, to measure against: what a message costs on this system at the least.

It joins every two connections whose first lines are equal. Only the benchmark can use it: it takes each first line to
come whole, and each message to fit into what the system keeps for a socket.
"""

import select
import socket
import sys

listening = socket.create_server(("127.0.0.1", int(sys.argv[1])), backlog=4096)
polled = select.epoll()
polled.register(listening, select.EPOLLIN)
legs: dict[int, socket.socket] = {}
partners: dict[int, socket.socket] = {}
waiting: dict[bytes, int] = {}


def accept() -> None:
    leg = listening.accept()[0]
    leg.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    legs[leg.fileno()] = leg
    polled.register(leg, select.EPOLLIN)


def read(number: int) -> None:
    data = legs[number].recv(65536)
    if not data:
        legs.pop(number).close()
    elif partner := partners.get(number):
        partner.send(data)
    elif (other := waiting.pop(data, None)) is None:
        waiting[data] = number
    else:
        for one, partner in ((number, legs[other]), (other, legs[number])):
            partners[one] = partner
            partner.send(b"ok\n")


while True:
    for number, _ in polled.poll():
        if number == listening.fileno():
            accept()
        else:
            read(number)
