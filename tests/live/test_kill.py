"""socklens kill, against sockets and processes that are there for it."""

import os
import resource
import signal
import subprocess

import holders
import live
import sockets
from live import equal, test, true, until
from screens import is_running
from victims import victim

DONE, NOTHING, USAGE, UNDONE = 0, 1, 2, 3


def kill(*words, **options):
    """(status, rows, stderr), with rows as programs get them."""
    status, out, err = live.run("kill", "-j", *words, **options)
    return status, live.parse(out)["sockets"] if out else [], err


def results(rows):
    return [row["result"] for row in rows]


def kills_one(*words, **options):
    status, rows, err = kill(*words, **options)
    equal((status, results(rows), err), (DONE, ["closed"], b""), f"{words}")


@test("the owner of a closed connection sees ECONNABORTED, its neighbours see nothing")
def _():
    with victim() as one, victim() as other:
        at = one.connects()
        other.connects("127.0.0.2", at, one.number("c.getsockname()[1]"))
        kills_one("established", "sport", str(at), "src", "127.0.0.1")
        equal(one.ask("s.recv(1)"), "ECONNABORTED", "the one end")
        equal(one.ask("c.recv(1)"), "ECONNRESET", "the other end")
        true(other.is_whole(), "the same ports between other addresses")
        true(one.ask("socket.create_connection(l.getsockname()) and True") == "True", "listens")


@test("the same addresses and ports in another namespace are another socket")
def _():
    live.need_root()
    with victim() as one, victim("unshare", "-n") as other:
        other.do("os.system('ip link set lo up')")
        at = one.connects()
        client = one.number("c.getsockname()[1]")
        other.connects(at=at, client=client)
        kills_one("-N", str(other.pid), "established", "sport", str(at))
        equal(other.ask("s.recv(1)"), "ECONNABORTED", "there")
        true(one.is_whole(), "here")


@test("one of many connections to a port is closed by its cookie")
def _():
    with victim() as one:
        at = one.connects()
        one.do("many = [socket.create_connection(l.getsockname()) for _ in range(20)]")
        kills_one("cookie", one.cookie("many[7]"))
        equal(one.ask("many[7].recv(1)"), "ECONNABORTED", "the one")
        true(one.is_whole(), "the first")
        left = live.rows("established", "dport", str(at))
        equal(len(left), 20, "those that are left")


@test("each of several listeners on one port can be closed, and no other one")
def _():
    with victim() as one:
        one.do(
            "ls = [socket.socket() for _ in range(8)]",
            "[l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1) for l in ls]",
            "ls[0].bind(('127.0.0.1', 0)); ls[0].listen()",
            "[(l.bind(ls[0].getsockname()), l.listen()) for l in ls[1:]]",
            "[l.setblocking(False) for l in ls]",
        )
        for index in (5, 0, 7):
            kills_one("--with-listeners", "cookie", one.cookie(f"ls[{index}]"))
            equal(one.ask(f"ls[{index}].accept()"), "EINVAL", "closed")
        for index in (1, 2, 3, 4, 6):
            equal(one.ask(f"ls[{index}].accept()"), "EAGAIN", "open")


@test("a listener is left alone unless that is asked for")
def _():
    with victim() as one:
        at = str(one.connects())
        status, rows, err = kill("sport", at, "listen")
        equal((status, results(rows), err), (UNDONE, ["listener"], b""), "left alone")
        one.do("l.setblocking(False)")
        equal(one.ask("l.accept()"), "EAGAIN", "it still waits")
        kills_one("--with-listeners", "sport", at, "listen")
        equal(one.ask("l.accept()"), "EINVAL", "it waits no more")


