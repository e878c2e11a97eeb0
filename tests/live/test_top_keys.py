"""The keys of the live view, each pressed in a terminal."""

import csv
import io
import json
import os
import re
import socket
import stat
import tempfile

import live
import sockets
from live import equal, test, true, until
from screens import children_of, command, is_running, plain, screen, shell
from traffic import serving

SUMMARY = re.compile(r"(\d+) shown, (\d+) hidden")


def counts(one):
    """(shown, hidden), which is always there."""
    found = SUMMARY.search(one.text())
    return tuple(map(int, found.groups())) if found else None


def ports(one):
    """The local ports in the order of the rows."""
    return [int(port) for port in re.findall(r"^.\S+ .* 127\.0\.0\.1:(\d+) +\S+:\S+ ", one.text(), re.M)]


def listeners(count):
    """Sorted by port."""
    return sorted((sockets.listener() for _ in range(count)), key=sockets.port)


def these(listening):
    return "port " + ",".join(str(sockets.port(one)) for one in listening)


@test("a filter that is wrong says so under the character, and the last good one stays")
def _():
    with serving("tcp", "0") as (_server, port), screen("top", "-d", "0.2") as one:
        one.wait_for("LISTEN")
        one.type(f"/sport = :{port}")
        one.wait_for(" 2 shown")
        one.type(" and (")
        text = one.wait_for("^")
        lines = text.split("\n")
        at = next(i for i, line in enumerate(lines) if line.startswith("filter: sport = "))
        equal(lines[at + 1].index("^"), len(lines[at]), "the caret is behind what was typed")
        true(lines[at + 2], "what is wrong")
        true(one.is_shown(" 2 shown"), "the last good filter")
        one.press("Enter")
        one.wait_for("^")
        one.press("C-h", "C-h", "C-h", "C-h", "C-h", "C-h", "Enter")
        one.like(rf"^ filter: sport = :{port} .* 2 shown")
        one.type("/ and tcp")
        one.press("Escape")
        one.like(rf"^ filter: sport = :{port} ")
        one.press("Escape")
        one.wait_for("no filter")


@test("Tab completes the words of a filter, and the arrows bring earlier filters back")
def _():
    kept = sockets.pair()
    with screen("top", "-d", "0.2") as one:
        one.row("ESTAB")
        for typed, whole in (("stat", "state"), ("process pyth", "process python"), ("estab", "ESTAB")):
            one.type("/")
            one.press("C-u")
            one.type(typed)
            one.press("Tab")
            one.wait_for(f"filter: {whole}")
        one.press("Enter")
        one.like(r"^ filter: ESTAB ")
        one.type("/")
        one.press("C-u")
        one.type("listen")
        one.press("Enter")
        one.like(r"^ filter: listen ")
        one.type("/")
        one.press("Up", "Up")
        one.like(r"^filter: ESTAB$")
        one.press("Down")
        one.like(r"^filter: listen$")
        one.press("Escape")
        true(kept.client, "held until here")


@test("what is typed filters as it is typed, by every kind of word")
def _():
    kept = sockets.pair()
    local = sockets.port(kept.client)
    me = os.getpid()
    words = (f"{local}", f"sport {local}", f"pid {me} and dport {local}", f"established {local}",
             f"127.0.0.1:{local}", f"rtt > 0 and port {local}", f"age < 1h {local}",
             f"process ~ pyth and {local}")  # fmt: skip
    with screen("top", "-d", "0.2") as one:
        one.row(str(local))
        for word in words:
            one.type("/")
            one.press("C-u")
            one.type(word)
            one.wait_for(lambda text: f"filter: {word} " in text, word)
            true(local in ports(one) or one.is_shown(f":{local} "), f"found by {word}")
            one.type(" and port 1")
            one.wait_for(lambda text: " 0 shown" in text and f":{local}  " not in text, "none")
            one.press("Enter")


