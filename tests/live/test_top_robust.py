"""The live view when things go wrong: shells, signals, terminals, hostile names, failing probes."""

import contextlib
import ctypes
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import tempfile

import live
import sockets
from live import equal, test, true, until
from screens import (
    AS_NOBODY, RED, children_of, colours, command, is_running, plain, processes_of, screen, shell,
)  # fmt: skip



def settings(one):
    """What the shell says of its terminal, before or after."""
    command(one, "clear; stty -a; echo $((40 + 2)) lines")
    text = one.wait_for("42 lines")
    return re.sub(r"columns \d+", "", text[text.index("speed") : text.index("42 lines")])


def check_restored(one, before):
    one.like("^shell>")
    equal(one.ask("alternate_on"), "0", "the alternate screen")
    equal(one.ask("cursor_flag"), "1", "the cursor is shown")
    equal(settings(one), before, "settings of the terminal")


@test("Ctrl-Z goes back to the shell, and fg comes back to the view, time and again")
def _():
    with shell() as one:
        before = settings(one)
        command(one, "socklens top -d 0.2")
        for turn in range(3):
            one.wait_for("RX ")
            one.press("C-z")
            one.wait_for("Stopped")
            check_restored(one, before)
            command(one, f"echo in the $((40 + {turn})) shell")
            one.wait_for(f"in the {40 + turn} shell")
            one.resize(120 - turn, 30)
            command(one, "fg")
            one.wait_for(lambda text: "RX " in text and "shell" not in text, "the view")
        one.type("q")
        check_restored(one, before)


@test("whatever ends it, the terminal is the shell's again, as it was")
def _():
    with shell() as one:
        before = settings(one)
        for name, to, said in (
            ("TERM", "job", "Terminated"), ("HUP", "job", "Hangup"), ("INT", "job", ""),
            ("KILL", "job", ""), ("SEGV", "job", ""),
            ("TERM", "screen", ""), ("HUP", "screen", ""), ("KILL", "screen", "ended by signal 9"),
            ("SEGV", "screen", "ended by signal 11"),
        ):  # fmt: skip
            command(one, "clear; ulimit -c 0; socklens top -d 0.2")
            one.wait_for("RX ")
            job = until(lambda: children_of(one.pid()), "the job")[0]
            child = until(lambda: children_of(job), "the screen process")[0]
            os.kill(job if to == "job" else child, getattr(signal, "SIG" + name))
            until(lambda: not is_running(job) and not is_running(child), f"both end by SIG{name}")
            one.wait_for(said)
            one.press("Enter")  # the shell may have been too early with its prompt
            check_restored(one, before)


@test("what comes through a pipe is shown, and keys come from the terminal")
def _():
    with tempfile.TemporaryDirectory() as directory, shell() as one:
        path = f"{directory}/recording"
        live.run("--record", path)
        for number, source in enumerate((f"cat {path}", f"(cat {path}; sleep 9)")):
            top = f"socklens top --replay -; echo ended $(($? + {number}))"
            command(one, f"clear; {source} | {{ {top}; }}")
            one.wait_for("PROTO")
            one.press("F1")
            one.wait_for("these keys")
            one.press("Escape")
            one.wait_for("PROTO")
            one.type("q")
            one.wait_for(f"ended {number}")


@test("a terminal that goes away takes both processes along")
def _():
    with screen("top", "-d", "60") as one:
        one.wait_for("RX ")
        pids = processes_of(one)
        one.tmux("kill-pane", "-t", "main")
        until(lambda: not any(map(is_running, pids)), "the end of both")


@test("any size of the screen is drawn, down to one character, also in quick succession")
def _():
    kept = sockets.listener()
    numbers = random.Random(6)
    with screen("top", "-d", "0.1", "listen") as one:
        one.row("LISTEN")
        one.press("Enter")
        for width, height in ((300, 100), (40, 10), (20, 5), (5, 3), (2, 2), (1, 1), (80, 24)):
            one.resize(width, height)
            until(lambda: one.text().strip(), f"something at {width}x{height}")
            equal(one.is_dead(), False, f"dead at {width}x{height}")
        for _turn in range(30):
            one.resize(numbers.randint(1, 250), numbers.randint(1, 80))
            one.press(numbers.choice(["j", "k", "F6", "Escape", "Enter", "/", "F1", "Right"]))
        one.resize(120, 40)
        one.press("Escape", "Escape", "Escape", "Escape")
        one.wait_for(lambda text: "RX " in text and "F10Quit" in text, "the table")
        one.row("LISTEN", str(sockets.port(kept)))
        equal(one.is_dead(), False, "dead")


