"""F9 in the live view: a dialog over the selected or the tagged sockets, and what came of it."""

import os
import signal
import time

import live
import recordings
import sockets
from live import equal, test, true, until
from screens import AS_NOBODY, is_running, processes_of, screen
from victims import victim


def top(at, *words, **options):
    return screen("top", "-d", "0.2", "--sort", "local", *words, "port", str(at), **options)


def choose(one, item):
    """Open the menu over the selected or tagged rows, and choose."""
    one.press("F9")
    one.wait_for("close it from outside")
    one.press(*["Down"] * item, "Enter")
    one.wait_for("Esc")


def leave(one):
    one.press("Escape")
    one.wait_for("F9Kill")


CLOSE, TERM = 0, 1


@test("the selected connection is closed once that is confirmed, and only then")
def _():
    with victim() as held:
        at = held.connects()
        with top(at, "established") as one:
            one.row("ESTAB", f"127.0.0.1:{at} ")
            choose(one, CLOSE)
            text = one.wait_for("Close 1 socket")
            true(f"{held.pid}/" in text and "would be closed" in text, text)
            leave(one)
            true(held.is_whole(), "nothing was done")
            choose(one, CLOSE)
            one.press("y")
            one.wait_for("1 closed")
            leave(one)
        true("ECONN" in held.ask("s.recv(1)"), "the one end")
        true("ECONN" in held.ask("c.recv(1)"), "the other")


@test("tagged sockets are acted on together, with the result of each")
def _():
    with victim() as held:
        at = held.connects()
        held.do("many = [socket.create_connection(l.getsockname()) for _ in range(3)]")
        with top(at, "dport", str(at)) as one:
            one.wait_for(lambda text: text.count("ESTAB") >= 4, "the connections")
            one.press("Home", "Space", "Space")
            one.wait_for("2 tagged")
            true(sum(line.startswith("#") for line in one.lines()) == 2, one.text())
            choose(one, CLOSE)
            text = one.wait_for("Close 2 sockets")
            equal(text.count("would be closed"), 2, "both are listed")
            one.press("y")
            one.wait_for("2 closed")
            one.press("Enter")
            one.wait_for(lambda text: "tagged" not in text, "no tags")
        until(lambda: len(live.rows("established", "dport", str(at))) == 2, "two are left")


@test("a signal goes to the owner")
def _():
    with victim() as held:
        at = held.connects()
        with top(at, "established") as one:
            one.row("ESTAB", f"127.0.0.1:{at} ")
            choose(one, TERM)
            one.wait_for(f"would be sent TERM: {held.pid}/")
            one.press("y")
            one.wait_for("1 signalled")
        equal(held.process.wait(live.LIMIT_SECONDS), -signal.SIGTERM, "it ended")


@test("a listener asks twice")
def _():
    with victim() as held:
        at = held.connects()
        held.do("l.setblocking(False)")
        with top(at, "listen") as one:
            one.row("LISTEN", f":{at}")
            choose(one, CLOSE)
            one.wait_for("! it waits for peers")
            one.press("y")
            one.wait_for("Really?")
            equal(held.ask("l.accept()"), "EAGAIN", "still open")
            one.press("Y")
            one.wait_for("1 closed")
        equal(held.ask("l.accept()"), "EINVAL", "closed")


@test("the session that one sits in asks twice")
def _():
    with victim() as held:
        at = held.connects()
        with top(at, "established", "sport", str(at), env=held.as_session()) as one:
            one.row("ESTAB")
            choose(one, CLOSE)
            one.wait_for("! this very session")
            one.press("y")
            one.wait_for("Really?")
            one.press("n")
            one.wait_for("F9Kill")
        true(held.is_whole(), "nothing was done")


