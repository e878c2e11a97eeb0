"""Who holds a socket: every process, every descriptor, and what was not allowed to be seen."""

import contextlib
import ctypes
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading

import holders
import live
import sockets
from expect import holder, row_of
from live import Skip, equal, test, true

PERMISSION = re.compile(r"CAP_SYS_PTRACE.*CAP_DAC_READ_SEARCH|CAP_DAC_READ_SEARCH.*CAP_SYS_PTRACE")


def owners(one, **options):
    """Sorted owners of a socket, and the kind of the answer."""
    row = row_of(one, **options)
    found = row.get("owners", [])
    return sorted(found, key=lambda owner: (owner["pid"], owner["fd"])), row["owner"]


def expected(*pairs):
    return [holder(pid, fd) for pid, fd in sorted(pairs)]


@test("a forked child is listed beside its parent")
def _():
    one = sockets.listener()
    with live.child(lambda tell: tell("ready")) as (pid, _):
        equal(owners(one), (expected((os.getpid(), one.fileno()), (pid, one.fileno())), "several"))


@test("five processes that hold one socket are all listed")
def _():
    one = sockets.listener()
    with contextlib.ExitStack() as stack:
        pids = [stack.enter_context(live.child(lambda tell: tell("ready")))[0] for _ in range(5)]
        pairs = [(pid, one.fileno()) for pid in [os.getpid(), *pids]]
        equal(owners(one), (expected(*pairs), "several"))


@test("both descriptors of a duplicated socket are listed")
def _():
    one = sockets.listener()
    two = one.dup()
    pairs = [(os.getpid(), one.fileno()), (os.getpid(), two.fileno())]
    equal(owners(one)[0], expected(*pairs))


@test("a socket passed to another process and closed here belongs to the other only")
def _():
    near, far = socket.socketpair()

    def give_away(tell):
        pass_on(far, sockets.listener())
        tell("sent")

    with live.child(give_away):
        _, [descriptor], _, _ = socket.recv_fds(near, 1, 1)
        one = socket.socket(fileno=descriptor)
        equal(owners(one), (expected((os.getpid(), descriptor)), "exact"))


def pass_on(channel, one):
    socket.send_fds(channel, [b"x"], [one.fileno()])
    one.close()


@test("a socket on its way between two processes has an inode and no owner")
def _():
    near, _far = socket.socketpair()
    one = sockets.listener()
    number = sockets.inode(one)
    pass_on(near, one)
    found = [row for row in live.rows() if row.get("inode") == number]
    kind = "none" if may_read_every_process() else "hidden"
    told = [(row["state"], row.get("owners", []), row["owner"]) for row in found]
    equal(told, [("LISTEN", [], kind)], "the row")


