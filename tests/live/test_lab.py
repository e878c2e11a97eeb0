"""The lab: every condition is there as ss sees it, every command shows it, and nothing is left."""

import collections
import contextlib
import json
import os
import re
import resource
import shutil
import signal
import socket
import subprocess
import tempfile

import live
from live import equal, test, true, until
from traffic import running

MATCHED, NO_MATCH, USAGE, PARTIAL = 0, 1, 2, 3

# What must be in the namespace besides nothing: states by `ss -tan` or `ss -uan`, and what one of
# the lines of `ss -O` with everything must read like. Written from ss(8), not from the program.
CONDITIONS = {
    "LISTEN": ("t", {"LISTEN": 1}, r"^LISTEN +0 +5 "),
    "SYN-SENT": ("t", {"LISTEN": 1, "ESTAB": 4, "SYN-SENT": 3}, r"^SYN-SENT 0 +1 .*timer:\(on,"),
    "SYN-RECV": ("t", {"LISTEN": 1, "ESTAB": 1, "SYN-RECV": 1}, r"^SYN-RECV .*timer:\(on,.*ino:0 "),
    "ESTAB": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +0 "),
    "FIN-WAIT-1": (
        "t",
        {"LISTEN": 1, "ESTAB": 1, "FIN-WAIT-1": 1},
        r"^FIN-WAIT-1 0 +[1-9]\d+ .*users:.*timer:\(persist,",
    ),
    "FIN-WAIT-2": ("t", {"LISTEN": 1, "FIN-WAIT-2": 1, "CLOSE-WAIT": 1}, r"^FIN-WAIT-2 .*users:"),
    "CLOSE-WAIT": ("t", {"LISTEN": 1, "FIN-WAIT-2": 1, "CLOSE-WAIT": 1}, r"^CLOSE-WAIT 1 +0 "),
    "CLOSING": (
        "t",
        {"LISTEN": 1, "FIN-WAIT-2": 1, "CLOSING": 1},
        r"^CLOSING +\d+ +[1-9]\d+ .*timer:\(persist,",
    ),
    "LAST-ACK": (
        "t",
        {"LISTEN": 1, "FIN-WAIT-2": 1, "LAST-ACK": 1},
        r"^LAST-ACK +1 +[1-9]\d+ .*timer:\(persist,",
    ),
    "TIME-WAIT": ("t", {"LISTEN": 1, "TIME-WAIT": 1}, r"^TIME-WAIT .*timer:\(timewait,.*ino:0 "),
    "BOUND-INACTIVE": ("t", {}, None),
    "UDP-UNCONNECTED": ("u", {"UNCONN": 1}, r"^UNCONN 0 +0 "),
    "UDP-CONNECTED": ("u", {"UNCONN": 1, "ESTAB": 1}, r"^ESTAB +0 +0 "),
    "full-accept-queue": (
        "t",
        {"LISTEN": 1, "ESTAB": 4, "SYN-SENT": 3},
        r"^LISTEN +2 +1 .*skmem:\(.*d[1-9]\d*\)",
    ),
    "zero-window": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +[1-9]\d+ .*timer:\(persist,"),
    "slow-reader": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +[1-9]\d+ .*rwnd_limited:"),
    "close-wait-leak": (
        "t",
        {"LISTEN": 1, "CLOSE-WAIT": 10, "FIN-WAIT-2": 10},
        r"^FIN-WAIT-2 .*timer:\(timewait,.*ino:0 ",
    ),
    "orphan": (
        "t",
        {"LISTEN": 1, "ESTAB": 1, "FIN-WAIT-1": 1},
        r"^FIN-WAIT-1 0 +[1-9]\d+ .*timer:\(persist,.*ino:0 ",
    ),
    "keepalive": ("t", {"LISTEN": 1, "ESTAB": 2}, r"^ESTAB +0 +0 .*timer:\(keepalive,"),
    "retransmitting": (
        "t",
        {"LISTEN": 1, "ESTAB": 2},
        r"^ESTAB +0 +17 .*timer:\(on,[^)]*,[1-9]\d*\).*retrans:1/[1-9]",
    ),
    "udp-drops": ("u", {"UNCONN": 1, "ESTAB": 1}, r"^UNCONN [1-9]\d+ .*skmem:\(.*d[1-9]\d*\)"),
    "time-wait-storm": ("t", {"LISTEN": 1, "TIME-WAIT": 200}, r"^TIME-WAIT .*timer:\(timewait,"),
    "churn": ("t", None, r"^TIME-WAIT .*timer:\(timewait,"),
    "idle": ("t", None, r"^ESTAB +0 +0 "),
    "unix-stuck": ("x", None, r"^u_str ESTAB 0 +[1-9]\d+ "),
    "shared": ("t", {"LISTEN": 1}, r"^LISTEN .*users:\(\((.*pid=.*){3}\)"),
    "namespace": ("t", {}, None),
    "mptcp": ("M", {"LISTEN": 1, "ESTAB": 2}, None),
}


def ss(kind):
    """The sockets that ss sees: [(state, line)]."""
    flags = {"t": "-HOtanpoeim", "u": "-HOuanpoem", "x": "-HOxap", "M": "-HOMan"}[kind]
    done = subprocess.run(["ss", flags], capture_output=True, text=True, check=True)
    return [line.rstrip() for line in done.stdout.splitlines()]


def states(kind):
    return collections.Counter(line.split()[0] for line in ss(kind))


def nothing_left():
    """No socket over IP in the namespace; who was killed may take a moment."""
    until(lambda: not ss("t") and not ss("u") and not ss("M"), "an empty namespace")


@contextlib.contextmanager
def lab(*words, **options):
    """The lab while it holds what was asked for: (it, its events)."""
    with running("lab", *words, "--json", "--hold", "0", **options) as process:
        yield process
        status, _out, err = process.stop()
        equal((status, err), (MATCHED, ""), "end")
    nothing_left()


def made(process):
    event = process.event("made")
    equal((event["outcome"], event.get("reason")), ("made", None), event["condition"])
    for target in event["targets"]:
        true(target["fits"], f"{event['condition']}: {target}")
        true(target["sockets"], f"{event['condition']}: no sockets")
    return event


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


@test("an ordinary user can have all of it")
def _():
    live.need_root()
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        folder = os.path.dirname(live.PROGRAM)
        for program in ("socklens", "socklens-traffic"):
            shutil.copy(f"{folder}/{program}", directory)
        done = subprocess.run(
            ["setpriv", "--reuid", "nobody", "--regid", "nogroup", "--clear-groups",
             f"{directory}/socklens", "lab", "--verify", "--json"],
            capture_output=True, text=True, timeout=live.LIMIT_SECONDS, cwd="/",
        )  # fmt: skip
    equal((done.returncode, done.stderr), (MATCHED, ""), done.stdout)
    verdicts = [json.loads(line) for line in done.stdout.splitlines()]
    results = {one["condition"]: one.get("reason", one["result"]) for one in verdicts[:-1]}
    expected = dict.fromkeys(CONDITIONS, "pass") | {"namespace": "needs root"}
    equal(results, expected, "results")
    nothing_left()


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
        process.wait_for("^held until Ctrl-C$")
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
    true(b"held for 100ms; Ctrl-C ends it\n1 of 1 made and held for 100ms" in out, out)
    nothing_left()


@test("lab list and lab --help fit a screen")
def _():
    for words in (("list",), ("--help",)):
        status, out, err = live.run("lab", *words)
        equal((status, err), (0, b""), "status")
        lines = out.decode().splitlines()
        true(len(lines) <= 40 and all(len(line) <= 100 for line in lines), out)


# --verify.


@test("--verify passes for every condition here, with what was seen")
def _():
    status, out, err = live.run("lab", "--verify", "all")
    equal((status, err), (MATCHED, b""), out.decode())
    lines = out.decode().splitlines()
    true(re.fullmatch("CONDITION +RESULT +EXPECTED +SEEN", lines[0]), lines[0])
    equal(lines[-1], f"{len(CONDITIONS)} pass, 0 fail, 0 skipped, 0 error", "last line")
    true(all(" pass " in line for line in lines[1:-1]), lines)
    window = next(line for line in lines if line.startswith("zero-window"))
    true("snd_wnd=0 sendq>0 " in window and re.search(r"snd_wnd=0 sendq=[1-9]", window), window)
    nothing_left()


@contextlib.contextmanager
def setting(name, value):
    """A sysctl of this network namespace."""
    live.need_root()
    path = f"/proc/sys/net/{name}"
    if not os.path.exists(path):
        raise live.Skip(f"no {path}")
    before = open(path).read()
    open(path, "w").write(value)
    try:
        yield
    finally:
        open(path, "w").write(before)


def verdict(*words):
    status, out, err = live.run("lab", "--verify", "--json", *words)
    equal(err, b"", "stderr")
    return status, json.loads(out.splitlines()[0])


@test("--verify fails where the kernel does otherwise, and says what it saw")
def _():
    verify = ("lab", "--verify", "--json")
    with setting("ipv4/tcp_max_tw_buckets", "0"), setting("core/somaxconn", "3"):
        with running(*verify, "time-wait") as first, running(*verify, "listen") as second:
            forgotten, short = first.event("verified"), second.event("verified")
            equal([one.process.wait() for one in (first, second)], [NO_MATCH] * 2, "status")
    equal((forgotten["result"], short["result"]), ("fail", "fail"), "results")
    target = forgotten["targets"][0]
    equal((target["fits"], target["seen"], target["sockets"]), (False, "0", []), "no TIME-WAIT")
    true("sendq=5" in short["targets"][0]["expected"], short)
    true("sendq=3" in short["targets"][0]["seen"], short)


@test("what this kernel does not have is skipped with the reason, and is no failure of others")
def _():
    with setting("mptcp/enabled", "0"):
        status, event = verdict("mptcp", "listen")
        alone, _event = verdict("mptcp")
        held = live.run("lab", "mptcp", "listen", "--hold", "10ms")
    equal((status, event["result"]), (MATCHED, "skipped"), event)
    equal(event["reason"], "MPTCP is switched off (net.mptcp.enabled)", "reason")
    equal(alone, PARTIAL, "nothing was proved")
    equal((held[0], held[2]), (MATCHED, b""), "held")
    true(b"  skipped: MPTCP is switched off" in held[1], held[1])


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


@test("with --port it can be run again at once, though TIME-WAIT was there")
def _():
    for _round in range(3):
        status, event = verdict("time-wait-storm", "--port", "1234")
        equal((status, event["result"]), (MATCHED, "pass"), event)
        nothing_left()


def descendants(pid):
    """The processes that `pid` started."""
    children = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            stat = open(f"/proc/{name}/stat").read().rsplit(")", 1)[1].split()
            if int(stat[1]) == pid:
                children.append(int(name))
    return children


@test("Ctrl-C and SIGTERM leave no process, no socket and no namespace")
def _():
    for number in (signal.SIGINT, signal.SIGTERM):
        before = namespaces()
        with running("lab", "all", "--hold", "0") as process:
            process.wait_for("^held until Ctrl-C$")
            children = descendants(process.process.pid)
            equal(len(children), 3, "the processes that share a socket, and the namespace's")
            equal(len(namespaces() - before), 1, "new namespaces")
            status, out, err = process.stop(number)
            equal((status, err), (0, ""), "end")
            true(f"{len(CONDITIONS)} of {len(CONDITIONS)} made and held for " in out, out[-200:])
            equal((ss("t"), ss("u"), ss("M")), ([], [], []), "sockets")
            equal([pid for pid in children if os.path.exists(f"/proc/{pid}")], [], "processes")
            equal(namespaces(), before, "namespaces")


def namespaces():
    """Those of all processes that we may ask."""
    found = set()
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            found.add(os.readlink(f"/proc/{name}/ns/net"))
    return found


@test("not even SIGKILL leaves a process")
def _():
    with running("lab", "shared", "namespace", "--hold", "0") as process:
        process.wait_for("^held until Ctrl-C$")
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


@test("without descriptors it says so, makes no more, and cleans up")
def _():
    def limit(count):
        return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (count, count))

    status, out, err = live.run("lab", "all", "--hold", "10ms", preexec_fn=limit(20))
    equal(status, PARTIAL, "status")
    true(
        re.fullmatch(
            rb"socklens: \S+: (socket|accept): Too many open files; "
            rb"the limit is 20 \(ulimit -n\)\n",
            err,
        ),
        err,
    )
    true(f" of {len(CONDITIONS)} made and held for " in out.decode(), out)
    for count in range(4, 20, 3):
        status, _out, err = live.run("lab", "--verify", "zero-window", preexec_fn=limit(count))
        true(status in (MATCHED, PARTIAL), f"{count}: {status}, {err}")
    nothing_left()


