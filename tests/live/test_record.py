"""What is recorded is shown again byte for byte, whatever was asked for."""

import contextlib
import os
import pathlib
import shutil
import socket
import struct
import subprocess
import tempfile

import families
import holders
import live
import recordings
import sockets
from live import Skip, equal, test, true

NAMES = (b"esc\x1b[31m\n", b"\0abstract\0\x1b]0;x\x07", b'a",pid=1,fd=3)\\', b"\xff\xfe\xc3(")
OPTIONS = (
    (), ("-t",), ("-ti",), ("-tm",), ("-te",), ("-to",), ("-temoi",), ("-u",), ("-w",),
    ("-x",), ("-xe",), ("-xemi",), ("-0",), ("-0e",), ("--netlink",), ("--netlink", "-e"),
    ("-A", "all,!vsock,!xdp"), ("-A", "all,!vsock,!xdp", "-emoi"), ("-A", "all,!tcp,!vsock,!xdp"),
    ("-s",), ("-s", "-A", "all,!vsock,!xdp"), ("-j",), ("-j", "-xemoi"), ("-js",), ("-H",), ("-l",),
    ("-4",), ("-6",), ("-4l",), ("-r",), ("-txr",), ("--sort", "-sport"), ("-x", "--sort", "src"),
    ("listen",), ("established",), ("udp",), ("sport", "1"), ("-t", "dport", "1"), ("close-wait",),
    ("-v", "-H", "sport", "1"),
    *(("--format", form, *more)
      for form in ("text", "ndjson", "csv", "tsv") for more in ((), ("-x",), ("-temoi",))),
)  # fmt: skip