@test("the live view itself is the session, too, both its processes")
def _():
    with screen("top", "-d", "0.2", "unix") as one:
        one.wait_for("UNIX")
        for pid in processes_of(one):
            one.press("/", "C-u")
            one.type(f"pid {pid}")
            one.press("Enter")
            one.row(f"{pid}/", "u_seq")
            choose(one, TERM)
            one.wait_for("! this very session")
            leave(one)


@test("many sockets need their number to be typed")
def _():
    with victim() as held:
        at = held.connects()
        held.do("many = [socket.create_connection(l.getsockname()) for _ in range(11)]")
        with top(at, "dport", str(at), height=40) as one:
            one.wait_for(lambda text: text.count("ESTAB") >= 12, "the connections")
            one.press("Home", *["Space"] * 12)
            one.wait_for("12 tagged")
            choose(one, CLOSE)
            one.wait_for("type 12")
            one.press("Enter", "y", "1", "1", "Enter")
            one.wait_for("That is not how many")
            equal(len(live.rows("established", "dport", str(at))), 12, "nothing was done")
            one.press("1", "2", "Enter")
            one.wait_for("12 closed")


@test("what is pasted confirms nothing")
def _():
    with victim() as held:
        at = held.connects()
        with top(at, "established") as one:
            one.row("ESTAB", f"127.0.0.1:{at} ")
            choose(one, CLOSE)
            paste(one, b"y\ny\r\nyes\n\x1b[201~y\ny")
            one.wait_for("Close 1 socket")
            leave(one)
            paste(one, b"K\ny\nq")
            one.press("/")
            paste(one, b"port\n1")
            one.wait_for("port 1")
            leave(one)
        true(held.is_whole(), "nothing was done")


def paste(one, content):
    """As a terminal does it that was asked to mark what is pasted. Nobody types just behind it."""
    one.tmux("load-buffer", "-", given=content)
    one.tmux("paste-buffer", "-r", "-p", "-t", "main")
    time.sleep(0.5)


@test("without permission the dialog names the capability")
def _():
    live.need_root()
    with victim() as held:
        at = held.connects()
        with top(at, "established", program=AS_NOBODY) as one:
            one.row("ESTAB", f"127.0.0.1:{at} ")
            choose(one, CLOSE)
            one.press("y")
            one.wait_for("not permitted: needs CAP_NET_ADMIN")
        true(held.is_whole(), "nothing happened")


@test("a connection that ends while the dialog is open is gone, whoever has its addresses then")
def _():
    with victim() as held:
        at = held.connects()
        client = held.number("c.getsockname()[1]")
        with top(at, "established", "sport", str(at)) as one:
            one.row("ESTAB", f"127.0.0.1:{at} ")
            choose(one, CLOSE)
            one.wait_for("Close 1 socket")
            held.do(
                "import struct",
                "c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))",
                "c.close(); s.close(); l.close()",
            )
            held.connects(at=at, client=client)
            one.press("y")
            one.wait_for("1 gone")
        true(held.is_whole(), "the later one")


@test("the screen still has no privilege, and what acts is the other process")
def _():
    live.need_root()
    with victim() as held:
        at = held.connects()
        with top(at, "established") as one:
            one.row("ESTAB")
            _collector, drawing = processes_of(one)
            with open(f"/proc/{drawing}/status", encoding="utf-8") as status:
                caps = [line.split()[1] for line in status if line.startswith("CapEff")]
            equal(caps, ["0" * 16], "capabilities of the screen")
            choose(one, CLOSE)
            one.press("y")
            one.wait_for("1 closed")
            true(is_running(drawing), "it goes on")


@test("a recording cannot be acted on, and says so")
def _():
    with sockets.listener() as kept, recordings.new_file() as path:
        live.run("record", "-n", "1", path)
        with screen("top", "--replay", path, "port", str(sockets.port(kept))) as one:
            one.row("LISTEN")
            one.press("F9")
            one.wait_for("nothing can be done to it")


if __name__ == "__main__":
    os.environ.pop("SSH_CONNECTION", None)
    live.main()