@test("idle takes no more than the descriptor limit allows, and says how many")
def _():
    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (464, 464))

    status, out, err = live.run("lab", "--verify", "idle", "--json", preexec_fn=limit)
    equal((status, err), (MATCHED, b""), out)
    target = json.loads(out.splitlines()[0])["targets"][0]
    equal(len(target["sockets"]), 200, "sockets")
    true(target["expected"].startswith("200: "), target["expected"])


@test("on a machine without loopback it says what is wrong")
def _():
    subprocess.run(["ip", "link", "set", "lo", "down"], check=True)
    try:
        status, out, err = live.run("lab", "estab")
    finally:
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    equal((status, out), (PARTIAL, b""), "status")
    reasons = (
        b"connect: Network is unreachable",
        b"127.0.0.1 does not answer; is the loopback device up?",
    )
    true(err in [b"socklens: ESTAB: " + reason + b"\n" for reason in reasons], err)


@test("a reader of its output that has left ends it quietly")
def _():
    with running("lab", "all", "--hold", "0") as process:
        process.line()
        process.process.stdout.close()
        equal(process.process.wait(live.LIMIT_SECONDS) in (MATCHED, PARTIAL), True, "status")
        equal(process.process.stderr.read(), b"", "stderr")
    nothing_left()


live.main()