@test("F3 finds a row, n the next and b the one before, and Escape ends that")
def _():
    listening = listeners(3)
    with screen("top", "-d", "0.2", these(listening), "--sort", "local") as one:
        until(lambda: ports(one) == list(map(sockets.port, listening)), "all three")
        selected = lambda: [line for line in one.coloured() if re.match(r"(\x1b[^m]*m)*\x1b\[[\d;]*46m .*LISTEN", line)]
        where = lambda: re.search(r":(\d+) ", plain(selected()[0]))[1] if selected() else None
        until(lambda: where() == str(sockets.port(listening[0])), "the first is selected")
        one.press("F3")
        one.like("^search:")
        one.type("LISTEN")
        one.press("Enter")
        until(lambda: where() == str(sockets.port(listening[1])), "the second")
        one.type("n")
        until(lambda: where() == str(sockets.port(listening[2])), "the third")
        one.type("b")
        until(lambda: where() == str(sockets.port(listening[1])), "the second again")
        one.press("F3", "C-u")
        one.type("nowhere")
        one.press("Enter")
        one.wait_for("not found")
        one.press("Escape")
        one.type("n")
        one.wait_for("names of hosts")


@test("u shows the sockets of one user only")
def _():
    kept = sockets.listener()
    with screen("top", "-d", "0.2") as one:
        user = one.like(rf"^ \S+ +(\S+) +tcp +LISTEN +127\.0\.0\.1:{sockets.port(kept)} ")[1]
        one.type("u")
        one.wait_for("Sockets of")
        one.type(user[0])
        one.press("Enter")
        one.like(rf"^ filter: user {user} ")
        true(one.is_shown(str(sockets.port(kept))), "its socket")
        one.type("u")
        one.wait_for("everybody")
        one.press("Enter")
        one.wait_for("no filter")


@test("toggles hide and show kinds of sockets, and how many are hidden is always said")
def _():
    kept = sockets.pair(), sockets.datagram(), socket.socketpair()
    with screen("top", "-d", "0.2") as one:
        text = one.wait_for("ESTAB ")
        total = sum(counts(one))
        true("LISTEN " in text and "UNCONN" in text and "u_str" not in text, f"before: {text}")
        rows = lambda: one.text().split("PID/PROCESS")[1]
        for key, said, is_right in (
            ("T", "tcp off", lambda: " tcp " not in rows() and " udp " in rows()),
            ("U", "udp off", lambda: " udp " not in rows()),
            ("X", "unix on", lambda: "u_str" in rows()),
            ("X", "udp off]", lambda: "u_str" not in rows()),
            ("T", "[udp off]", lambda: " tcp " in rows()),
            ("U", "no filter", lambda: " udp " in rows()),
            ("L", "[listening only]", lambda: "LISTEN " in rows() and "ESTAB " not in rows()),
            ("E", "[established only]", lambda: "LISTEN " not in rows() and "ESTAB " in rows()),
            ("E", "no filter", lambda: "LISTEN " in rows() and "ESTAB " in rows()),
        ):
            one.type(key)
            one.wait_for(said)
            until(is_right, f"the rows after {key}")
            until(lambda: abs(sum(counts(one)) - total) <= 8, "all others are hidden")
        true(kept, "held until here")


@test("rows are sorted by what F6 chooses, by the neighbour of that column, and backwards")
def _():
    listening = listeners(3)
    upwards = [sockets.port(one) for one in listening]
    with screen("top", "-d", "0.2", these(listening)) as one:
        until(lambda: len(ports(one)) == 3, "three rows")
        one.press("F6")
        one.wait_for("Sort by")
        one.press("Home", "l", "Enter")
        until(lambda: ports(one) == upwards, "upwards")
        one.type("R")
        until(lambda: ports(one) == upwards[::-1], "downwards")
        for keys, column in (("<", "STATE"), ("<", "PROTO"), (">", "STATE"), (">", "LOCAL"), (">", "PEER")):
            one.type(keys)
            until(lambda: sorted_column(one) == column, f"sorted by {column}")


def sorted_column(one):
    """The word of the heading that is not in its colour."""
    heading = next(line for line in one.coloured() if "PROTO" in plain(line))
    found = re.search(r"\x1b\[(?:[\d;]*;)?46m *([A-Z/-]+)", heading)
    return found and found[1]