@test("a dry run tells what would be done, and does nothing")
def _():
    with victim() as one:
        at = str(one.connects())
        status, out, err = live.run("kill", "--dry-run", "sport", at)
        lines = out.decode().splitlines()
        equal((status, err, len(lines)), (UNDONE, b"", 3), "status")
        true(lines[0].endswith("RESULT"), lines[0])
        true(any(f"{one.pid}/" in line and line.endswith("would be closed") for line in lines), lines)
        true(any("left alone" in line and "LISTEN" in line for line in lines), lines)
        true(one.is_whole(), "nothing was done")
        status, out, _err = live.run("kill", "--dry-run", "--signal", "term", "sport", at, "established")
        line = out.decode().splitlines()[1]
        true(f"would be sent TERM: {one.pid}/" in line, line)
        equal(one.ask("1"), "1", "it lives")


@test("UDP sockets are closed, and the kernel says of others that it cannot")
def _():
    with victim() as one:
        one.do(
            "a = socket.socket(type=socket.SOCK_DGRAM); a.bind(('127.0.0.1', 0))",
            "b = socket.socket(type=socket.SOCK_DGRAM); b.connect(a.getsockname())",
            "u, v = socket.socketpair()",
        )
        at = one.ask("a.getsockname()[1]")
        kills_one("udp", "dport", at)
        equal(one.ask("b.recv(1)"), "ECONNABORTED", "the connected one")
        kills_one("--with-listeners", "udp", "sport", at)
        equal(one.ask("a.recv(1)"), "ECONNABORTED", "the other one")
        status, rows, _err = kill("unix", "pid", str(one.pid))
        equal((status, set(results(rows))), (UNDONE, {"not-supported"}), "UNIX")
        equal(one.ask("(u.send(b'x'), v.recv(1))"), "(1, b'x')", "they are whole")


@test("IPv6 connections and TIME-WAIT can be closed")
def _():
    with victim() as one:
        one.do(
            "l = socket.create_server(('::1', 0), family=socket.AF_INET6)",
            "c = socket.create_connection(l.getsockname()[:2]); s = l.accept()[0]",
            "m = socket.create_server(('::', 0), family=socket.AF_INET6, dualstack_ipv6=True)",
            "d = socket.create_connection(('127.0.0.1', m.getsockname()[1])); t = m.accept()[0]",
        )
        at = one.ask("l.getsockname()[1]")
        kills_one("established", "sport", at)
        equal(one.ask("s.recv(1)"), "ECONNABORTED", "IPv6")
        kills_one("cookie", one.cookie("t"))
        equal(one.ask("t.recv(1)"), "ECONNABORTED", "IPv4 mapped")
        at = str(one.connects())
        one.do("c.close()", "s.close()")
        until(lambda: live.rows("time-wait", "dport", at), "TIME-WAIT")
        kills_one("time-wait", "dport", at)
        equal(live.rows("time-wait", "dport", at), [], "it is gone")


@test("a signal goes to the owner, once, and to nobody else")
def _():
    with victim() as one, victim() as other:
        at = one.connects()
        other.connects()
        one.do(
            "import signal; got = []",
            "signal.signal(signal.SIGUSR1, lambda number, frame: got.append(number))",
        )
        words = ("--signal", "USR1", "--with-listeners", "port", str(at))
        status, rows, err = kill(*words)
        equal((status, set(results(rows)), len(rows), err), (DONE, {"signalled"}, 3, b""), "rows")
        equal(one.ask("[int(number) for number in got]"), f"[{int(signal.SIGUSR1)}]", "once")
        status, out, _err = live.run("kill", "--signal", "SIGTERM", "established", "sport", str(at))
        equal(status, DONE, "TERM")
        true(f"TERM sent: {one.pid}/" in out.decode(), out)
        equal(one.process.wait(live.LIMIT_SECONDS), -signal.SIGTERM, "it ended")
        true(other.is_whole(), "the other one lives")


@test("a process is not signalled for a connection if it holds a listener that is left alone")
def _():
    with victim() as one:
        at = str(one.connects())
        status, rows, _err = kill("--signal", "KILL", "port", at)
        equal((status, set(results(rows))), (UNDONE, {"listener"}), "all rows")
        equal(one.ask("1"), "1", "it lives")


def interrupted():
    """As if SIGINT came at once; it stays blocked, so that the list can be read here."""
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    os.kill(os.getpid(), signal.SIGINT)


