"""The live view as a user has it: sockets come, carry data and go, and the screen says so."""

import contextlib
import os
import re
import socket
import threading

import live
import sockets
from lab import made
from live import equal, test, true, until
from screens import GREEN, RED, YELLOW, screen
from traffic import running, serving

# A mark stays for three looks: long enough for who reads the screen, also on a slow machine.
SLOW = "0.5"


@contextlib.contextmanager
def lab(condition):
    """What it leaves to the kernel is nothing to wait for, as lab.lab() would."""
    with running("lab", condition, "--json", "--hold", "0") as process:
        made(process)
        yield process
        process.stop()


def address(one):
    return "%s:%d" % one.getsockname()


@test("a filter shows a connection as it is made, carries data and closes")
def _():
    with serving("tcp", "1234") as _server, screen("top", "-d", SLOW) as one:
        one.wait_for("RX ")
        one.type("/1234")
        one.press("Enter")
        one.row("LISTEN", "127.0.0.1:1234")
        one.like(r"filter: 1234 .* 2 shown, \d+ hidden")
        with socket.create_connection(("127.0.0.1", 1234)) as client:
            local = address(client)
            one.coloured_row("+", GREEN, "ESTAB", local)
            with traffic(client):
                for port in (1234, client.getsockname()[1]):
                    one.like(rf"ESTAB +127\.0\.0\.1:{port} +\S+ +[\d.]+[KM] +[\d.]+[KM] +\S+[um]s ")
                one.like(r"^ RX [\d.]+[KMG]/s .* TX [\d.]+[KMG]/s ")
            one.like(r"ESTAB +127\.0\.0\.1:1234 +\S+ +0 +0 ")
        one.coloured_row("-", RED, "127.0.0.1:1234", local)
        one.wait_for(lambda text: "ESTAB " not in text.split("PID/PROCESS")[1], "both gone")
        one.row("TIME-WAIT", local)


class traffic:
    """Bytes go there and back until the block ends."""

    def __init__(self, client):
        self.client = client
        self.is_over = False
        self.thread = threading.Thread(target=self.work)

    def work(self):
        while not self.is_over:
            self.client.sendall(b"x" * 20000)
            left = 20000
            while left > 0:
                left -= len(self.client.recv(left))
            threading.Event().wait(0.01)

    def __enter__(self):
        self.thread.start()

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()


@test("the first look knows no rates, and what was there before is at least so old")
def _():
    kept = sockets.pair()
    with screen("top", "-d", "60", "established") as one:
        one.like(r"^ RX - .* TX - ")
        one.like(rf"^ \d+/\S+ .*ESTAB +\S+:{sockets.port(kept.client)} +\S+ +- +- +\S+ +>\d+s")


@test("sockets that have no counters have no rates, not zero")
def _():
    udp = sockets.datagram()
    pair = sockets.pair()
    words = f"sport = {sockets.port(udp)} or sport = {sockets.port(pair.client)}"
    with screen("top", "-d", "0.2", words) as one:
        one.like(r"tcp +ESTAB +\S+ +\S+ +0 +0 ")
        one.like(r"udp +UNCONN +\S+ +\S+ +- +- ")


@test("the owner of a connection is remembered into TIME-WAIT, and marked so")
def _():
    with serving("tcp", "0") as (_server, port):
        with screen("top", "-d", "0.2", f"dport = {port}", width=160) as one:
            one.wait_for("0 shown")
            client = socket.create_connection(("127.0.0.1", port))
            one.row("ESTAB", f"{os.getpid()}/python")
            client.close()
            one.like(rf"^.\({os.getpid()}/python\S+\) .*TIME-WAIT ")


def is_last(one, client):
    return re.findall(r"ESTAB +(\S+)", one.text())[-1] == address(client)


@test("a connection whose state changes is marked")
def _():
    kept = sockets.pair()
    port = sockets.port(kept.client)
    with screen("top", "-d", SLOW, f"port = {port}") as one:
        one.wait_for(lambda text: text.count("ESTAB ") == 3, "both and the count")
        one.press("g" if is_last(one, kept.client) else "G")  # a selected row has no colour
        kept.client.shutdown(socket.SHUT_WR)
        one.coloured_row("*", YELLOW, "FIN-WAIT-2", address(kept.client))
        one.like(r"^ .* FIN-WAIT-2 +127")


@test("Enter tells everything about a socket, with whose turn it is and its other end")
def _():
    with lab("CLOSE-WAIT"):
        with screen("top", "-d", "0.2", "close-wait", width=140, height=30) as one:
            one.row("CLOSE-WAIT")
            one.press("Enter")
            one.like(r"CLOSE-WAIT: the peer has finished; this program has not called close yet, for ")
            one.like(r"state +CLOSE-WAIT +FIN-WAIT-2")
            one.like(r"recv queue +█░+ 1 of [\d,]+ bytes")
            one.like(r"RTT +[\d.]+us +max ")
            true(not one.is_shown("cookie"), "that is further down")
            one.press("NPage")
            text = one.wait_for("cookie")
            true("inode" in text and "cong" in text, f"the rest: {text}")
            one.press("Escape")
            one.wait_for(lambda text: "cookie" not in text and "turn" not in text, "no pane")


@test("a full accept queue is called that, with its drops")
def _():
    with lab("full-accept-queue"):
        with screen("top", "-d", "0.2", "listen", width=140, height=50) as one:
            one.row("LISTEN")
            one.press("Enter")
            one.like(r"2/1 *full, *[1-9]\d* dropped")


@test("who reads too slowly, and what is sent again, is seen in the pane")
def _():
    with lab("zero-window"):
        with screen("top", "-d", "0.2", "established", width=140, height=50) as one:
            one.row("ESTAB")
            one.press("F6")
            one.wait_for("Sort by")
            one.press("Home", "s", "s", "Enter")  # state, sendq
            one.row("SEND-Q")
            one.press("Enter")
            one.like(r"send queue +█+░* [\d,]+ of [\d,]+ bytes")
            one.like(r"timer +zero-window probe in ")


@test("the detail pane stays with its socket after it is gone, and closes with it at last")
def _():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with screen("top", "-d", "0.2", f"sport = {sockets.port(listener)}", height=40) as one:
            one.row("LISTEN")
            one.press("Enter")
            one.wait_for("LISTEN: ")
            listener.close()
            one.wait_for(lambda text: "LISTEN" not in text.split("PID/PROCESS")[1], "it is gone")
            equal(one.is_dead(), False, "dead")


@test("UNIX sockets are shown with the path and with both ends")
def _():
    left, right = socket.socketpair()
    with live.child(lambda tell: (left.close(), tell("ready"))) as (pid, _message):
        right.close()
        inode = os.fstat(left.fileno()).st_ino
        with screen("top", "-x", "-d", "0.2", f"inode = {inode}", width=140, height=50) as one:
            one.row("u_str", f"{os.getpid()}/", str(inode))
            one.press("Enter")
            one.like(rf"owner +{os.getpid()}/\S+ +{pid}/")


@test("the most busy connection is on top, and steady ones do not move")
def _():
    with serving("tcp", "0") as (_server, port):
        with screen("top", "-d", "0.2", f"dport = {port}") as one:
            clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
            one.wait_for(lambda text: text.count("ESTAB ") == 4, "three and the count")
            order = lambda: re.findall(r"ESTAB +127\.0\.0\.1:(\d+)", one.text())
            equal(order(), [str(sockets.port(client)) for client in clients], "as they came")
            with traffic(clients[2]):
                until(lambda: order()[:1] == [str(sockets.port(clients[2]))], "the busy one first")


if __name__ == "__main__":
    live.main()