@test("a paused view stands still until it goes on")
def _():
    with serving("tcp", "0") as (_server, port), screen("top", "-d", "0.1", str(port)) as one:
        for key in ("p", "Z"):
            one.row("LISTEN")
            one.type(key)
            one.wait_for("PAUSED")
            with socket.create_connection(("127.0.0.1", port)):
                until(lambda: live.rows("established", "sport", "=", str(port)), "the connection")
                one.press("j")
                true(not one.is_shown("ESTAB ", str(port)), "nothing new")
                one.type(key)
                one.row("ESTAB ", str(port))
                true(not one.is_shown("PAUSED"), "it goes on")
            one.wait_for(lambda text: "127.0.0.1:%d " % port in text and "ESTAB " not in text, "closed")


@test("o freezes the order while the values go on")
def _():
    with serving("tcp", "0") as (_server, port), screen("top", "-d", "0.2", f"dport = {port}") as one:
        clients = [socket.create_connection(("127.0.0.1", port)) for _ in range(2)]
        order = [sockets.port(client) for client in clients]
        until(lambda: ports(one) == order, "as they came")
        one.type("o")
        one.wait_for("ORDER FROZEN")
        def is_busy():
            clients[1].sendall(b"x" * 4000)
            left = 4000
            while left > 0:
                left -= len(clients[1].recv(left))
            return re.search(rf":{order[1]} +\S+ +[\d.]+K ", one.text())
        until(is_busy, "a rate")
        equal(ports(one), order, "the order")
        one.type("o")
        until(lambda: is_busy() and ports(one) == order[::-1], "the busy one first")


@test("F says that the selection is followed")
def _():
    with screen("top", "-d", "0.2") as one:
        one.wait_for("RX ")
        one.type("F")
        one.wait_for("FOLLOWING")
        one.type("F")
        one.wait_for(lambda text: "FOLLOWING" not in text, "no longer")


@test("the selection stays with its socket when others come before it")
def _():
    busy = socket.create_server(("127.0.0.1", 0)), socket.create_server(("127.0.0.2", 0))
    with screen("top", "-d", "0.2", "--sort", "local", "listen") as one:
        one.row("127.0.0.2:")
        one.press("G")
        with socket.create_server(("127.0.0.1", 0)) as more:
            one.row(f"127.0.0.1:{sockets.port(more)} ")
            line = next(line for line in one.coloured() if "127.0.0.2:" in line)
            true("46m" in line, f"it is still selected: {line!r}")
            one.press("Enter")
            one.like(rf"^ tcp LISTEN .* 127\.0\.0\.2:{sockets.port(busy[1])}")


@test("d, + and - say how often to look, from 0.1 to 60 seconds")
def _():
    with screen("top", "-d", "1") as one:
        one.wait_for("every 1.0s")
        for keys, shown in (("+", "2.0s"), ("+", "3.0s"), ("-", "2.0s"), ("-", "1.0s"), ("-", "0.5s")):
            one.type(keys)
            one.wait_for(f"every {shown}")
        for typed, shown in (("60", "60.0s"), ("0.25", "0.25s"), ("1.5", "1.5s")):
            one.type("d")
            one.like("^seconds between looks: ")
            one.press("C-u")
            one.type(typed)
            one.press("Enter")
            one.wait_for(f"every {shown}")
        for typed in ("0.01", "61", "-1", "nan", "1e9"):
            one.type("d")
            one.press("C-u")
            one.type(typed)
            one.press("Enter")
            one.wait_for("0.1 to 60 seconds")
            one.wait_for("every 1.5s")
            one.press("g")


@test("N and n show names in the place of numbers, and go back")
def _():
    kept = socket.create_server(("127.0.0.1", 7))
    with screen("top", "-d", "0.2", "port 7", "-4") as one:
        one.row("127.0.0.1:7 ")
        one.type("N")
        one.row("127.0.0.1:echo ")
        one.type("n")
        one.row("localhost:echo ")
        one.type("Nn")
        one.row("127.0.0.1:7 ")
        true(kept, "held until here")