@test("a kernel without sock_diag is said in the header, and rows come from /proc/net")
def _():
    shim = os.environ.get("SHIM_NO_SOCK_DIAG")
    if not shim or live.SANITIZED:
        raise live.Skip("nothing to preload")
    kept = sockets.listener()
    env = {"LD_PRELOAD": os.path.abspath(shim)}
    with screen("top", "-d", "0.2", "listen", env=env) as one:
        one.row("LISTEN", "127.0.0.1:%d" % sockets.port(kept))
        one.like(r"^ ! .*/proc/net, no sock_diag")


HOSTILE = b"\x1b[2J\x1b[31m\nx\x7f\xe2\x80\xae\xff"
SAFE = r"\x1b[2J\x1b[31m\x0ax\x7f\xe2\x80\xae\xff"


def hostile(tell):
    """A program with such a name, in a thread with one, and with a UNIX socket that has one."""
    PR_SET_NAME = 15
    with tempfile.TemporaryDirectory() as directory:
        path = os.fsencode(directory) + b"/" + HOSTILE
        shutil.copy("/bin/cat", path)
        one = socket.socket(socket.AF_UNIX)
        one.bind(b"\0" + HOSTILE)
        one.listen()
        two = socket.create_server(("127.0.0.1", 0))
        keeps = (one.fileno(), two.fileno())
        process = subprocess.Popen([path], stdin=subprocess.PIPE, pass_fds=keeps)
        until(lambda: os.readlink(f"/proc/{process.pid}/exe") != os.readlink("/proc/self/exe"), "it")
        ctypes.CDLL(None).prctl(PR_SET_NAME, HOSTILE[:15], 0, 0, 0)
        tell(f"{two.getsockname()[1]} {process.pid}")
        one.close()
        two.close()
        return process


@test("hostile names of programs, threads and sockets move no cursor and change no colour")
def _():
    with live.child(hostile) as (_pid, message):
        port, _holder = message.split()
        try:
            with screen("top", "-x", "-t", "-d", "0.2", "listen", width=200, height=50) as one:
                one.row("tcp", "LISTEN", f":{port} ", SAFE[:8])
                one.row("u_str", "LISTEN", SAFE[-20:])
                check_place(one)
                for column in (port, SAFE[-20:]):
                    select(one, column)
                    one.press("Enter")
                    one.wait_for("fd ")
                    text = one.wait_for(SAFE)
                    true("\u202e" not in text, "the override")
                    check_place(one)
                    one.press("Escape")
                one.type("y")
                copied = until(lambda: one.tmux("show-buffer"), "a buffer")
                true(copied.isprintable() and "\u202e" not in copied, f"copied {copied!r}")
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(_holder), signal.SIGKILL)


def select(one, words):
    """Move down to the row that has them."""
    one.press("g")
    for _ in range(20):
        chosen = [line for line in one.coloured() if 46 in colours(line) and words in plain(line)]
        if chosen:
            return
        one.press("j")
    raise AssertionError(f"no row {words}: {one.text()}")


def check_place(one):
    """The header is where it was, and so is the bar; nothing is red but what we made so."""
    lines = one.lines()
    true(lines[0].startswith(" socklens"), f"first line {lines[0]!r}")
    true(lines[4].startswith(" PID/PROCESS"), f"heading {lines[4]!r}")
    true(lines[49].startswith("F1Help"), f"last line {lines[49]!r}")
    for line in one.coloured():
        if SAFE[:8] in plain(line) or SAFE[-8:] in plain(line):
            true(RED not in colours(line), f"no red: {line!r}")


@test("a UNIX socket with the longest name there is takes its place only")
def _():
    name = b"\0/" + b"d\x1b/" * 35
    one_socket = socket.socket(socket.AF_UNIX)
    one_socket.bind(name[:108])
    one_socket.listen()
    with screen("top", "-x", "-d", "0.2", "listen", width=80, height=24) as one:
        one.row("u_str", "LISTEN", r"d\x1b/d")
        lines = one.lines()
        true(lines[0].startswith(" socklens") and lines[23].startswith("F1Help"), f"{lines}")
        select(one, r"d\x1b/d")
        one.press("Enter")
        one.wait_for(r"@/d\x1b/d\x1b/d\x1b/d")
        one_socket.close()


@test("what is pasted at a prompt is text, whatever is in it")
def _():
    with screen("top", "-d", "0.2") as one:
        one.wait_for("RX ")
        one.type("/")
        one.paste(b"a\xe2\x80\xaeb\xff\x07" + "é漢".encode() + b"\x80" * 3 + b"'" + b"/x" * 2000)
        text = one.wait_for("/x/x/x/x")
        lines = text.split("\n")
        true(lines[0].startswith(" socklens"), f"first line {lines[0]!r}")
        true("\u202e" not in text, "the override")
        one.press("C-u")
        one.paste("port 1234 é漢".encode())
        one.wait_for("filter: port 1234 é漢")
        one.paste(b"\x1b[31mq")
        one.like(r"^filter: port 1234 é漢q")
        one.press("Escape")
        one.wait_for("no filter")
        equal(one.is_dead(), False, "dead")


