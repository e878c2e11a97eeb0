#!/usr/bin/env python3
"""Compares what socklens costs with the floor and with its peers.

Every load is made on loopback, in a network namespace of its own with a TCP hash table of its own,
so the sockets of the machine are neither seen nor disturbed. The commands of a job take turns
(A B C C B A ...); a cost is a whole process, from spawn to reap; what is printed is the median.
The ratio is the median of the ratios of the single rounds: on a shared machine it is firmer than
any of the times.

To add a comparison, add a row to JOBS.
"""

import argparse
import contextlib
import ctypes
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from statistics import median

CLONE_NEWNET = 0x40000000
TCP_HASH_ENTRIES = 262144
LISTENERS = 10
OWN_LISTENERS = 10
LOAD_TIMEOUT_S = 600
COMMAND_TIMEOUT_S = 120
DEFAULT_SIZES = "1000,10000,100000"
LARGE_SIZE = 1000000
UNIX_SIZE = 20000
MANY_PROCESSES = 500
SLOW_ROUNDS = 3
# Beyond this many sockets a slow reference is left out; from here on it gets few rounds.
SLOW_MAX_SIZE = 100000
SLOW_MIN_SIZE = 100000
# Six plain columns: what `ss -tan` shows, and no search for the owning process.
COLUMNS = "proto,state,recvq,sendq,local,peer"


class BenchError(Exception):
    """Ends the run; the message is for the user."""


class CommandTimeout(Exception):
    """Ends one command; raised by the alarm signal."""


@dataclass(frozen=True)
class Reference:
    """What a job is compared with. `$C` in a command stands for COLUMNS, `$F` for a file, `$P` for
    this process, which holds OWN_LISTENERS sockets of its own beside the load.
    """

    command: str
    at_most: float | None = None  # socklens' CPU time / this command's
    slow: bool = False  # quadratic, or nearly as slow: few rounds, left out above SLOW_MAX_SIZE
    min_size: int = 100000  # the target holds from this many sockets on


@dataclass(frozen=True)
class Job:
    name: str
    ours: str
    references: tuple[Reference, ...] = ()
    kind: str = "tcp"  # a key of LOADS
    sizes: tuple[int, int] = (1, SLOW_MAX_SIZE)  # least and most sockets it is run with
    spreads: tuple[str, ...] = ("few",)
    statuses: tuple[int, ...] = (0,)  # exit statuses of ours that mean success
    growth_at_most: float | None = None  # CPU time at this size / at the smallest size
    wall_at_most_s: float | None = None
    rss_above_idle_at_most_mib: float | None = None  # measure memory, not time
    prepare: str | None = None  # a command that makes the file $F before the first turn
    bytes_per_socket_at_most: float | None = None  # measure the file that `ours` writes, not time