@test("what is shown goes to a file in any format, which is never written over")
def _():
    def rows_of(name, text):
        if name == "json":
            return live.parse(text)["sockets"]
        if name == "ndjson":
            return [json.loads(line) for line in text.splitlines()]
        dialect = {"csv": {}, "tsv": {"delimiter": "\t"}}[name]
        return list(csv.DictReader(io.StringIO(text.decode()), **dialect))

    with serving("tcp", "0") as (_server, port), screen("top", "-d", "0.2", f"port {port}", "-4") as one:
        one.row("LISTEN")
        with tempfile.TemporaryDirectory() as directory:
            for name in ("json", "ndjson", "csv", "tsv", "txt"):
                path = f"{directory}/o.{name}"
                export(one, path)
                one.wait_for("1 socket written to")
                with open(path, "rb") as file:
                    text = file.read()
                equal(stat.S_IMODE(os.stat(path).st_mode), 0o600, "mode")
                if name == "txt":
                    true(text.decode().count("\n") == 2 and f"127.0.0.1:{port} " in text.decode(), f"{text}")
                else:
                    equal([int(row["sport"]) for row in rows_of(name, text)], [port], name)
                export(one, path)
                one.wait_for("File exists")
                with open(path, "rb") as file:
                    equal(file.read(), text, "the file")
            export(one, f"{directory}/none/o.txt")
            one.wait_for("No such file")


def export(one, path):
    one.press("g")
    one.type("x")
    one.wait_for("write to")
    one.press("C-u")
    one.type(path)
    one.press("Enter")


@test("y copies the row that is selected to the clipboard")
def _():
    kept = sockets.listener()
    with screen("top", "-d", "0.2", f"port {sockets.port(kept)}") as one:
        one.row("LISTEN")
        one.type("y")
        one.wait_for("OSC 52")
        copied = until(lambda: one.tmux("show-buffer"), "a buffer")
        words = copied.split()
        true(f"127.0.0.1:{sockets.port(kept)}" in words and "LISTEN" in words, f"{copied!r}")
        true(copied.isprintable() and f"{os.getpid()}/" in copied, f"{copied!r}")


@test("F1, ? and h list every key, and another key goes back")
def _():
    with screen("top", "-d", "0.2", height=100) as one:
        one.wait_for("RX ")
        for key in ("F1", "?", "h"):
            one.press(key)
            for words in ("everything about the socket", "draw the screen anew", "Ctrl-Z", "F4 / ",
                          "who held it before its close"):
                one.wait_for(words)
            one.press("q")
            one.wait_for("RX ")


@test("help scrolls where it does not fit")
def _():
    with screen("top", "-d", "0.2", width=80, height=24) as one:
        one.wait_for("RX ")
        one.press("F1")
        one.wait_for("draw the screen anew")
        true(not one.is_shown("at least so old"), "the marks are further down")
        one.press(*["NPage"] * 6)
        one.wait_for("at least so old")


@test("columns that do not fit are reached by scrolling, and no address is cut")
def _():
    kept = sockets.listener()
    local = "127.0.0.1:%d" % sockets.port(kept)
    with screen("top", "-d", "0.2", f"port {sockets.port(kept)}", width=80, height=24) as one:
        one.row(local, "LISTEN")
        true(one.is_shown(local + " ", "0.0.0.0:*"), "whole")
        one.press("Right")
        one.wait_for(lambda text: "PID/PROCESS " not in text, "moved")
        true(not one.is_shown(local[4:]) or one.is_shown(local), "whole or not there")
        for _ in range(8):
            one.press("Left")
        one.wait_for("PID/PROCESS ")


@test("q, F10 and Ctrl-C end both processes with status 0")
def _():
    with shell() as one:
        for key in ("q", "F10", "C-c"):
            command(one, "clear; socklens top -d 0.2; echo status $?")
            one.wait_for("RX ")
            job = until(lambda: children_of(one.pid()), "the job")[0]
            pids = job, until(lambda: children_of(job), "the screen process")[0]
            one.press(key)
            one.like("^status 0$")
            until(lambda: not any(map(is_running, pids)), "the end of both")


if __name__ == "__main__":
    live.main()
