"""The live view as a user has it: a terminal, keys, and what the screen says."""

import contextlib
import ctypes
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import live
from lab import lab, made
from live import equal, test, true, until
from screens import processes_of, screen
from traffic import serving


def is_shown(one, *words):
    return any(all(word in line for word in words) for line in one.lines())


@test("a filter shows a connection as it is made, carries data and closes")
def _():
    with serving("tcp", "1234") as _server, screen("top", "-d", "0.2") as one:
        one.wait_for("LISTEN")
        one.type("/1234")
        one.press("Enter")
        one.row("LISTEN", "127.0.0.1:1234")
        text = one.wait_for("filter: 1234")
        true(re.search(r"1 shown, [\d,]+ hidden", text), f"the hidden count: {text}")
        with socket.create_connection(("127.0.0.1", 1234)) as client:
            local = "127.0.0.1:%d" % client.getsockname()[1]
            row = one.row("ESTAB", local)
            true(row.startswith("+"), f"a new row is marked: {row!r}")
            client.sendall(b"x" * 50000)
            total = 0
            while total < 50000:
                total += len(client.recv(65536))
            one.wait_for(lambda text: re.search(rf"{local}.* [\d.]+K ", text), "a rate")
        one.wait_for(
            lambda text: re.search(rf"TIME-WAIT .*{local}|{local}.*TIME-WAIT|^-.*{local}", text, re.M),
            "the close",
        )  # fmt: skip


@test("the owner of a connection is remembered into TIME-WAIT, and marked so")
def _():
    with serving("tcp", "1234") as _server, screen("top", "-d", "0.2", "1234", width=160) as one:
        one.row("LISTEN")
        client = socket.create_connection(("127.0.0.1", 1234))
        one.row("ESTAB", f"{os.getpid()}/")
        client.close()
        row = one.row("TIME-WAIT")
        true(f"({os.getpid()}/" in row, f"the owner in brackets: {row!r}")


@test("a filter that is wrong says so under the character, and the last good one stays")
def _():
    with serving("tcp", "1234") as _server, screen("top", "-d", "0.2") as one:
        one.wait_for("LISTEN")
        one.type("/sport = :1234")
        one.row("1 shown")
        one.type(" and (")
        text = one.wait_for("^")
        lines = text.split("\n")
        at = next(i for i, line in enumerate(lines) if "sport = :1234 and (" in line)
        true("^" in lines[at + 1], f"a caret below: {lines[at:at + 3]}")
        true(is_shown(one, "1 shown"), "the last good filter")
        one.press("Escape")
        one.wait_for(lambda text: "1 shown" not in text and "sport" not in text, "no filter")


@test("Tab completes the words of a filter, and the arrows bring earlier filters back")
def _():
    with screen("top", "-d", "0.2") as one:
        one.wait_for("RX")
        one.type("/est")
        one.press("Tab")
        one.wait_for(lambda text: re.search("filter: estab", text), "a state")
        one.press("Enter")
        one.type("/")
        one.press("C-u")
        one.press("Up")
        one.wait_for(lambda text: text.count("estab") >= 1, "the filter before")


@test("Enter tells everything about a socket, with whose turn it is")
def _():
    with lab("CLOSE-WAIT") as process:
        made(process)
        with screen("top", "-d", "0.2", "close-wait", width=140, height=50) as one:
            one.row("CLOSE-WAIT")
            one.press("Enter")
            one.wait_for("CLOSE-WAIT: ")
            text = one.wait_for("cookie")
            true("inode" in text and "FIN-WAIT-2" in text, f"both ends: {text}")
            one.press("Escape")
            one.wait_for(lambda text: "cookie" not in text, "the pane is closed")


@test("a full accept queue is called that, with its drops")
def _():
    with lab("full-accept-queue") as process:
        made(process)
        with screen("top", "-d", "0.2", "listen", width=140, height=50) as one:
            one.row("LISTEN")
            one.press("Enter")
            one.wait_for(lambda text: re.search(r"2/1.*full.*dropped", text), "2/1 full, dropped")


@test("rows are sorted by what F6 chooses, and by the neighbour of that column")
def _():
    with serving("tcp", "1234"), serving("tcp", "1233"), screen("top", "-d", "0.2", "listen") as one:
        one.row("127.0.0.1:1234")
        one.press("F6")
        one.wait_for("Sort by")
        one.press("Home")
        one.type("l")
        one.press("Enter")

        def ports():
            return re.findall(r"127\.0\.0\.1:(\d+) ", one.text())

        until(lambda: ports() == ["1233", "1234"], "upwards")
        one.type("R")
        until(lambda: ports() == ["1234", "1233"], "downwards")


@test("a paused view stands still until it goes on")
def _():
    with serving("tcp", "1234") as _server, screen("top", "-d", "0.1", "1234") as one:
        one.row("LISTEN")
        one.type("p")
        one.wait_for("PAUSED")
        with socket.create_connection(("127.0.0.1", 1234)):
            until(lambda: live.rows("established", "sport", "=", "1234"), "the connection")
            true(not is_shown(one, "ESTAB"), "nothing new")
            one.type("p")
            one.row("ESTAB")


@test("what is shown goes to a file, which is never written over")
def _():
    with serving("tcp", "1234") as _server, screen("top", "-d", "0.2", "1234") as one:
        one.row("LISTEN")
        with tempfile.TemporaryDirectory() as directory:
            for answer in ("1 row", "exists"):
                one.type("x")
                one.wait_for("write to")
                one.press("C-u")
                one.type(f"{directory}/out.json")
                one.press("Enter")
                one.wait_for(answer)
            with open(f"{directory}/out.json", "rb") as file:
                answer = live.parse(file.read())
            equal([row["sport"] for row in answer["sockets"]], [1234], "rows")


