"""lab --verify: it passes where all is well, fails where it is not, and says why it cannot tell."""

import contextlib
import json
import os
import re
import resource
import shutil
import subprocess
import tempfile

import live
from lab import CONDITIONS, MATCHED, NO_MATCH, PARTIAL, nothing_left
from live import equal, test, true
from traffic import running


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


@test("with --port it can be run again at once, though TIME-WAIT was there")
def _():
    for _round in range(3):
        status, event = verdict("time-wait-storm", "--port", "1234")
        equal((status, event["result"]), (MATCHED, "pass"), event)
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
    outcomes = set()
    for count in range(4, 20, 3):
        words = ("lab", "--verify", "zero-window", "--quiet")
        status, out, err = live.run(*words, preexec_fn=limit(count))
        told = err.startswith(b"socklens: ") and b"Too many open files" in err
        true(status == MATCHED if err == b"" else status == PARTIAL and told, f"{count}: {err}")
        equal(out, b"", "quiet")
        outcomes.add(status)
    equal(outcomes, {MATCHED, PARTIAL}, "some are enough, some are not")
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


live.main()