@test("a signal ends it, but what was done and what was not is told")
def _():
    with victim() as one:
        at = str(one.connects())
        status, rows, err = kill("established", "port", at, preexec_fn=interrupted)
        equal((status, results(rows), err), (UNDONE, ["interrupted"] * 2, b""), "closing")
        status, rows, err = kill("--signal", "TERM", "established", "port", at, preexec_fn=interrupted)
        equal((status, results(rows), err), (UNDONE, ["interrupted"] * 2, b""), "signalling")
        true(one.is_whole(), "nothing was done")


@test("two signals at once do not lose the list, either")
def _():
    kept = [sockets.pair() for _ in range(300)]
    at = ",".join(str(sockets.port(one.door)) for one in kept)
    words = [live.PROGRAM, "kill", "--with-session", "--columns", "state", "established", "sport", at]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        at_once = range(10000)  # the deeds take but milliseconds
        until(lambda: any(signal.SIGHUP in blocked(process.pid) for _ in at_once), "it is at its deeds")
        process.send_signal(signal.SIGSTOP)
        true(signal.SIGHUP in blocked(process.pid), "it still is")
        process.send_signal(signal.SIGHUP)
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        out, err = process.communicate(timeout=live.LIMIT_SECONDS)
    equal(err, b"", "standard error")
    true(process.returncode in (-signal.SIGHUP, -signal.SIGTERM), f"status {process.returncode}")
    equal(len(out.splitlines()), 1 + len(kept), "the heading and a row for each")


def blocked(pid):
    """The signals that this process keeps waiting."""
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        bits = next(int(line.split()[1], 16) for line in file if line.startswith("SigBlk:"))
    return {number for number in range(1, 65) if bits >> number - 1 & 1}


@test("a socket is left alone if nobody knows whether the filter means it")
def _():
    live.need_root()
    with victim() as one:
        at = str(one.connects())
        words = ["--dry-run", "established", "port", at, "not", "process", "nginx"]
        status, rows, err = kill(*words)
        equal((status, len(rows), err), (DONE, 2, b""), "whose owners are known")
        status, rows, err = kill(*words, **holders.BY_NOBODY)
        equal((status, rows), (UNDONE, []), "whose owners are hidden")
        true(b"2 more left alone" in err, err)
        equal(kill("--dry-run", "established", "port", at, **holders.BY_NOBODY)[0], DONE, "by port")


@test("without permission the capability is named, and nothing happens")
def _():
    live.need_root()
    with victim() as one:
        at = str(one.connects())
        status, out, _err = live.run("kill", "established", "port", at, **holders.BY_NOBODY)
        equal(status, UNDONE, "status")
        equal(out.decode().count("not permitted: needs CAP_NET_ADMIN"), 2, out)
        status, out, _err = live.run("kill", "--signal", "TERM", "established", "port", at, **holders.BY_NOBODY)
        equal(status, UNDONE, "status")
        equal(out.decode().count("its owner is hidden: needs CAP_SYS_PTRACE"), 2, out)
        true(one.is_whole(), "nothing happened")


@test("one's own processes can be signalled without any capability")
def _():
    live.need_root()
    with sockets.listener() as one, holders.running(one, user=holders.NOBODY) as pid:
        at = str(sockets.port(one))
        one.close()
        words = ("--signal", "TERM", "--with-listeners", "sport", at)
        status, rows, _err = kill(*words, **holders.BY_NOBODY)
        equal((status, results(rows)), (DONE, ["signalled"]), "the own process")
        until(lambda: not is_running(pid), "its end")


@test("who may look but not signal is told which capability that needs")
def _():
    live.need_root()
    with victim() as one:
        at = str(one.connects())
        caps = "-all,+sys_ptrace,+dac_read_search"
        status, out, err = live.run(
            "--reuid", "65534", "--clear-groups", f"--inh-caps={caps}",
            f"--ambient-caps={caps}", "--", live.PROGRAM, "kill",
            "--signal", "TERM", "established", "port", at, program="/usr/bin/setpriv",
        )  # fmt: skip
        equal(status, UNDONE, err)
        true("not permitted: needs CAP_KILL" in out.decode(), out)
        equal(one.ask("1"), "1", "it lives")