@test("help lists the keys, and any size of the screen is drawn")
def _():
    with screen("top", "-d", "0.1") as one:
        one.wait_for("RX")
        one.press("F1")
        one.wait_for("everything about the socket")
        one.press("Escape")
        for width, height in ((300, 100), (40, 10), (20, 5), (2, 2), (80, 24)):
            one.resize(width, height)
            until(lambda: one.text().strip() or width < 10, f"{width}x{height}")
        one.wait_for("hidden")
        equal(one.is_dead(), False, "dead")


@test("Ctrl-Z goes back to the shell, and fg comes back to the view")
def _():
    with tempfile.TemporaryDirectory() as directory:
        os.symlink(live.PROGRAM, f"{directory}/socklens")
        path = {"PATH": f"{directory}:{os.environ['PATH']}", "PS1": "shell> "}
        with shell_screen(path) as one:
            one.type("socklens top -d 0.2")
            one.press("Enter")
            one.wait_for("RX")
            one.press("C-z")
            one.wait_for("Stopped")
            one.type("echo in the $((40 + 2)) shell")
            one.press("Enter")
            one.wait_for("in the 42 shell")
            one.type("fg")
            one.press("Enter")
            one.wait_for(lambda text: "RX" in text and "42 shell" not in text, "the view")
            one.type("q")
            one.wait_for("in the 42 shell")


@contextlib.contextmanager
def shell_screen(environment):
    bash = shutil.which("bash")
    with contextlib.ExitStack() as stack:
        program, live.PROGRAM = live.PROGRAM, bash
        try:
            one = stack.enter_context(screen("--norc", "--noprofile", environment=environment))
        finally:
            live.PROGRAM = program
        one.wait_for("shell>")
        yield one


HOSTILE = b"a\x1b[2J\x1b[31m\nb\xe2\x80\xae" + b"c" * 80


@test("hostile names move no cursor and change no colour")
def _():
    PR_SET_NAME = 15

    def work(tell):
        libc = ctypes.CDLL(None)
        libc.prctl(PR_SET_NAME, b"e\x1b[2J\nx\x7f", 0, 0, 0)
        one = socket.socket(socket.AF_UNIX)
        one.bind(b"\0" + HOSTILE)
        one.listen()
        tell("ready")
        return one

    with live.child(work), screen("top", "-d", "0.2", "unix", "listen", width=200) as one:
        text = one.wait_for(r"@a\x1b[2J\x1b[31m\x0ab")
        true(r"\xe2\x80\xae" in text, f"the override is escaped: {text}")
        true("hidden" in text, "the header is there")
        row = next(line for line in one.coloured().split("\n") if r"\x1b[31m\x0ab" in line)
        true("\x1b[31m" not in row.replace(r"\x1b[31m", ""), f"no red: {row!r}")


@test("the screen process has no privilege left")
def _():
    with screen("top", "-d", "0.2") as one:
        one.wait_for("RX")
        _collector, child = processes_of(one)
        with open(f"/proc/{child}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            equal(int(status[name], 16), 0, name)
        equal(status["NoNewPrivs"], "1", "NoNewPrivs")


@test("an ordinary user has the same view, which says whose owners are missing")
def _():
    live.need_root()
    with serving("tcp", "1234") as _server:
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", live.PROGRAM]
        program, live.PROGRAM = live.PROGRAM, shutil.which(words[0])
        try:
            with screen(*words[1:], "top", "-d", "0.2", "1234", environment={"HOME": "/"}) as one:
                one.row("LISTEN")
                one.wait_for(lambda text: re.search(r"owners \d+%.*root", text), "the advice")
        finally:
            live.PROGRAM = program


@test("the view ends when it is told to, and says how")
def _():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        with screen("top", "-d", "0.2") as one:
            one.wait_for("RX")
            _collector, child = processes_of(one)
            os.kill(one.pid(), number)
            until(lambda: not os.path.exists(f"/proc/{child}"), "the screen process ends")
            until(one.is_dead, "the collector ends")


@test("what comes through a pipe is shown, and keys come from the terminal")
def _():
    with tempfile.TemporaryDirectory() as directory, shell_screen({"PS1": "shell> "}) as shell:
        path = f"{directory}/recording"
        live.run("--record", path)
        for number, source in enumerate((f"cat {path}", f"(cat {path}; sleep 60)")):
            top = f"{live.PROGRAM} top --replay -; echo ended $(($? + {number}))"
            shell.type(f"clear; {source} | {{ {top}; }}")
            shell.press("Enter")
            shell.wait_for("PROTO")
            shell.press("F1")
            shell.wait_for("these keys")
            shell.press("Escape")
            shell.wait_for("PROTO")
            shell.type("q")
            shell.wait_for(f"ended {number}")
            shell.press("C-c")


@test("a terminal that is not known is said to be so")
def _():
    done = subprocess.run(
        ["script", "-qec", f"TERM=nonesuch {live.PROGRAM} top", "/dev/null"],
        capture_output=True, timeout=live.LIMIT_SECONDS, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    true(b"nonesuch" in done.stdout and b"TERM" in done.stdout, f"{done.stdout!r}")


if __name__ == "__main__":
    live.main()
