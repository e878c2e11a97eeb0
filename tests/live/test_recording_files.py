"""What a recording is kept in: files that are refused, processes that end, damage."""

import contextlib
import os
import pathlib
import random
import resource
import shutil
import signal
import struct
import subprocess
import time

import holders
import live
import recordings
import sockets
from live import Skip, equal, test, true

USAGE, PARTIAL = 2, 3
MOMENTS = 4
PCAP = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000001000000") + bytes(64)
KILLS, AT_ONCE, KEPT = 200, 4, 200


def append_moments(path, count=MOMENTS):
    """Record looks that differ; returns where each of them ends."""
    kept, ends = [], [recordings.HEADER_SIZE]
    for _ in range(count):
        kept.append(sockets.listener())
        status, _, err = live.run("list", "-tj", "--record", path)
        equal((status, err), (0, b""), f"look {len(ends)}")
        ends.append(recordings.size(path))
    return ends


def refused(status, out, err, what, expected=(USAGE,)):
    true(status in expected, f"{what}: status {status}")
    equal(out, b"", f"{what}: output")
    recordings.one_line(err)


@test("a file that cannot be recorded to is refused in one line")
def _():
    with recordings.new_file() as path:
        folder = os.path.dirname(path)
        for name in ("/dev/full", folder, os.path.join(folder, "none", "x"), path + "/x", ""):
            refused(*live.run("list", "--record", name), name)
            refused(*live.run("record", "-d", "0.1", "-n", "1", name), name)
        equal(os.listdir(folder), [], "files made")


@test("a full disk that is only met with the first look is one line and status 3")
def _():
    kept = sockets.listener()
    with recordings.new_file() as path:
        status, _, err = live.run("list", "-t", "--record", path, preexec_fn=limit_size)
        equal(status, PARTIAL, f"status, {kept}")
        recordings.one_line(err)
        status, out, err = live.run("list", "--replay", path)
        equal((status, out), (PARTIAL, b""), "a recording without a look")
        recordings.one_line(err)