@test("the connection of ssh that one sits in is left alone unless that is asked for")
def _():
    with victim() as one:
        at = one.connects()
        ssh = one.as_session()
        status, rows, _err = kill("established", "port", str(at), env=ssh)
        equal((status, results(rows)), (UNDONE, ["session"] * 2), "left alone")
        true(one.is_whole(), "both ends")
        kills_one("--with-session", "established", "sport", str(at), env=ssh)


def within(command, words, **options):
    """(status, rows) of kill as a child of a shell that runs this."""
    words = " ".join([live.PROGRAM, "kill", "-j", *words])
    status, out, err = live.run("-c", f"{command} {words}; exit $?", program="/bin/sh", **options)
    true(out, err)
    return status, live.parse(out)["sockets"]


@test("and so it is where sudo has taken the variable away")
def _():
    with victim() as one:
        words = ("established", "sport", str(one.connects()))
        status, rows = within("env -u SSH_CONNECTION", words, env=one.as_session())
        equal((status, results(rows)), (UNDONE, ["session"]), "left alone")
        true(one.is_whole(), "both ends")


@test("what our own ancestors hold is the session, also as the first process of a namespace")
def _():
    live.need_root()
    with sockets.listener() as kept:
        words = ("--with-listeners", "sport", str(sockets.port(kept)))
        status, rows = within("unshare -p -f", words)
        equal((status, results(rows)), (UNDONE, ["session"]), "the /proc is of the one above")


@test("what our own ancestors hold is the session")
def _():
    with sockets.listener() as kept:
        status, rows, _err = kill("--with-listeners", "sport", str(sockets.port(kept)))
        equal((status, results(rows)), (UNDONE, ["session"]), "the test itself")
        status, rows, _err = kill("--with-listeners", "--with-session", "--signal", "CONT",
                                  "sport", str(sockets.port(kept)))  # fmt: skip
        equal((status, results(rows)), (DONE, ["signalled"]), "with it")


@test("where the owners cannot be looked up nothing is done, unless that is asked for")
def _():
    def with_few_descriptors():
        resource.setrlimit(resource.RLIMIT_NOFILE, (7, 7))
    with victim() as one:
        words = ("established", "sport", str(one.connects()))
        status, out, err = live.run("kill", *words, preexec_fn=with_few_descriptors)
        equal((status, out), (UNDONE, b""), err)
        true(b"Too many open files" in err and b"nothing was done" in err, err)
        true(one.is_whole(), "both ends")
        words = ("--with-session", *words)
        _status, out, err = live.run("kill", *words, preexec_fn=with_few_descriptors)
        true(b" closed\n" in out and b"nothing was done" not in err, err)


@test("an empty filter and one that means everything are refused")
def _():
    for words in [(), ("all",), ("-t",), ("state", "all"), ("not", "none"), ("tcp", "or", "all"),
                  ("( all )",), ("all and all",)]:  # fmt: skip
        status, out, err = live.run("kill", "--dry-run", *words)
        equal((status, out), (USAGE, b""), f"{words}")
        true(err.startswith(b"socklens: kill needs a filter"), err)


@test("what kill does not have is refused, not passed over")
def _():
    for words in [("--watch", "1"), ("--replay", "x"), ("-s",), ("-i",), ("--record", "x"),
                  ("--diff",), ("-v",), ("--explain-filter",), ("-r",)]:  # fmt: skip
        status, out, err = live.run("kill", *words, "port", "1")
        equal((status, out), (USAGE, b""), f"{words}")
        true(b"is not for kill" in err, err)
    status, _out, err = live.run("kill", "--signal", "NOPE", "port", "1")
    equal((status, err.split(b";")[0]), (USAGE, b"socklens: unknown signal 'NOPE'"), "a signal")


@test("where nothing matches nothing is done")
def _():
    equal(kill("sport", "1"), (NOTHING, [], b""), "nothing")


if __name__ == "__main__":
    os.environ.pop("SSH_CONNECTION", None)
    live.main()