@contextlib.contextmanager
def stage():
    """Sockets of every kind, some in several processes, under names that mean harm."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(families.folder())
        kept = [
            sockets.pair(), sockets.pair(family=socket.AF_INET6), sockets.fin_wait_2(),
            sockets.time_wait(), sockets.syn_recv(), sockets.keepalive(), sockets.datagram(),
            sockets.datagram(socket.AF_INET6), sockets.datagram_full(), sockets.raw(),
            socket.socketpair(socket.AF_UNIX, socket.SOCK_STREAM), *families.netlink_kinds(),
            *(each[0] for each in families.packet_kinds()),
        ]  # fmt: skip
        for name in NAMES:
            door = families.door(name)
            kept.append((door, families.client(name)))
        for name in holders.HOSTILE:
            stack.enter_context(holders.running(sockets.listener(), name))
        stack.enter_context(live.child(lambda tell: tell("holds them too")))
        yield kept


def all_columns():
    lines = live.run("list", "--columns", "help")[1].decode().splitlines()
    names = [line.split()[0] for line in lines]
    true(len(names) > 100, f"names of columns in {names}")
    return [name for name in names if name != "change"]


@test("a replay shows what the recording run showed, with any options")
def _():
    with stage() as kept:
        for words in OPTIONS:
            status, out = recordings.same_again(*words)
            true(status in (0, 1) and (out or status == 1), f"{words}: {status}, {len(kept)}")


@test("a replay shows every column, in every format")
def _():
    columns = ",".join(all_columns())
    fine = (0,) if live.is_root() else (0, 3)  # BPF storage needs CAP_BPF
    with stage() as kept:
        for form in ("text", "json", "ndjson", "csv", "tsv"):
            words = ("-A", "all,!vsock,!xdp", "--columns", columns, "--format", form)
            status, out = recordings.same_again(*words)
            true(status in fine and out.count(b"\n") > len(kept), f"{form}: status {status}")


@test("a replay shows another network namespace as the recording run saw it")
def _():
    def work(tell):
        live.unshare(live.CLONE_NEWNET)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        kept = sockets.pair(), sockets.raw(), socket.socketpair()
        tell("ready")
        return kept

    with live.child(work) as (pid, _):
        for words in ((), ("-xe",), ("-j", "-temoi"), ("-A", "all,!vsock,!xdp")):
            status, out = recordings.same_again(*words, record=("-N", str(pid)))
            true(status == 0 and str(pid).encode() in out, f"{words}: {status} {out!r}")


@test("a recording holds what the kernel delivered, though the filter let none of it through")
def _():
    made = sockets.pair(), sockets.keepalive(), sockets.fin_wait_2()
    at = str(sockets.port(made[0].door))
    with recordings.new_file() as path:
        # The kernel is asked for the port; whose the socket is, is for the filter.
        nobodys = ("uid", "4000000000")
        status, out, _ = live.run("list", "-temoiH", "--record", path, at, *nobodys)
        equal((status, out), (1, b""), f"what the filter lets through of {len(made)}")
        for words in (("-t",), ("-tl",), ("-t", "--sort", "-sport"), ("-te", "established")):
            expected = live.run("list", *words, at)
            equal(live.run("list", "--replay", path, *words), expected, str(words))
        columns = ("-t", "--columns", "inode,cookie,cong,snd_mss,rcvbuf,user,pid")
        expected = live.run("list", *columns, at)
        equal(live.run("list", "--replay", path, *columns), expected, "other columns")
        equal(live.run("list", "--replay", path, at, *nobodys)[0], 1, "nothing found")


@test("what was not recorded is named")
def _():
    kept = sockets.pair()
    at = str(sockets.port(kept.door))
    with recordings.new_file() as path:
        live.run("list", "-tH", "--record", path, at)
        for words, names in (
            (("--columns", "state,rtt,cwnd,local"), "rtt, cwnd"),
            (("--sort", "uid"), "uid"),
            (("--columns", "uid", "--sort", "uid"), "uid"),
            (("-r",), "names of hosts and services"),
        ):
            status, out, err = live.run("list", "-t", *words, "--replay", path, at)
            equal(status, 0, f"status of {words}")
            true(out.count(b"\n") > 3, f"there is what was recorded: {out!r}")
            true(f"socklens: not recorded: {names}\n".encode() in err, f"{words}: {err!r}")
        status, out, err = live.run("list", "-ti", "--replay", path, at)
        true(b" and " in err and b" more\n" in err and len(err) < 200, f"not all: {err!r}")
        status, out, err = live.run("list", "-s", "-t", "--replay", path, at)
        equal((status, err), (0, b""), "nothing is missing for the summary")


@test("another user replays what root recorded, with the owners that root saw")
def _():
    live.need_root()
    with (
        stage() as kept,
        recordings.new_file() as path,
        holders.program_for_everyone(live.PROGRAM) as program,
    ):
        words = ("-A", "all,!vsock,!xdp", "-emoi")
        first = live.run("list", "--record", path, *words)
        os.chmod(path, 0o644)
        again = live.run("list", "--replay", path, *words, program=program, **holders.BY_NOBODY)
        equal(again, first, f"answer for another user, {len(kept)} kinds")


@test("a replay looks neither into /proc nor at the kernel's sockets")
def _():
    if live.SANITIZED or not shutil.which("strace"):
        raise Skip("no strace, or a sanitizer that looks into /proc itself")
    kept = sockets.pair()
    with recordings.new_file() as path, tempfile.TemporaryDirectory() as folder:
        equal(live.run("list", "-temoi", "--record", path)[0], 0, f"status, {kept}")
        log = os.path.join(folder, "log")
        words = ["-f", "-o", log, "-e", "trace=open,openat,openat2,socket", live.PROGRAM]
        done = live.run(*words, "list", "-temoi", "--replay", path, program="strace")
        if done[0] != 0 and not os.path.exists(log):
            raise Skip("strace does not work here")
        equal(done[0], 0, f"status, stderr {done[2]!r}")
        seen = pathlib.Path(log).read_text().splitlines()
    wrong = [line for line in seen if '"/proc' in line or "socket(" in line]
    equal(wrong, [], "calls")
    true(any("recording" in line for line in seen), f"the file itself in {seen}")


@test("--record - writes nothing but the recording, and --replay - reads it from a pipe")
def _():
    with stage() as kept:
        for words in ((), ("-xe",), ("-js",), ("-temoi", "--format", "csv"), ("sport", "1")):
            status, recording, err = live.run("list", *words, "--record", "-")
            true(recording.startswith(b"\x50\x2a\x4d\x18"), f"header, {err!r}, {len(kept)} kinds")
            again, out, _ = recordings.piped(["list", *words, "--replay", "-"], recording)
            equal(again, status, f"status of {words}")
            with recordings.new_file() as path:
                pathlib.Path(path).write_bytes(recording)
                equal(live.run("list", *words, "--replay", path)[1], out, f"output of {words}")


@test("lines of /proc/net are recorded and replayed as well")
def _():
    shim = os.environ.get("SHIM_NO_SOCK_DIAG")
    if not shim or live.SANITIZED:
        raise Skip("no preloaded shim here")
    env = {"LD_PRELOAD": os.path.abspath(shim)}
    with stage() as kept:
        for words in ((), ("-j", "-A", "all,!vsock,!xdp"), ("-xe",), ("-tm",), ("-6",), ("-s",)):
            with recordings.new_file() as path:
                first = live.run("list", *words, "--record", path, env=env)
                again = live.run("list", *words, "--replay", path)
            equal(again, first, f"{words}, {len(kept)} kinds")
            # A newline in a path spoils its line of /proc/net/unix, which is an answer in part.
            true(first[0] in (0, 3) and b"/proc/net" in first[2], f"{words}: {first}")


@test("a second recording in the same file is a second look")
def _():
    first, words = sockets.listener(), ("list", "-t")
    with recordings.new_file() as path:
        one = live.run(*words, "--record", path)[1]
        alone = recordings.contents(path)
        second = sockets.listener()
        two = live.run(*words, "--record", path)[1]
        status, out, err = live.run(*words, "--replay", path)
        true(recordings.contents(path).startswith(alone), "what was there is untouched")
        equal(len(live.run(*words, "-j", "--replay", path)[1].split(b'"schema"')), 3, "documents")
    equal((status, err), (0, b""), "status and stderr")
    between = out[len(one) : len(out) - len(two)].decode()
    equal(out, one + between.encode() + two, f"two looks, {first}, {second}")
    true(between.startswith("# 2") and between.endswith("Z\n"), f"a line with the time: {between}")


@test("a recording is for the eyes of its owner alone")
def _():
    with recordings.new_file() as path:
        live.run("list", "--record", path, preexec_fn=lambda: os.umask(0))
        equal(os.stat(path).st_mode & 0o777, 0o600, "mode")


@test("TCP-MD5 keys do not get into a recording")
def _():
    TCP_MD5SIG, key = 14, b"seventeen-secrets"
    door = sockets.listener()
    address = struct.pack("=H2s4s120x", socket.AF_INET, b"\0\0", socket.inet_aton("127.0.0.1"))
    try:
        door.setsockopt(
            socket.IPPROTO_TCP, TCP_MD5SIG,
            address + struct.pack("=BBHi80s", 0, 0, len(key), 0, key),
        )  # fmt: skip
    except OSError as error:
        raise Skip(f"no TCP-MD5 here: {error}") from error
    with recordings.new_file() as path:
        out = live.run("list", "-tHi", "--columns", "sport,md5_keys", "--record", path)[1]
        true(f"{sockets.port(door)} 1".encode() in b" ".join(out.split()), f"a key in {out!r}")
        if not shutil.which("zstd"):
            raise Skip("no zstd to look inside")
        inside = live.run("-dcq", path, program="zstd")[1]
    true(struct.pack("!H", sockets.port(door)) in inside, "the socket is in it")
    equal(key in inside, False, "the key is in it")


live.main()
