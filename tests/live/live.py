"""Harness of the live tests: a private network namespace, the program, TAP.

A test file decorates its functions with @test("a sentence") and ends in main().
Nothing here waits for a length of time: until() polls what the kernel says.
"""

import contextlib
import ctypes
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import traceback

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("SOCKLENS", str(REPOSITORY / "build" / "socklens"))
SANITIZED = os.environ.get("SOCKLENS_SANITIZED") == "1"
INSIDE = "SOCKLENS_LIVE_NAMESPACE"
LIMIT_SECONDS = 120
CLONE_FILES, CLONE_NEWNET = 0x400, 0x40000000

libc = ctypes.CDLL(None, use_errno=True)
tests = []


class Skip(Exception):
    """This machine cannot do what the test needs."""


def test(sentence):
    def register(function):
        tests.append((sentence, function))
        return function

    return register


def enter_namespace():
    """Run this same file again as the only user of a new network namespace."""
    if os.environ.get(INSIDE):
        return
    user = "root" if os.geteuid() == 0 else "user"
    flags = {"root": "-n", "user": "-Urn"}[user]
    if subprocess.run(["unshare", flags, "true"], capture_output=True).returncode != 0:
        print("1..0 # SKIP no private network namespace here")
        sys.exit(0)
    os.execvpe(
        "unshare",
        ["unshare", flags, sys.executable, "-B", *sys.argv],
        os.environ | {INSIDE: user},
    )


def is_root():
    """Root outside too: root of a user namespace of our own does not count."""
    return os.environ.get(INSIDE) == "root"


def need_root():
    if not is_root():
        raise Skip("needs root")


def main():
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # whoever runs this may do so under nohup(1)
    enter_namespace()
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    if not os.access(PROGRAM, os.X_OK):
        print(f"Bail out! no program at {PROGRAM}")
        sys.exit(1)
    wanted = sys.argv[1:]
    chosen = [one for one in tests if not wanted or any(word in one[0] for word in wanted)]
    print(f"1..{len(chosen)}", flush=True)
    failed = sum(not report(number, *one) for number, one in enumerate(chosen, 1))
    sys.exit(1 if failed else 0)


def report(number, sentence, function):
    try:
        function()
    except Skip as reason:
        print(f"ok {number} - {sentence} # SKIP {reason}", flush=True)
        return True
    except Exception as error:
        print(f"not ok {number} - {sentence}")
        for line in diagnosis(error):
            print("# " + line, flush=True)
        return False
    print(f"ok {number} - {sentence}", flush=True)
    return True


def diagnosis(error):
    """The message, and the lines of the test file that led to it."""
    for frame in traceback.extract_tb(error.__traceback__)[1:]:
        yield f"{os.path.basename(frame.filename)}:{frame.lineno}: {frame.line}"
    text = f"{type(error).__name__}: {error}"
    yield from text.encode("ascii", "backslashreplace").decode().splitlines()


def equal(got, expected, what="value"):
    if got != expected:
        raise AssertionError(f"{what}\n  expected {expected!r}\n  got      {got!r}")


def true(condition, what):
    if not condition:
        raise AssertionError(what)


def until(condition, what):
    """Poll until condition() is true and return what it returned."""
    end = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.01)
    raise AssertionError(f"the kernel never showed: {what}")


def steady(sample, measure):
    """Return (sample, measure) taken while sample() did not change."""
    for _ in range(200):
        before = sample()
        measured = measure()
        if sample() == before:
            return before, measured
    raise AssertionError("the system never held still")


def run(*arguments, env=None, program=PROGRAM, **options):
    """Run the program to its end: (status, stdout, stderr); a signal is a negative status."""
    clean = {k: v for k, v in os.environ.items() if k not in ("LANG", "LANGUAGE", "COLUMNS")}
    done = subprocess.run(
        [program, *(os.fsencode(word) for word in arguments)],
        stdin=subprocess.DEVNULL,
        stdout=options.pop("stdout", subprocess.PIPE),
        stderr=options.pop("stderr", subprocess.PIPE),
        env=clean | {"LC_ALL": "C.UTF-8"} | (env or {}),
        timeout=LIMIT_SECONDS,
        **options,
    )
    return done.returncode, done.stdout, done.stderr


def no_duplicates(pairs):
    keys = [key for key, _ in pairs]
    equal(len(keys), len(set(keys)), f"distinct keys in {keys}")
    return dict(pairs)


def no_constant(word):
    raise AssertionError(f"{word} is not JSON")


def parse(text):
    """Strict JSON: UTF-8, no key twice, no NaN."""
    return json.loads(
        text.decode("utf-8"), object_pairs_hook=no_duplicates, parse_constant=no_constant
    )


def document(*arguments, **options):
    status, out, err = run("list", "--format", "json", *arguments, **options)
    true(status in (0, 1), f"status {status}, stderr {err!r}")
    answer = parse(out)
    equal(answer["schema"], 1, "schema")
    equal(answer["complete"], True, "complete")
    return answer


def rows(*arguments, **options):
    """The sockets that the program reports, as it says in JSON."""
    return document(*arguments, **options)["sockets"]


@contextlib.contextmanager
def child(work):
    """Fork; the child runs work(tell), keeps what it returns, and stays until the block ends.

    Yields (pid, message), where message is what work told with tell(text).
    """
    read_end, write_end = os.pipe()
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        live_in_child(work, write_end, parent)
    os.close(write_end)
    try:
        with open(read_end) as pipe:
            message = pipe.readline().rstrip("\n")
        true(message, "the child process failed")
        yield pid, message
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def live_in_child(work, write_end, parent):
    PR_SET_PDEATHSIG = 1
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    try:
        if os.getppid() == parent:
            kept = work(lambda text: os.write(write_end, f"{text}\n".encode()))
            while True:
                signal.pause()
            del kept
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(1)


def unshare(flags):
    if libc.unshare(flags) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