def limit_size():
    """The header fits, a look does not."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40, 40))


@test("a file without permission is refused, and so is one in a folder without permission")
def _():
    live.need_root()
    with recordings.new_file() as path, holders.program_for_everyone(live.PROGRAM) as program:
        refused(*live.run("list", "--record", path, program=program, **holders.BY_NOBODY), "folder")
        append_moments(path, 1)
        before = recordings.contents(path)
        for option in ("--record", "--replay"):
            refused(*live.run("list", option, path, program=program, **holders.BY_NOBODY), option)
        equal(recordings.contents(path), before, "the file")


@test("another file and a damaged recording are left untouched and refused in one line")
def _():
    with recordings.new_file() as path:
        ends = append_moments(path)
        whole = recordings.contents(path)
        flipped = bytearray(whole)
        flipped[ends[2] - 1] ^= 1  # of the checksum; some bits elsewhere mean nothing
        others = (
            b"x", b"text\n" * 100, PCAP, bytes(4096), whole[:20], whole[:-1], whole + b"x",
            bytes(flipped), whole[: ends[1] + 3], whole.replace(b"LENS", b"LENZ"),
        )  # fmt: skip
        for content in others:
            pathlib.Path(path).write_bytes(content)
            refused(*live.run("list", "--record", path), f"{content[:30]!r}")
            refused(*live.run("record", "-d", "0.1", "-n", "1", path), f"{content[:30]!r}")
            equal(recordings.contents(path), content, "the file")


@test("what is said of a damaged recording makes it whole")
def _():
    with recordings.new_file() as path:
        ends = append_moments(path)
        whole = recordings.contents(path)
        pathlib.Path(path).write_bytes(whole[: ends[2] + 7])
        at = recordings.byte_in(live.run("list", "--record", path)[2])
        equal(at, ends[2], "the byte")
        os.truncate(path, at)
        append_moments(path, 1)
        status, found, err = recordings.replayed(path)
        equal((status, len(found), err), (0, 3, b""), "looks")


@test("two programs do not write to one file at a time")
def _():
    kept = sockets.listener()
    with recordings.new_file() as path, recording(path, "1000") as process:
        live.until(lambda: recordings.size(path) > recordings.HEADER_SIZE, "a first look")
        refused(*live.run("list", "--record", path), "a second writer")
        process.send_signal(signal.SIGTERM)
        process.wait()
        equal(len(recordings.replayed(path)[1]), 1, f"looks, {kept}")


@test("what is no recording is refused in one line")
def _():
    with recordings.new_file() as path:
        folder = os.path.dirname(path)
        names = ["/dev/null", folder, path + "none", ""]
        for number, content in enumerate((b"", b"x", b"text\n" * 100, PCAP, bytes(5000))):
            names.append(f"{path}{number}")
            pathlib.Path(names[-1]).write_bytes(content)
        for name in names:
            for words in ((), ("-j",), ("-s",), ("--diff",)):
                refused(*live.run("list", *words, "--replay", name), f"{name} {words}")


@test("record writes as many looks as it is told, and nothing else")
def _():
    kept = sockets.pair()
    with recordings.new_file() as path:
        status, out, err = live.run("record", "-d", "0.1", "-n", "3", path)
        notes = [line for line in err.splitlines() if not line.startswith(b"socklens: ")]
        true(status in (0, PARTIAL) and notes == [], f"{status}, {err!r}")
        equal(out, b"", "output")
        status, found, err = recordings.replayed(path, "-temoi")
        equal((status, len(found), err), (0, 3, b""), f"looks, {kept}")
        for one in found:
            equal(len(one["sockets"]), 3, "sockets of each look")
            true(all(row["owners"] for row in one["sockets"]), "with owners")
        piped = live.run("record", "-d", "0.1", "-n", "2", "-")[1]
        out = recordings.piped(["list", "-j", "--replay", "-"], piped)[1]
        equal(len(recordings.documents(out)), 2, "looks through a pipe")


@contextlib.contextmanager
def recording(path, interval):
    process = subprocess.Popen(
        [live.PROGRAM, "record", "-d", interval, path], stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=recordings.CLEAN,
    )  # fmt: skip
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


@test("SIGINT and SIGTERM end a recording between two looks, and the file is whole")
def _():
    kept = sockets.pair()
    for number in (signal.SIGINT, signal.SIGTERM):
        for interval, looks in (("1000", 1), ("0.1", 3)):
            with recordings.new_file() as path, recording(path, interval) as process:
                live.until(lambda: grown(path, looks), "looks")
                process.send_signal(number)
                out = process.communicate(timeout=live.LIMIT_SECONDS)[0]
                true(process.returncode in (0, PARTIAL), f"{number!r}: {process.returncode}")
                status, found, err = recordings.replayed(path, "-t")
            equal((status, err, out), (0, b"", b""), f"{number!r}, {kept}")
            true(len(found) >= looks, f"{len(found)} looks")


def grown(path, looks):
    """Some looks are in the file: only the first of them is read, the others are about as long."""
    if recordings.size(path) <= recordings.HEADER_SIZE:
        return False
    return len(recordings.replayed(path, "-t")[1]) >= looks


@test("a recording that is killed at any moment loses the last look at most")
def _():
    kept = [sockets.datagram() for _ in range(KEPT)]
    seed = random.randrange(1 << 32)
    chosen = random.Random(seed)
    with recordings.new_file() as folder, contextlib.ExitStack() as stack:
        os.mkdir(folder)
        running = []
        for number in range(KILLS):
            path = os.path.join(folder, str(number))
            process = stack.enter_context(recording(path, "0.1"))
            running.append((process, path))
            time.sleep(chosen.uniform(0, 0.08))
            if len(running) == AT_ONCE:
                kill_and_read(*running.pop(0), f"{len(kept)} sockets, seed {seed}")
        for one in running:
            kill_and_read(*one, f"seed {seed}")


def kill_and_read(process, path, what):
    before = recordings.contents(path) if recordings.size(path) else b""
    process.kill()
    process.wait()
    after = recordings.contents(path) if recordings.size(path) else b""
    equal(after[: len(before)], before, f"what was in the file, {what}")
    if not after:
        return  # it was killed before it began
    status, found, err = recordings.replayed(path, "-u")
    true(status in (0, 1, PARTIAL), f"status {status} {err!r}, {what}")
    true(status != 1 or (found, len(after)) == ([], recordings.HEADER_SIZE), f"no look, {what}")
    if b" byte " in err:
        at = recordings.byte_in(err)
        true(status == PARTIAL and at <= len(after), f"byte {at} of {len(after)}, {what}")
        os.truncate(path, at)
        equal(recordings.replayed(path, "-u")[1], found, f"all but the last look, {what}")
    whole = [len(one["sockets"]) for one in found if one["complete"]]
    equal(set(whole) - {KEPT}, set(), f"sockets of each look, {what}")


def same_start(path, content, ends, first_bad):
    """The recording shows its whole looks up to the damage; returns (status, byte told)."""
    pathlib.Path(path).write_bytes(content)
    status, found, err = recordings.replayed(path, "-t")
    true(len(found) >= first_bad, f"looks before byte {ends[first_bad]} are shown: {len(found)}")
    return status, found, err


@test("a recording that is cut anywhere shows its whole looks and tells the byte")
def _():
    chosen = random.Random(3)
    with recordings.new_file() as path:
        ends = append_moments(path)
        whole, looks = recordings.contents(path), recordings.replayed(path, "-t")[1]
        equal(len(looks), MOMENTS, "looks")
        places = {*ends, *(end + 1 for end in ends[:-1]), *(end - 1 for end in ends[1:])}
        places |= {chosen.randrange(24, len(whole)) for _ in range(60)}
        for cut in sorted(places):
            good = sum(end <= cut for end in ends) - 1
            status, found, err = same_start(path, whole[:cut], ends, good)
            equal(found, looks[:good], f"looks, cut at {cut}")
            if cut == ends[0]:
                equal((status, b"before its first look" in err), (PARTIAL, True), f"{err!r}")
            elif cut in ends:
                equal((status, err), (0, b""), f"cut between looks, at {cut}")
            else:
                equal((status, recordings.byte_in(err)), (PARTIAL, ends[good]), f"cut at {cut}")


@test("a recording with any byte changed shows its whole looks and tells the byte")
def _():
    chosen = random.Random(5)
    with recordings.new_file() as path:
        ends = append_moments(path)
        whole, looks = recordings.contents(path), recordings.replayed(path, "-t")[1]
        places = {end + more for end in ends[:-1] for more in range(12)}
        places |= {chosen.randrange(24, len(whole)) for _ in range(60)}
        for place in sorted(places):
            content = bytearray(whole)
            content[place] ^= 1 << chosen.randrange(8)
            good = sum(end <= place for end in ends) - 1
            status, found, err = same_start(path, bytes(content), ends, good)
            equal(found, looks[: len(found)], f"looks, byte {place} changed")
            if status == 0:  # a bit that means nothing
                equal((found, err), (looks, b""), f"byte {place} changed")
            else:
                equal(status, PARTIAL, f"status, byte {place} changed")
                true(ends[good] <= recordings.byte_in(err) <= len(whole), f"{err!r} of {place}")


def section(tag, content):
    return tag + struct.pack("=IQ", 0, len(content)) + content + bytes(-len(content) % 8)


def text(content):
    return struct.pack("=I", len(content)) + content + bytes(-len(content) % 4)


@test("what a recording says of a failure reaches the terminal as one escaped line")
def _():
    if not shutil.which("zstd"):
        raise Skip("no zstd to write a recording with")
    TCP, PARTIAL_OUTCOME, ENOMEM = 0, 4, 12
    place = b"\x1b[31mEVIL\x9b\r\nsocklens: forged"
    report = struct.pack("=6I6Q", TCP, PARTIAL_OUTCOME, 0, ENOMEM, 0, 0, *[0] * 6) + text(place)
    origin = struct.pack("=QII", 1, 0, 0) + text(b"h\x1bost") + text(b"1")
    moment = section(b"ORIG", origin) + section(b"REPT", report)
    with recordings.new_file() as path:
        live.run("list", "-t", "--record", path)
        header = recordings.contents(path)[:24]
        frame = subprocess.run(["zstd", "-q", "-c"], input=moment, capture_output=True, check=True)
        with open(path, "wb") as file:
            file.write(header + frame.stdout)
        status, _, err = live.run("list", "--replay", path, "-t")
    equal(status, PARTIAL, "status")
    recordings.one_line(err)
    true(b"\\x1b" in err and not any(byte < 32 and byte != 10 for byte in err), f"{err!r}")


live.main()