def may_read_every_process():
    """Even root may not, where a process runs an executable that nobody may read."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            for descriptor in os.listdir(f"/proc/{pid}/fd"):
                with contextlib.suppress(FileNotFoundError):
                    os.readlink(f"/proc/{pid}/fd/{descriptor}")
        except PermissionError:
            return False
        except (FileNotFoundError, ProcessLookupError):
            continue
    return True


def need_told_rings():
    major, minor = map(int, re.match(r"(\d+)\.(\d+)", os.uname().release).groups())
    if (major, minor) < (6, 17):
        raise Skip("this kernel does not tell what a ring holds")


@test("a socket that only an io_uring holds belongs to the ring's process")
def _():
    need_told_rings()
    one = sockets.listener()
    at = one.getsockname()[1]
    with holders.ring_of(-1, one.fileno(), one.fileno()) as ring:
        number = sockets.inode(one)
        one.close()
        found = [row for row in live.rows() if row["sport"] == at]
        told = [(row.get("inode"), row.get("owners"), row["owner"]) for row in found]
        equal(told, [(number, expected((os.getpid(), ring)), "exact")], "the row")


@test("a file that is named like a socket makes nobody an owner")
def _():
    need_told_rings()
    one = sockets.listener()
    with tempfile.TemporaryDirectory() as folder:
        names = [f"socket:[{sockets.inode(one)}]", f"x\n    1: socket:[{sockets.inode(one)}]"]
        files = [os.open(os.path.join(folder, name), os.O_CREAT | os.O_RDWR) for name in names]

        def register(tell):
            with holders.ring_of(*files):
                one.close()
                tell("ready")
                threading.Event().wait()

        with live.child(register):
            equal(owners(one), (expected((os.getpid(), one.fileno())), "exact"))


@test("a thread with its own descriptor table is found")
def _():
    with holders.thread_with_own_table() as (at, descriptor):
        found = [row.get("owners", []) for row in live.rows() if row["sport"] == at]
        pids = [[(owner["pid"], owner["fd"]) for owner in list_] for list_ in found]
        equal(pids, [[(os.getpid(), descriptor)]], "pid and fd")


@test("a process whose first thread has ended still owns its sockets")
def _():
    exe = os.path.basename(os.readlink("/proc/self/exe"))

    def work(tell):
        def serve():
            one = sockets.listener()
            live.until(lambda: leader_state() == "Z", "the end of the first thread")
            tell(f"{one.getsockname()[1]} {one.fileno()}")
            threading.Event().wait()

        threading.Thread(target=serve, daemon=True).start()
        ctypes.CDLL(None).pthread_exit(None)

    with live.child(work) as (pid, message):
        at, descriptor = map(int, message.split())
        found = [row.get("owners", []) for row in live.rows() if row["sport"] == at]
        seen = [[(one["pid"], one["fd"], one.get("exe")) for one in list_] for list_ in found]
        equal(seen, [[(pid, descriptor, exe)]], "owners")


def leader_state():
    with open(f"/proc/{os.getpid()}/stat") as file:
        return file.read().rpartition(")")[2].split()[0]


@test("the name is the executable's, and the name that the process gave itself stands beside it")
def _():
    PR_SET_NAME = 15
    one = sockets.listener()

    def rename(tell):
        ctypes.CDLL(None).prctl(PR_SET_NAME, b"my own name")
        tell("ready")

    with live.child(rename) as (pid, _):
        equal(owners(one)[0], expected((os.getpid(), one.fileno()), (pid, one.fileno())))
        mine = next(owner for owner in owners(one)[0] if owner["pid"] == pid)
        equal(mine["comm"], "my own name", "comm")


@test("without the right to look, every socket is shown and one line counts the hidden owners")
def _():
    live.need_root()
    hidden = sockets.listener(), sockets.datagram(), sockets.pair()
    mine = sockets.listener()
    with (
        holders.program_for_everyone(live.PROGRAM) as program,
        holders.running(mine, user=holders.NOBODY) as pid,
    ):
        all_of_them = {row["inode"] for row in live.rows() if "inode" in row}
        status, out, err = live.run("list", "-j", program=program, **holders.BY_NOBODY)
        rows = live.parse(out)["sockets"]
        equal((status, live.parse(out)["complete"]), (0, True), f"exit and whole, {err!r}")
        rows = [row for row in rows if "inode" in row]
        equal({row["inode"] for row in rows}, all_of_them, f"sockets, with {len(hidden)} hidden")
        row = next(row for row in rows if row.get("inode") == sockets.inode(mine))
        equal([(one["pid"], one["fd"]) for one in row["owners"]], [(pid, mine.fileno())], "own")
        kinds = [row["owner"] for row in rows]
        equal(kinds.count("hidden"), len(kinds) - 1, f"hidden owners in {kinds}")
        lines = err.decode().splitlines()
        equal(len(lines), 1, f"lines on stderr: {lines}")
        true(lines[0].startswith("socklens: ") and PERMISSION.search(lines[0]), lines[0])
        counts = [int(word) for word in re.findall(r"\d+", lines[0])]
        true(kinds.count("hidden") in counts, f"{kinds.count('hidden')} in {lines[0]!r}")


@test("with the right to look, nothing is said on stderr")
def _():
    live.need_root()
    one = sockets.listener()
    status, _, err = live.run("list")
    equal((status, err), (0, b""), f"status and stderr, with {sockets.port(one)}")


@test("a reused descriptor number of a dead process is not confused with a living one")
def _():
    one = sockets.listener()
    with holders.running(one) as pid:
        equal({owner["pid"] for owner in owners(one)[0]}, {pid, os.getpid()}, "pids")
    equal(owners(one), (expected((os.getpid(), one.fileno())), "exact"), "after its end")


@test("thousands of descriptors in one process do not hide each other")
def _():
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 3000:
        raise Skip("too few descriptors allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 3000), hard))
    many = [sockets.datagram() for _ in range(2000)]
    wanted = {sockets.inode(one): one.fileno() for one in many}
    found = {row["inode"]: [one["fd"] for one in row["owners"]] for row in live.rows("-u")}
    equal(found, {inode: [fd] for inode, fd in wanted.items()}, "descriptors")


@test("processes that come and go while they are looked at do no harm")
def _():
    one = sockets.listener()
    loop = "while os.getppid() == int(sys.argv[1]):"
    script = f"import os, sys\n{loop}\n if not os.fork(): os._exit(0)\n os.wait()"
    words = [sys.executable, "-c", script, str(os.getpid())]
    with subprocess.Popen(words, pass_fds=[one.fileno()]) as passing:
        try:
            for _ in range(10):
                row = row_of(one, "-e")
                pids = {owner["pid"] for owner in row["owners"]}
                true({os.getpid(), passing.pid} <= pids, f"owners {row}")
                true(all(owner["comm"] for owner in row["owners"]), f"names in {row}")
        finally:
            passing.kill()


live.main()
