"""The lab: every condition is there as ss sees it, every command shows it, and nothing is left."""

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import tempfile

import live
from lab import CONDITIONS, MATCHED, PARTIAL, USAGE, lab, made, nothing_left, ss, states
from live import equal, test, true, until
from traffic import running


def shell(command):
    """What a reader of the lab's output would do."""
    with tempfile.TemporaryDirectory() as directory:
        os.symlink(live.PROGRAM, f"{directory}/socklens")
        done = subprocess.run(
            command, shell=True, capture_output=True, text=True, timeout=live.LIMIT_SECONDS,
            env=os.environ | {"PATH": f"{directory}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
    equal((done.returncode, done.stderr), (0, ""), command)
    return [line for line in done.stdout.splitlines() if not line.startswith(("\t", " \t"))]


# What it makes.


@test("every condition of the lab is known to this test")
def _():
    _status, out, _err = live.run("lab", "list", "--json")
    listed = [json.loads(line) for line in out.splitlines()]
    equal([row["condition"] for row in listed], list(CONDITIONS), "conditions")
    true(all(row["meaning"] and row["turn"] and row["done"] for row in listed), "sentences")


@test("each condition is there as ss sees it, alone in its namespace, and gone afterwards")
def _():
    for name, (kind, expected, pattern) in CONDITIONS.items():
        with lab(name) as process:
            made(process)
            if expected is not None:
                equal(states(kind), expected, name)
            if pattern:
                until(lambda: [one for one in ss(kind) if re.search(pattern, one)], name)


@test("a bound port is taken, though ss does not show it")
def _():
    with lab("bound-inactive") as process:
        local = made(process)["targets"][0]["sockets"][0]["local"]
        host, port = local.rsplit(":", 1)
        with socket.socket() as other:
            try:
                other.bind((host, int(port)))
            except OSError as error:
                equal(error.strerror, "Address already in use", "bind")
                return
        raise AssertionError(f"{local} is free")


@test("churn goes on, and so does the slow reader")
def _():
    with lab("churn", "slow-reader") as process:
        made(process)
        made(process)
        before = states("t")["TIME-WAIT"]
        until(lambda: states("t")["TIME-WAIT"] > before + 20, "more TIME-WAIT")

        def received():
            found = (re.search(r"bytes_received:(\d+)", one) for one in ss("t"))
            return max((int(one[1]) for one in found if one), default=0)

        start = received()
        until(lambda: received() > start, "more bytes")


@test("all at once: each command that it prints shows these sockets and no others, in ss too")
def _():
    with lab("all") as process:
        events = [made(process) for _ in CONDITIONS]
        equal([one["condition"] for one in events], list(CONDITIONS), "conditions")
        targets = [one for event in events for one in event["targets"]]
        for target in targets:
            shown_by_socklens(target)
            if "ss" in target:
                shown_by_ss(target)


def shown_by_socklens(target):
    # The header is one line more; with -i and the like the details stand in the same line.
    lines = shell(target["command"])
    shows(target, lines[1:])


def shown_by_ss(target):
    lines = shell(target["ss"])
    shows(target, lines if lines[0].startswith("u_str") else lines[1:])


def shows(target, lines):
    rises = target["expected"].startswith("rising")
    count = len(target["sockets"])
    # ss has no filter for one end of a pair, so grep finds both.
    count += lines[0].startswith("u_str") and "users:" in lines[0]
    true(len(lines) == count or (rises and len(lines) > count), f"{target['filter']}: {lines}")
    if target["filter"].startswith("unix"):
        inode = target["filter"].rsplit(" ", 1)[1]
        true(all(re.search(rf"\b{inode}\b", line) for line in lines), lines)
        return
    words = {tuple(word for word in line.split() if ":" in word)[:2] for line in lines}
    for one in target["sockets"]:
        true((one["local"], one["peer"]) in words, f"{one} is not in {words}")


# What it says.


@test("a learner is told what was done, whose turn it is, where to look and how")
def _():
    with running("lab", "close_wait", "--hold", "0") as process:
        equal(process.line(), "CLOSE-WAIT: the peer has closed, and this side has not", "first")
        process.wait_for("^  what was done: a client shuts down sending")
        process.wait_for("^  whose turn:    The program that holds the socket must close it")
        process.wait_for("^  look at the server's end")
        found = process.wait_for(r"^ +CLOSE-WAIT  (127.0.0.1:\d+)  (127.0.0.1:\d+)$")
        equal([line.split()[:5] for line in ss("t") if line.startswith("CLOSE-WAIT")],
              [["CLOSE-WAIT", "1", "0", found[1], found[2]]], "as ss sees it")  # fmt: skip
        command = process.wait_for("^ +(socklens .*)$")[1]
        equal(command, f"socklens tcp and close-wait and src {found[1]} and dst {found[2]}", "how")
        process.wait_for("^ +ss -tnp state close-wait src ")
        process.wait_for("^holding until Ctrl-C$")
        status, out, err = process.stop()
        equal((status, err), (0, ""), "end")
        true(re.fullmatch(r"1 of 1 made and held for [\d.]+[mu]?s; all closed\n", out), out)
    nothing_left()


@test("it holds as long as it was told to, and --quiet says nothing")
def _():
    status, out, err = live.run("lab", "estab", "--hold", "100ms", "--quiet")
    equal((status, out, err), (0, b"", b""), "quiet")
    status, out, _err = live.run("lab", "estab", "--hold", "100ms")
    equal(status, 0, "status")
    end = rb"Ctrl-C ends it\n1 of 1 made and held for ([1-9]00ms|[\d.]+s); all closed\n$"
    true(re.search(rb"^holding for 100ms; " + end, out, re.M), out)
    status, out, _err = live.run("lab", "estab", "--hold", "1ms")
    true(re.search(rb"made and held for [1-9][\d.]*m?s; all closed\n", out), out)
    nothing_left()


@test("lab list and lab --help fit a screen")
def _():
    for words in (("list",), ("--help",)):
        status, out, err = live.run("lab", *words)
        equal((status, err), (0, b""), "status")
        lines = out.decode().splitlines()
        true(len(lines) <= 40 and all(len(line) <= 100 for line in lines), out)


# What goes wrong.


@test("unknown states are one line, with what may have been meant")
def _():
    cases = {
        ("time-wiat",): "unknown state 'time-wiat'; did you mean TIME-WAIT?",
        ("estab", "xyzzy"): "unknown state 'xyzzy'; see 'socklens lab list'",
        (): "lab: name a state, as in 'lab close-wait'; see 'lab list'",
        ("\x1b[2J",): r"unknown state '\x1b[2J'; see 'socklens lab list'",
    }
    for words, sentence in cases.items():
        status, out, err = live.run("lab", *words)
        equal((status, out, err.decode()), (USAGE, b"", f"socklens: {sentence}\n"), words)


@test("--port is that of the first listener, further ones take the next; if it is taken, by whom")
def _():
    with lab("listen", "unix-stuck", "udp", "estab", "--port", "1234") as process:
        events = [made(process) for _ in range(4)]
        locals_ = [event["targets"][0]["sockets"][0]["local"] for event in events]
        equal((locals_[0], locals_[2]), ("127.0.0.1:1234", "127.0.0.1:1235"), "first two")
        ends = {one[end] for one in events[3]["targets"][0]["sockets"] for end in ("local", "peer")}
        true("127.0.0.1:1236" in ends, ends)
    for kind, name in ((socket.SOCK_STREAM, "listen"), (socket.SOCK_DGRAM, "udp")):
        with socket.socket(socket.AF_INET, kind) as holder:
            holder.bind(("127.0.0.1", 1234))
            if kind == socket.SOCK_STREAM:
                holder.listen()
            status, out, err = live.run("lab", name, "--port", "1234")
            equal((status, out), (PARTIAL, b""), "status")
            true(
                re.fullmatch(
                    r"socklens: [A-Z-]+: (tcp|udp) 127\.0\.0\.1:1234 is in use by "
                    rf"{os.getpid()}/python3\S*; end that, or choose another\n",
                    err.decode(),
                ),
                err,
            )


def descendants(pid):
    """The processes that `pid` started."""
    children = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()
            if int(stat[1]) == pid:
                children.append(int(name))
    return children


def namespace(pid):
    return os.readlink(f"/proc/{pid}/ns/net")


@test("Ctrl-C and SIGTERM leave no process, no socket and so no namespace")
def _():
    for number in (signal.SIGINT, signal.SIGTERM):
        with running("lab", "all", "--hold", "0") as process:
            process.wait_for("^holding until Ctrl-C$")
            children = descendants(process.process.pid)
            equal(len(children), 3, "the processes that share a socket, and the namespace's")
            equal(len({namespace(pid) for pid in children}), 2, "namespaces")
            status, out, err = process.stop(number)
            equal((status, err), (0, ""), "end")
            true(f"{len(CONDITIONS)} of {len(CONDITIONS)} made and held for " in out, out[-200:])
            equal((ss("t"), ss("u"), ss("M")), ([], [], []), "sockets")
            equal([pid for pid in children if os.path.exists(f"/proc/{pid}")], [], "processes")


@test("not even SIGKILL leaves a process")
def _():
    with running("lab", "shared", "namespace", "--hold", "0") as process:
        process.wait_for("^holding until Ctrl-C$")
        children = descendants(process.process.pid)
        equal(len(children), 3, "processes")
        equal(process.stop(signal.SIGKILL)[0], -signal.SIGKILL, "status")
        for pid in children:
            until(lambda pid=pid: not os.path.exists(f"/proc/{pid}"), f"the end of {pid}")
    nothing_left()


@test("Ctrl-C while it still makes ends it at once, and it blames nobody")
def _():
    for words in (("all", "--hold", "0"), ("--verify", "all")):
        with running("lab", *words) as process:
            process.line()
            children = descendants(process.process.pid)
            _status, out, err = process.stop()
            equal(err, "", "stderr")
            true(" fail " not in out and "not as it should be" not in out, out)
            true(not [pid for pid in children if os.path.exists(f"/proc/{pid}")], "processes")
        nothing_left()


@test("on a machine without loopback it says what is wrong")
def _():
    done = subprocess.run(
        ["unshare", "-n", live.PROGRAM, "lab", "estab"], capture_output=True, text=True,
        timeout=live.LIMIT_SECONDS, env=os.environ | {"LC_ALL": "C.UTF-8"},
    )  # fmt: skip
    equal((done.returncode, done.stdout), (PARTIAL, ""), "status")
    equal(done.stderr, "socklens: ESTAB: connect: Network is unreachable\n", "stderr")


@test("a reader of its output that has left ends it quietly")
def _():
    with running("lab", "all", "--hold", "0") as process:
        process.line()
        process.process.stdout.close()
        equal(process.process.wait(live.LIMIT_SECONDS) in (MATCHED, PARTIAL), True, "status")
        equal(process.process.stderr.read(), b"", "stderr")
    nothing_left()


live.main()
