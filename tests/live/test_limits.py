"""What cannot be written, or cannot be opened, is an error and never a shorter answer."""

import os
import resource
import select
import signal
import subprocess

import holders
import live
import recordings
import sockets
from live import Skip, equal, test, true

PARTIAL = 3


def has_no_page_left(reader):
    """Of a pipe: whoever writes more than a page has to wait."""
    writer = os.open(f"/proc/self/fd/{reader}", os.O_WRONLY | os.O_NONBLOCK)
    poll = select.poll()
    poll.register(writer, select.POLLOUT)
    try:
        return not poll.poll(0)
    finally:
        os.close(writer)


def many():
    """More sockets than a pipe can hold lines of."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2500:
        raise Skip("too few descriptors allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2500), hard))
    return [sockets.datagram() for _ in range(2000)]


@test("a full disk is an error")
def _():
    kept = sockets.listener()
    for form in ("text", "csv", "tsv", "json", "ndjson"):
        with open("/dev/full", "wb") as full:
            status, _, err = live.run("list", "--format", form, stdout=full)
        equal(status, PARTIAL, f"status of {form}, with {sockets.port(kept)}")
        true(err.startswith(b"socklens: ") and err.count(b"\n") == 1, f"stderr {err!r}")


@test("help that cannot be written is an error")
def _():
    for words in (["--help"], ["--version"], ["list", "--columns", "help"]):
        with open("/dev/full", "wb") as full:
            status, _, err = live.run(*words, stdout=full)
        equal((status, err[:10]), (PARTIAL, b"socklens: "), str(words))


@test("a reader that goes away ends the program quietly")
def _():
    kept = many()
    for restore_signals in (True, False):  # SIGPIPE kills, or SIGPIPE is ignored
        read_end, write_end = os.pipe()
        os.close(read_end)
        status, _, err = live.run("list", stdout=write_end, restore_signals=restore_signals)
        os.close(write_end)
        equal(err, b"", f"stderr, {len(kept)} sockets")
        true(status != 0, f"status {status}")


@test("a reader that takes one line and goes ends the program quietly")
def _():
    kept = many()
    with subprocess.Popen(
        [live.PROGRAM, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        process.stdout.readline()
        process.stdout.close()
        err = process.stderr.read()
        status = process.wait()
    equal(err, b"", f"stderr, {len(kept)} sockets")
    true(status != 0, f"status {status}")


@test("a standard output that is closed from the start is an error")
def _():
    kept = many()
    words = ("list", "-um", "--columns", "local")  # written while the probe is still open
    status, _, err = live.run(*words, stdout=None, preexec_fn=lambda: os.close(1))
    equal(status, PARTIAL, f"status, with {len(kept)} sockets")
    # Any other error would mean that a file of our own had taken the number.
    true(err.startswith(b"socklens: standard output: Bad file descriptor"), f"stderr {err!r}")


@test("a standard output that would block is waited for")
def _():
    kept = many()
    words = ("list", "-um", "--columns", "local")  # more than a pipe holds
    expected = live.run(*words)[1]
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    with subprocess.Popen(
        [live.PROGRAM, *words], stdout=write_end
    ) as process:
        os.close(write_end)
        with os.fdopen(read_end, "rb") as reader:
            full = lambda: has_no_page_left(read_end) or process.poll() is not None
            live.until(full, "the pipe is full")
            seen = reader.read()
        equal(process.wait(), 0, f"status, {len(kept)} sockets")
    equal(seen, expected, "output")


@test("names that are missing for want of descriptors make the answer partial")
def _():
    kept = sockets.listener()
    if b" cgroup:" not in live.run("list", "-te")[1]:
        raise Skip("no control groups here")
    # One descriptor more than netlink needs: no file, and so no name, can be opened.
    limit = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4, 4))
    status, out, err = live.run("list", "-te", "--columns", "local", preexec_fn=limit)
    true(f":{sockets.port(kept)} ".encode() in out, f"output {out!r}")
    equal(status, PARTIAL, "status")
    true(b"socklens: names: " in err, f"stderr {err!r}")


@test("host and service names that are missing for want of descriptors make the answer partial")
def _():
    one = sockets.listener()
    columns = ["--columns", "src_name,sport_name"]
    whole = live.run("list", "-tH", *columns)
    for limit in range(4, 20):
        status, out, err = live.run("list", "-tH", *columns, preexec_fn=lambda: limit_files(limit))
        told = (status, err.count(b"\n")) == (PARTIAL, 1)
        true(told or (status, out, err) == whole, f"limit {limit}: {status} {out!r} {err!r}")
        if not told:
            break
    true(limit > 4, f"some limit is too low, with {sockets.port(one)}")


@test("closed standard input and standard error do no harm")
def _():
    kept = sockets.listener()
    expected = live.run("list")[1]
    for descriptors in ((0,), (2,), (0, 2)):
        status, out, _ = live.run(
            "list", preexec_fn=lambda some=descriptors: [os.close(one) for one in some]
        )
        equal((status, out), (0, expected), f"without {descriptors}, {sockets.port(kept)}")


@test("too few descriptors never crash and never shorten an answer that claims to be whole")
def _():
    kept = [sockets.pair(), sockets.datagram(), sockets.raw()]
    equal(list(complaints_of_all()), [], f"complaints about {len(kept)} kinds")
    with holders.thread_with_own_table():
        equal(list(complaints_of_all()), [], "complaints with a thread of its own")


def complaints_of_all():
    whole = live.rows()
    for limit in range(3, 33):
        for text in complaints(limit, whole):
            yield f"limit {limit}: {text}"


def complaints(limit, whole):
    status, out, err = live.run("list", "-j", preexec_fn=lambda: limit_files(limit))
    if status not in (0, PARTIAL, 127):  # 127: the loader found no descriptor for a library
        yield f"status {status}"
    if status == 0 and live.parse(out)["sockets"] != whole:
        yield f"status 0 and an answer that is not whole, stderr {err!r}"
    if status == PARTIAL and out and live.parse(out)["complete"]:
        yield "status 3 and an answer that says it is complete"
    if status != 0 and not err:
        yield f"status {status} and nothing on stderr"


@test("too few descriptors never shorten a recording that claims to be whole, nor its replay")
def _():
    kept = [sockets.pair(), sockets.datagram(), sockets.raw()]
    words = ("list", "-j")
    whole = live.rows()
    with recordings.new_file() as path:
        live.run(*words, "--record", path)
        shown = live.run(*words, "--replay", path)
        for limit in range(3, 33):
            less = lambda number=limit: limit_files(number)
            result = live.run(*words, "--replay", path, preexec_fn=less)
            true(result == shown or told(result, 2, PARTIAL), f"replay, limit {limit}: {result}")
            new = f"{path}{limit}"
            result = live.run(*words, "--record", new, preexec_fn=less)
            if result[0] == 0:
                found = recordings.replayed(new)[1]
                rows = [one["sockets"] for one in found]
                equal(rows, [whole], f"record, limit {limit}, {len(kept)} kinds")
            else:
                true(told(result, 2, PARTIAL), f"record, limit {limit}: {result}")


@test("too few descriptors never shorten a look of a watch that claims to be whole")
def _():
    kept = [sockets.pair(), sockets.datagram(), sockets.raw()]
    whole = live.rows()
    for limit in range(3, 33):
        result = live.run(
            "list", "-j", "--watch", "0.1", "--count", "2", "--diff",
            preexec_fn=lambda number=limit: limit_files(number),
        )  # fmt: skip
        if result[0] != 0:
            true(told(result, PARTIAL), f"limit {limit}: {result}")
            continue
        first, second = recordings.documents(result[1])
        rows = [{key: value for key, value in row.items() if key != "change"}
                for row in first["sockets"]]  # fmt: skip
        equal((rows, second["sockets"]), (whole, []), f"limit {limit}, {len(kept)} kinds")


@test("a recording for which too few descriptors are left still ends when it is told to")
def _():
    with recordings.new_file() as path:
        process = subprocess.Popen(
            [live.PROGRAM, "record", "-d", "0.1", path], stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE, preexec_fn=lambda: limit_files(4),
        )  # fmt: skip
        process.stderr.readline()  # of the first look, or of the loader
        process.terminate()
        try:
            process.communicate(timeout=live.LIMIT_SECONDS / 10)
        finally:
            process.kill()
            process.wait()
        true(process.returncode in (-signal.SIGTERM, PARTIAL, 127), f"{process.returncode}")


def told(result, *statuses):
    """The program said why it failed; or the loader did, which found no descriptor (127)."""
    status, _, err = result
    return status in (*statuses, 127) and err != b"" and err.endswith(b"\n")


def limit_files(number):
    resource.setrlimit(resource.RLIMIT_NOFILE, (number, number))


@test("nothing is left running and nothing is written but the answer")
def _():
    kept = sockets.listener()
    before = sorted(os.listdir("."))
    equal(live.run("list")[0], 0, f"status, {sockets.port(kept)}")
    equal(sorted(os.listdir(".")), before, "the current directory")


live.main()