# The arguments that make `n` sockets; TCP pairs count twice.
LOADS = {
    "idle": lambda n: None,
    "tcp": lambda n: ["--pairs", n // 2, "--listeners", LISTENERS],
    "udp": lambda n: ["--udp", n],
    "unix": lambda n: ["--unix", n // 2],
}

ANY_SIZE = (1, LARGE_SIZE)
FLOOR = "floor"
# INFO, VEGAS and CONG: what `ss -i` asks for.
FLOOR_INFO = "floor --ext 0xe"

JOBS = (
    Job("idle", "socklens list -t --columns $C", kind="idle", statuses=(0, 1), references=(
        Reference(FLOOR),
        Reference("ss -tan", 0.6, min_size=0))),
    Job("list-t", "socklens list -t --columns $C", sizes=ANY_SIZE, references=(
        Reference(FLOOR, 1.15, min_size=10000),
        Reference("ss -tan", 0.30, min_size=10000))),
    # The same states on both sides: ss (before 6.8) does not look for bound-but-inactive sockets,
    # which takes the kernel a walk over all that are bound, whatever else is asked.
    Job("list-t-same", "socklens list -t --columns $C established", references=(
        Reference("floor --states 0x2", 1.15, min_size=10000),
        Reference("ss -tan state established", 0.30, min_size=10000))),
    Job("list-ti", "socklens list -ti --columns $C", sizes=ANY_SIZE, references=(
        Reference(FLOOR_INFO, 1.4, min_size=10000),
        Reference("ss -tani", 0.20, min_size=10000))),
    Job("list-t-owners", "socklens list -t", spreads=("few", "many"), references=(
        Reference(FLOOR, 7),
        Reference("ss -tanp", 0.10, slow=True),
        Reference("lsof -nP -iTCP", 0.20, slow=True),
        Reference("netstat -tanp", slow=True))),
    Job("list-tl", "socklens list -tl --columns $C", sizes=ANY_SIZE, growth_at_most=1.5,
        references=(Reference("ss -tln", 0.05),)),
    Job("port-nomatch", "socklens list -t --columns $C port 1234", statuses=(1,), sizes=ANY_SIZE,
        references=(
            Reference("floor --either-port 1234"),
            Reference("ss -tan sport = :1234 or dport = :1234", 0.5))),
    # Of 100,000 sockets 40,000 have this port.
    Job("port-half", "socklens list -t --columns $C port 9000", sizes=(100000, 100000),
        references=(
            Reference("floor --either-port 9000"),
            Reference("ss -tan sport = :9000 or dport = :9000", 1 / 3))),
    Job("pid", "socklens list -t pid $P", references=(
        Reference("ss -tanp", 1 / 30, slow=True),)),
    Job("process-rtt", "socklens list -ti process nginx and rtt > 50ms", statuses=(1,),
        references=(Reference("socklens list -ti", 1.0),)),
    Job("port-same", "socklens list -t --columns $C established port 1234", statuses=(1,),
        references=(
            Reference("floor --states 0x2 --either-port 1234"),
            Reference("ss -tan state established sport = :1234 or dport = :1234", 0.5))),
    Job("json-ti", "socklens list -j -ti", references=(Reference("socklens list -ti", 1.3),)),
    Job("netstat-t", "socklens list -t --columns $C", references=(Reference("netstat -tan"),)),
    Job("udp", "socklens list -u --columns $C", kind="udp", references=(Reference("ss -uan"),)),
    Job("million-owners", "socklens list -t", sizes=(LARGE_SIZE, LARGE_SIZE), wall_at_most_s=10,
        references=(
            Reference(FLOOR),
            Reference("ss -tanp", slow=True),
            Reference("lsof -nP -iTCP", slow=True),
            Reference("netstat -tanp", slow=True))),
    Job("list-x", "socklens list -x --columns $C", kind="unix", references=(
        Reference("ss -xan", 0.3, min_size=UNIX_SIZE),)),
    Job("list-x-owners", "socklens list -x", kind="unix", references=(
        Reference("ss -xanp", slow=True),)),
    Job("record-ti", "socklens list -ti --columns $C --record -", references=(
        Reference("socklens list -ti --columns $C", 1.5),)),
    Job("replay-ti", "socklens list -ti --columns $C --replay $F", references=(
        Reference("socklens list -ti --columns $C", 0.8),),
        prepare="socklens list -ti --columns $C --record $F"),
    Job("record-size", "socklens record -d 1 -n 3 $F", sizes=(SLOW_MAX_SIZE, SLOW_MAX_SIZE),
        bytes_per_socket_at_most=60),
    Job("rss", "socklens list -t --columns $C", sizes=(SLOW_MIN_SIZE, LARGE_SIZE),
        statuses=(0, 1), rss_above_idle_at_most_mib=4),
)


@dataclass(frozen=True)
class Sample:
    cpu_ms: float
    wall_ms: float


@dataclass(frozen=True)
class Place:
    """A load to make, and to run jobs in."""

    kind: str
    size: int
    spread: str

    def load_arguments(self):
        processes = MANY_PROCESSES if self.spread == "many" else 0
        made = LOADS[self.kind](self.size)
        return made and [str(word) for word in (*made, "--procs", processes)]

    def accepts(self, job):
        least, most = job.sizes
        return (job.kind == self.kind and self.spread in job.spreads
                and (self.kind == "idle" or least <= self.size <= most))


class Namespaces:
    """Makes network namespaces for this process, and so for the commands it starts.

    They are nested in an outer private one, which carries the size of the TCP hash that a new
    namespace gets; so no setting of the machine is touched.
    """

    def __init__(self):
        self.libc = ctypes.CDLL(None, use_errno=True)
        self._unshare()
        self.outer = os.open("/proc/self/ns/net", os.O_RDONLY)
        with open("/proc/sys/net/ipv4/tcp_child_ehash_entries", "w", encoding="ascii") as setting:
            setting.write(str(TCP_HASH_ENTRIES))

    def _unshare(self):
        if self.libc.unshare(CLONE_NEWNET) != 0:
            reason = os.strerror(ctypes.get_errno())
            raise BenchError(f"cannot make a private network namespace: {reason}")

    def enter_fresh(self):
        if self.libc.setns(self.outer, CLONE_NEWNET) != 0:
            raise BenchError(f"setns: {os.strerror(ctypes.get_errno())}")
        self._unshare()
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


class Load:
    """Holds the sockets of a place, in the present network namespace, while its block runs."""

    def __init__(self, program, place):
        self.program = program
        self.place = place
        self.process = None
        self.own = []

    def __enter__(self):
        arguments = self.place.load_arguments()
        if arguments is None:
            return self
        started = time.monotonic()
        self.process = subprocess.Popen([self.program, *arguments], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        try:
            self._wait_ready()
            self._check_count()
            self._hold_own()
        except BaseException:
            self.__exit__()
            raise
        progress(f"{self.place.size} {self.place.kind} sockets, {self.place.spread} processes: "
                 f"made in {time.monotonic() - started:.1f} s")
        return self

    def _wait_ready(self):
        readable, _, _ = select.select([self.process.stdout], [], [], LOAD_TIMEOUT_S)
        if not readable or self.process.stdout.readline() != b"ready\n":
            raise BenchError(f"{self.program} could not make {self.place.size} sockets")

    def _hold_own(self):
        if self.place.kind != "tcp":
            return
        for _ in range(OWN_LISTENERS):
            listener = socket.socket()
            self.own.append(listener)
            listener.bind(("127.0.0.1", 0))
            listener.listen()

    def _check_count(self):
        expected = {"tcp": self.place.size // 2 * 2 + LISTENERS, "udp": self.place.size}
        if self.place.kind not in expected:
            return  # sockstat does not count them
        with open("/proc/net/sockstat", encoding="ascii") as counters:
            in_use = {words[0].rstrip(":").lower(): int(words[2])
                      for words in map(str.split, counters) if words[1] == "inuse"}
        if in_use[self.place.kind] != expected[self.place.kind]:
            raise BenchError(f"{in_use[self.place.kind]} {self.place.kind} sockets were made, not "
                             f"{expected[self.place.kind]}")

    def __exit__(self, *_):
        for listener in self.own:
            listener.close()
        if self.process is None:
            return
        self.process.stdin.close()
        try:
            self.process.wait(LOAD_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Runner:
    def __init__(self, socklens, floor):
        self.programs = {"socklens": socklens, "floor": floor}
        self.failures = []
        self.directory = tempfile.TemporaryDirectory()
        self.file = os.path.join(self.directory.name, "recording")

    def forget_file(self):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(self.file)

    def find(self, command):
        """The command as an argument vector, or None if its program is not installed."""
        for mark, value in (("$C", COLUMNS), ("$F", self.file), ("$P", str(os.getpid()))):
            command = command.replace(mark, value)
        name, *arguments = command.split()
        path = shutil.which(self.programs.get(name, name))
        return path and [path, *arguments]

    def measure(self, command, statuses):
        """One run, with its output thrown away: a Sample, or None if it failed."""
        with tempfile.TemporaryFile() as complaints:
            started = time.perf_counter()
            status, usage = self._spawn_and_reap(self.find(command), complaints.fileno())
            wall_ms = (time.perf_counter() - started) * 1e3
            if status not in statuses:
                complaints.seek(0)
                self._note_failure(command, status, complaints.readline())
                return None
        return Sample((usage.ru_utime + usage.ru_stime) * 1e3, wall_ms)

    @staticmethod
    def _spawn_and_reap(argv, error_fd):
        """Returns the exit status, negative if a signal ended the command, and its resources."""
        actions = (
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
            (os.POSIX_SPAWN_DUP2, error_fd, 2),
        )
        pid = os.posix_spawn(argv[0], argv, os.environ, file_actions=actions)
        try:
            signal.alarm(COMMAND_TIMEOUT_S)
            _, status, usage = os.wait4(pid, 0)
            signal.alarm(0)
        except BaseException as error:
            signal.alarm(0)
            os.kill(pid, signal.SIGKILL)
            _, status, usage = os.wait4(pid, 0)
            if not isinstance(error, CommandTimeout):
                raise
        return os.waitstatus_to_exitcode(status), usage

    def _note_failure(self, command, status, complaint):
        reason = complaint.decode(errors="replace").strip()
        self.failures.append(f"{command}: exit status {status}: {reason}")

    def measure_rss_mib(self, command, statuses):
        """Peak memory, or None if it failed; a spawner as large as Python would be counted in."""
        done = subprocess.run([self.programs["floor"], "--rss", *self.find(command)],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            self._note_failure(command, done.returncode, done.stderr)
            return None
        peak_kib, _, status = map(int, done.stdout.split())
        if status not in statuses:
            self._note_failure(command, status, done.stderr)
            return None
        return peak_kib / 1024


class Table:
    """Prints a line per measured command, and counts the targets."""

    FORMAT = "{:15} {:>7} {:6} {:56} {:>6} {:>9} {:>9} {:>8}  {:>9} {}"

    def __init__(self):
        self.met = 0
        self.missed = 0

    def head(self):
        print(f"$C = {COLUMNS}; ratio = CPU time of socklens / of the line's command")
        print(self.FORMAT.format("job", "size", "procs", "command", "rounds", "cpu ms", "wall ms",
                                 "ratio", "target", "").rstrip(), flush=True)

    def line(self, job, place, command, samples=(), figure=None, target=None, unit="", note=""):
        """`figure` is judged against `target`, if there is one; the less the better."""
        if figure is not None and target is not None:
            note = "ok" if figure <= target else "MISS"
            self.met += figure <= target
            self.missed += figure > target
        print(self.FORMAT.format(
            job.name, place.size, {"few": "few", "many": MANY_PROCESSES}[place.spread], command,
            len(samples) or "",
            f"{median(s.cpu_ms for s in samples):.2f}" if samples else "",
            f"{median(s.wall_ms for s in samples):.2f}" if samples else "",
            "" if figure is None else f"{figure:.3g}{unit}",
            "" if target is None else f"<= {target:g}{unit}",
            note).rstrip(), flush=True)


class Bench:
    def __init__(self, runner, table, rounds):
        self.runner = runner
        self.table = table
        self.rounds = rounds
        self.idle_rss_mib = {}  # by command
        self.smallest = {}  # by job name: the median CPU ms at the first size

    def rounds_at(self, size):
        if self.rounds:
            return self.rounds
        return 9 if size <= 10000 else 7 if size <= 100000 else 5

    def skip_reason(self, reference, place):
        if self.runner.find(reference.command) is None:
            return "not installed"
        if reference.slow and place.size > SLOW_MAX_SIZE:
            return f"skipped: too slow above {SLOW_MAX_SIZE} sockets"
        return None

    def rounds_of(self, reference, place):
        rounds = self.rounds_at(place.size)
        slow = reference.slow and place.size >= SLOW_MIN_SIZE
        return min(rounds, SLOW_ROUNDS) if slow else rounds

    def run(self, job, place):
        self.runner.forget_file()
        if job.prepare and self.runner.measure(job.prepare, job.statuses) is None:
            self.table.line(job, place, job.ours, note="FAILED")
        elif job.bytes_per_socket_at_most is not None:
            self._run_size(job, place)
        elif job.rss_above_idle_at_most_mib is not None:
            self._run_rss(job, place)
        else:
            self._run_times(job, place)

    def _run_size(self, job, place):
        """The file of several looks, by look and socket."""
        if self.runner.measure(job.ours, job.statuses) is None:
            self.table.line(job, place, job.ours, note="FAILED")
            return
        looks = int(job.ours.split("-n ")[1].split()[0])
        size = os.path.getsize(self.runner.file)
        self.table.line(job, place, job.ours, figure=size / looks / place.size,
                        target=job.bytes_per_socket_at_most, unit=" B")

    def _run_times(self, job, place):
        skipped = {r: self.skip_reason(r, place) for r in job.references}
        active = [r for r in job.references if not skipped[r]]
        ours, theirs = self._take_turns(job, active, place)
        if None in ours:
            self.table.line(job, place, job.ours, note="FAILED")
            return
        self._print_ours(job, place, ours)
        for reference in job.references:
            if skipped[reference]:
                self.table.line(job, place, reference.command, note=skipped[reference])
            else:
                self._print_reference(job, place, reference, ours, theirs[reference])

    def _take_turns(self, job, references, place):
        """Samples of ours and of each reference. After None, a failed run, a command rests.

        A command leaves the caches to the next one as it likes, so every other turn goes backwards:
        whoever comes first in one turn comes last in the next.
        """
        ours = []
        theirs = {r: [] for r in references}
        self.runner.measure(job.ours, job.statuses)  # warms the caches
        for turn in range(self.rounds_at(place.size)):
            order = [(job.ours, job.statuses, ours)]
            order += [(r.command, (0,), samples) for r, samples in theirs.items()
                      if turn < self.rounds_of(r, place)]
            for command, statuses, samples in order[::-1] if turn % 2 else order:
                if None not in samples:
                    samples.append(self.runner.measure(command, statuses))
            if None in ours:
                break
        return ours, theirs

    def _print_ours(self, job, place, samples):
        cpu_ms = median(s.cpu_ms for s in samples)
        wall_s = median(s.wall_ms for s in samples) / 1e3
        self.table.line(job, place, job.ours, samples)
        if job.wall_at_most_s is not None:
            self.table.line(job, place, "  wall time", figure=wall_s, target=job.wall_at_most_s,
                            unit=" s")
        if job.growth_at_most is None:
            return
        if job.name in self.smallest:
            size, smallest_cpu_ms = self.smallest[job.name]
            self.table.line(job, place, f"  itself at {size}", figure=cpu_ms / smallest_cpu_ms,
                            target=job.growth_at_most)
        else:
            self.smallest[job.name] = (place.size, cpu_ms)

    def _print_reference(self, job, place, reference, ours, theirs):
        if None in theirs:
            self.table.line(job, place, reference.command, note="FAILED")
            return
        ratio = median(a.cpu_ms / b.cpu_ms for a, b in zip(ours, theirs))
        binding = place.size >= reference.min_size
        self.table.line(job, place, reference.command, theirs, ratio,
                        reference.at_most if binding else None)

    def measure_idle_rss(self, jobs):
        """For the jobs about memory; call it in an empty namespace."""
        for job in jobs:
            self.idle_rss_mib[job.ours] = self._median_rss_mib(job)

    def _median_rss_mib(self, job):
        found = [self.runner.measure_rss_mib(job.ours, job.statuses) for _ in range(SLOW_ROUNDS)]
        return None if None in found else median(found)

    def _run_rss(self, job, place):
        idle = self.idle_rss_mib[job.ours]
        loaded = self._median_rss_mib(job)
        if idle is None or loaded is None:
            self.table.line(job, place, job.ours, note="FAILED")
            return
        self.table.line(job, place, job.ours)
        self.table.line(job, place, f"  peak {loaded:.2f} MiB, {idle:.2f} idle",
                        figure=loaded - idle, target=job.rss_above_idle_at_most_mib, unit=" MiB")


def progress(text):
    print(f"# {text}", file=sys.stderr, flush=True)


def places(sizes):
    yield Place("idle", 0, "few")
    for size in sizes:
        yield Place("tcp", size, "few")
        if 10000 <= size <= 100000:
            yield Place("tcp", size, "many")
        yield Place("udp", size, "few")
    if max(sizes) >= UNIX_SIZE:
        yield Place("unix", UNIX_SIZE, "few")


def find_program(path):
    if not os.access(path, os.X_OK):
        raise BenchError(f"no such program: {path}")
    return os.path.abspath(path)


def bench(arguments, jobs, sizes):
    load_program = find_program(arguments.load)
    runner = Runner(find_program(arguments.socklens), find_program(arguments.floor))
    namespaces = Namespaces()
    table = Table()
    state = Bench(runner, table, arguments.rounds)

    table.head()
    for place in places(sizes):
        wanted = [job for job in jobs if place.accepts(job)]
        memory_jobs = [job for job in jobs if job.rss_above_idle_at_most_mib is not None]
        if not wanted and not (place.kind == "idle" and memory_jobs):
            continue
        namespaces.enter_fresh()
        with Load(load_program, place):
            if place.kind == "idle":
                state.measure_idle_rss(memory_jobs)
            for job in wanted:
                state.run(job, place)
    for failure in dict.fromkeys(runner.failures):
        print(f"FAILED {failure}")
    print(f"{table.met} targets met, {table.missed} missed")
    return 1 if runner.failures else 0


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--socklens", required=True, help="the program to measure")
    parser.add_argument("--floor", required=True, help="the program built from floor.c")
    parser.add_argument("--load", required=True, help="the program built from load.c")
    parser.add_argument("--large", action="store_true", help=f"also with {LARGE_SIZE} sockets")
    parser.add_argument("--sizes", default=DEFAULT_SIZES, metavar="N,...",
                        help=f"how many sockets (default: {DEFAULT_SIZES})")
    parser.add_argument("--rounds", type=int, metavar="N",
                        help="turns per command (default: 9, 7 at 100000, 5 above)")
    parser.add_argument("--jobs", metavar="NAME,...",
                        help="only these: " + ", ".join(job.name for job in JOBS))
    return parser.parse_args()


def chosen_jobs(names):
    if names is None:
        return JOBS
    by_name = {job.name: job for job in JOBS}
    unknown = [name for name in names.split(",") if name not in by_name]
    if unknown:
        raise BenchError(f"no such job: {unknown[0]}")
    return [by_name[name] for name in names.split(",")]


def chosen_sizes(text, large):
    try:
        sizes = {int(size) for size in text.split(",")}
    except ValueError:
        raise BenchError(f"not a list of numbers: {text}") from None
    if not all(2 <= size <= LARGE_SIZE for size in sizes):
        raise BenchError(f"a size is from 2 to {LARGE_SIZE}")
    return sorted(sizes | ({LARGE_SIZE} if large else set()))


def stop(number, _frame):
    """So that a terminated run ends its load and its command too."""
    sys.exit(128 + number)


def end_command(_number, _frame):
    raise CommandTimeout


def main():
    arguments = parse_arguments()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGALRM, end_command)
    try:
        if os.geteuid() != 0:
            raise BenchError("must be root, to make private network namespaces")
        return bench(arguments, chosen_jobs(arguments.jobs),
                     chosen_sizes(arguments.sizes, arguments.large))
    except (BenchError, OSError, subprocess.CalledProcessError) as error:
        print(f"bench.py: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