@test("the screen process has no privilege left")
def _():
    with screen("top", "-d", "0.2") as one:
        one.wait_for("RX ")
        _collector, child = processes_of(one)
        with open(f"/proc/{child}/status", encoding="ascii") as file:
            status = dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)
        for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
            equal(int(status[name], 16), 0, name)
        equal(status["NoNewPrivs"], "1", "NoNewPrivs")


@test("an ordinary user has the same view, which says whose owners are missing")
def _():
    live.need_root()
    kept = sockets.listener()
    with screen("top", "-d", "0.2", "listen", program=AS_NOBODY, env={"HOME": "/"}) as one:
        one.like(rf"^ \? +\S+ +tcp +LISTEN +127\.0\.0\.1:{sockets.port(kept)} ")
        one.like(r"owners \d+% \(others' need root\)")


@test("NO_COLOR is heeded, and marks say what colours would")
def _():
    kept = sockets.listener()
    with screen("top", "-d", "0.5", f"port {sockets.port(kept)}", env={"NO_COLOR": "1"}) as one:
        one.row("LISTEN")
        with socket.create_connection(kept.getsockname()):
            one.like(r"^\+.* ESTAB ")
            seen = set().union(*map(colours, one.coloured()))
            default = {39, 49}
            chosen = {number for number in seen if 30 <= number < 110}
            equal(chosen - default, set(), f"colours in {seen}")
            true({1, 7} <= seen, f"bold and reverse in {seen}")


@test("terminals of any kind show the same, with the colours that they have")
def _():
    kept = sockets.listener()
    for term, has_colours in (
        ("xterm-256color", True), ("tmux-256color", True), ("screen", True), ("linux", True),
        ("vt100", False),
    ):  # fmt: skip
        if subprocess.run(["infocmp", term], capture_output=True).returncode != 0:
            continue
        with screen("top", "-d", "0.2", f"port {sockets.port(kept)}", env={"TERM": term}) as one:
            one.row("LISTEN", "127.0.0.1:%d" % sockets.port(kept))
            seen = set().union(*map(colours, one.coloured()))
            equal(any(30 <= n <= 48 and n != 39 for n in seen), has_colours, f"{seen} of {term}")
            lines = one.lines()
            true(lines[0].startswith(" socklens") and "F10Quit" in lines[29], f"{term}: {lines}")
            one.press("Down", "Up", "End", "Home", "Enter")
            one.wait_for("LISTEN: ")
            one.press("Escape")
            one.wait_for(lambda text: "LISTEN: " not in text, f"closed in {term}")
            pids = processes_of(one)
            one.press("F10")
            until(lambda: not any(map(is_running, pids)), f"F10 in {term}")


@test("a terminal that cannot do it, or is not known, is said to be so")
def _():
    with shell() as one:
        for term, said in (
            ("dumb", "cannot move the cursor"), ("nonesuch", "is not known"), ("", "is not known"),
        ):  # fmt: skip
            command(one, f"TERM='{term}' socklens top; echo status $?")
            one.like(rf"the terminal type '{term}' {said}.*\nstatus 2$")


@test("without UTF-8 everything is ASCII")
def _():
    kept = sockets.listener()
    with live.child(hostile) as (_pid, message):
        with screen("top", "-t", "-x", "-d", "0.2", "listen", env={"LC_ALL": "C"}, height=40) as one:
            one.row("LISTEN", "127.0.0.1:%d" % sockets.port(kept))
            one.press("Enter")
            text = one.wait_for("accept queue")
            true(text.isascii(), f"ASCII: {text}")
        os.kill(int(message.split()[1]), signal.SIGKILL)


@test("keys do not wait for a look that takes long")
def _():
    with screen("top", "-d", "0.1") as one:
        one.wait_for("RX ")
        collector, child = processes_of(one)
        os.kill(collector, signal.SIGSTOP)
        one.press("F1")
        one.wait_for("everything about the socket")
        one.press("Escape")
        one.wait_for("RX ")
        os.kill(collector, signal.SIGCONT)
        one.type("q")
        until(lambda: not is_running(collector) and not is_running(child), "the end of both")


@test("who was started by somebody that ignores the end of its children ends all the same")
def _():
    with screen("top", "-d", "60", program=["env", "--ignore-signal=CHLD", live.PROGRAM]) as one:
        one.wait_for("PROTO")
        one.type("q")
        until(one.is_dead, "the end")
        equal(one.status(), 0, "status")


if __name__ == "__main__":
    live.main()
