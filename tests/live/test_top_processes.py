#!/usr/bin/env python3
"""The two processes of the live view: what privilege is left, and that neither outlives the other.

A process that does what a shell does runs the program in a terminal of its own: as a job in the
foreground that it waits for, and takes the terminal back from when that ends or stops.
"""

import contextlib
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import threading
import time

from live import PROGRAM, equal, is_root, main, need_root, test, true, until

NOBODY = 65534
ENDS_WITHIN_S = 1.0
NOTHING = "0" * 16
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
SHOW_CURSOR = b"\x1b[?25h"
DRAWN = b"PROTO"  # curses is set up by then, and takes no signal for itself any more


def environment(extra):
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("SUDO_", "LC_", "LANG"))}
    options = os.environ.get("ASAN_OPTIONS", "")
    mine = {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "HOME": "/"}
    mine["ASAN_OPTIONS"] = ":".join(filter(None, [options, "handle_segv=0"]))
    return clean | mine | extra


def become(user):
    if user is not None:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)


def start_job(slave, user, words, env):
    job = os.fork()
    if job == 0:
        try:
            os.setpgid(0, 0)
            os.tcsetpgrp(slave, os.getpid())
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGINT, signal.SIGPIPE):
                signal.signal(number, signal.SIG_DFL)
            become(user)
            os.execve(words[0], words, env)
        finally:
            os._exit(126)
    return job


def be_shell(slave, tell, listen, user, words, env):
    """Run one job; say what becomes of it; a byte means fg."""
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for number in (signal.SIGTTOU, signal.SIGTSTP, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    for number in range(3):
        os.dup2(slave, number)
    os.closerange(max(3, slave), slave + 1)
    job = start_job(0, user, words, env)
    os.write(tell, f"job {job}\n".encode())
    while True:
        _, status = os.waitpid(job, os.WUNTRACED)
        os.tcsetpgrp(0, os.getpid())
        if not os.WIFSTOPPED(status):
            break
        os.write(tell, b"stopped\n")
        os.read(listen, 1)
        os.tcsetpgrp(0, job)
        os.killpg(job, signal.SIGCONT)
    if os.WIFSIGNALED(status):
        os.write(tell, f"killed {os.WTERMSIG(status)}\n".encode())
    else:
        os.write(tell, f"exited {os.WEXITSTATUS(status)}\n".encode())
    os.read(listen, 1)


class Terminal:
    """A shell's terminal with the program in it."""

    def __init__(self, user=None, env=None, delay="0.2"):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        if user is not None:
            os.fchown(self.slave, user, -1)
        self.before = termios.tcgetattr(self.slave)
        self.seen, self.said = b"", []
        tell_read, tell = os.pipe()
        listen, self.control = os.pipe()
        self.shell = os.fork()
        if self.shell == 0:
            try:
                os.close(self.master)
                os.close(tell_read)
                os.close(self.control)
                command = [PROGRAM, "top", "-d", delay]
                be_shell(self.slave, tell, listen, user, command, environment(env or {}))
            finally:
                os._exit(0)
        os.close(tell)
        os.close(listen)
        self.events = os.fdopen(tell_read)
        self.stop_read, self.stop = os.pipe()
        self.reader = threading.Thread(target=self.read_screen, daemon=True)
        self.reader.start()
        threading.Thread(target=self.read_events, daemon=True).start()
        self.job = int(until(lambda: self.said, "the job")[0].split()[1])
        until(lambda: DRAWN in self.seen or len(self.said) > 1, "the table")
        true(len(self.said) == 1, f"it runs: {self.said} {self.seen!r}")
        self.screen = until(lambda: child_of(self.job), "the screen process")

    def read_screen(self):
        with contextlib.suppress(OSError):
            while self.stop_read not in select.select([self.master, self.stop_read], [], [])[0]:
                self.seen += os.read(self.master, 65536)

    def stop_reading(self):
        os.write(self.stop, b"s")
        self.reader.join()

    def go_away(self):
        """As an emulator whose window is closed. Who reads would keep the terminal open."""
        self.stop_reading()
        os.close(self.slave)
        os.close(self.master)
        self.slave = self.master = -1

    def read_events(self):
        for line in self.events:
            self.said.append(line.strip())

    def settings(self):
        return termios.tcgetattr(self.slave)

    def end(self):
        for pid in (self.screen, self.job):
            with contextlib.suppress(ProcessLookupError):
                if name_of(pid) == "socklens":
                    os.kill(pid, signal.SIGKILL)
        os.kill(self.shell, signal.SIGKILL)
        os.waitpid(self.shell, 0)
        self.stop_reading()  # or it would read from the next one, by the same number
        for fd in (self.slave, self.control, self.stop, self.stop_read, self.master):
            with contextlib.suppress(OSError):
                os.close(fd)


@contextlib.contextmanager
def terminal(*arguments, **options):
    one = Terminal(*arguments, **options)
    try:
        yield one
    finally:
        one.end()


def read(path):
    with contextlib.suppress(OSError):
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "replace")
    return ""


def name_of(pid):
    return read(f"/proc/{pid}/comm").strip()


def is_running(pid):
    state = read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return bool(state) and state[0] not in "ZX"


def child_of(pid):
    for name in os.listdir("/proc"):
        if name.isdigit():
            fields = read(f"/proc/{name}/stat").rpartition(")")[2].split()
            if fields and int(fields[1]) == pid:
                return int(name)
    return None


def status_of(pid):
    lines = read(f"/proc/{pid}/status").splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def took(condition, what, limit=ENDS_WITHIN_S):
    """Seconds until condition(), which must not be more than the limit."""
    start = time.monotonic()
    while not condition():
        true(time.monotonic() < start + limit, f"{what} within {limit} s")
        time.sleep(0.002)
    return time.monotonic() - start


def both_gone(one):
    return not is_running(one.screen) and not is_running(one.job)


def check_restored(one):
    took(lambda: one.seen.rfind(LEAVE) > one.seen.rfind(ENTER), "the alternate screen is left")
    true(one.seen.rfind(SHOW_CURSOR) > one.seen.rfind(ENTER), "the cursor is shown")
    equal(one.settings(), one.before, "the settings of the terminal")


def check_ends(one, pid, number, said, limit=ENDS_WITHIN_S):
    true(one.settings() != one.before, "the screen changed the terminal's settings")
    os.kill(pid, number)
    seconds = took(lambda: both_gone(one), "both end", limit)
    took(lambda: len(one.said) > 1, "the shell knows")
    true(one.said[-1] in said, f"{one.said[-1]} is one of {said}")
    check_restored(one)
    print(f"# both ended in {seconds * 1000:.0f} ms", flush=True)


def users():
    yield None
    if is_root():
        yield NOBODY


@test("the screen process has no privilege left, and can get none")
def no_privilege():
    for user in users():
        with terminal(user) as one:
            status = status_of(one.screen)
            for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
                equal(status[name], NOTHING, f"{name} of user {user}")
            equal(status["NoNewPrivs"], "1", "NoNewPrivs")
            if user is None:
                equal(status["CapBnd"], NOTHING, "CapBnd")


@test("the collector keeps what it was started with")
def keeps_privilege():
    with terminal() as one:
        equal(status_of(one.job)["CapEff"], status_of("self")["CapEff"], "CapEff")


@test("started by sudo, the screen process is the user who called that")
def sudo():
    need_root()
    with terminal(env={"SUDO_UID": "12345", "SUDO_GID": "54321"}) as one:
        status = status_of(one.screen)
        equal(status["Uid"].split(), ["12345"] * 4, "Uid")
        equal(status["Gid"].split(), ["54321"] * 4, "Gid")
        equal(status["Groups"].split(), ["54321"], "Groups")
        equal(status["CapBnd"], NOTHING, "CapBnd")
        equal(status_of(one.job)["Uid"].split(), ["0"] * 4, "Uid of the collector")


@test("the screen process holds the terminal, the channel, and nothing of the machine")
def descriptors():
    with terminal() as one:
        links = []
        for fd in os.listdir(f"/proc/{one.screen}/fd"):
            with contextlib.suppress(OSError):
                links.append(os.readlink(f"/proc/{one.screen}/fd/{fd}"))
        sockets = [link for link in links if link.startswith("socket:")]
        equal(len(sockets), 1, f"sockets in {links}")
        foreign = [link for link in links if link.startswith(("/proc", "/sys", "net:"))]
        equal(foreign, [], "descriptors of the machine")


@test("whatever kills the screen process, the terminal is as it was and the status is 3")
def screen_killed():
    for user in users():
        for number in (signal.SIGKILL, signal.SIGSEGV):
            with terminal(user) as one:
                check_ends(one, one.screen, number, ["exited 3"])
                words = f"the screen ended by signal {int(number)}".encode()
                took(lambda: words in one.seen, "it says so")


@test("a screen process that is told to end takes the collector along")
def screen_told():
    for user in users():
        for number in (signal.SIGTERM, signal.SIGHUP):
            with terminal(user) as one:
                check_ends(one, one.screen, number, [f"exited {128 + number}"])


@test("a collector that is killed takes the screen along, which restores the terminal")
def collector_killed():
    for user in users():
        for number in (signal.SIGKILL, signal.SIGSEGV):
            with terminal(user) as one:
                check_ends(one, one.job, number, [f"killed {int(number)}"])


@test("a collector that is killed is noticed even while nothing is asked of it")
def collector_killed_idle():
    with terminal(delay="60") as one:
        time.sleep(0.5)  # the first look is over
        check_ends(one, one.job, signal.SIGKILL, [f"killed {int(signal.SIGKILL)}"])


@test("a collector that is told to end does so once the terminal is as it was")
def collector_told():
    for user in users():
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            with terminal(user) as one:
                check_ends(one, one.job, number, [f"killed {int(number)}"])


@test("a screen process that does not end is ended, and the terminal restored for it")
def screen_hangs():
    with terminal() as one:
        os.kill(one.screen, signal.SIGSTOP)
        took(lambda: "T" in status_of(one.screen)["State"], "it is stopped")
        check_ends(one, one.job, signal.SIGTERM, [f"killed {int(signal.SIGTERM)}"], 3.0)


@test("a terminal that goes away ends both")
def terminal_gone():
    for user in users():
        with terminal(user) as one:
            one.go_away()
            seconds = took(lambda: both_gone(one), "both end")
            print(f"# both ended {seconds * 1000:.0f} ms after the terminal", flush=True)


@test("a terminal that takes nothing holds nobody who tells that the screen was killed")
def terminal_stalled():
    with terminal() as one:
        termios.tcflow(one.slave, termios.TCOOFF)
        os.kill(one.screen, signal.SIGKILL)
        took(lambda: not is_running(one.screen), "the screen process ends")
        time.sleep(0.3)  # it tells of that by now
        os.kill(one.job, signal.SIGTERM)
        took(lambda: both_gone(one), "both end")


@test("SIGTSTP to either stops the job on the screen that was before, and fg goes on")
def suspend():
    for who in ("job", "screen", "group"):
        with terminal() as one:
            if who == "group":
                os.killpg(one.job, signal.SIGTSTP)
            else:
                os.kill(getattr(one, who), signal.SIGTSTP)
            took(lambda: one.said[-1] == "stopped", f"SIGTSTP to the {who} stops the job")
            took(lambda: one.seen.rfind(LEAVE) > one.seen.rfind(ENTER), "the screen before")
            equal(one.settings(), one.before, "the settings of the terminal")
            shown = len(one.seen)
            os.write(one.control, b"f")
            took(lambda: ENTER in one.seen[shown:], "the live view is back")
            time.sleep(0.2)  # a second stop would come by now
            equal(one.said[1:], ["stopped"], "stopped once")
            os.write(one.master, b"q")
            took(lambda: both_gone(one), "both end")
            took(lambda: one.said[-1] == "exited 0", "the status is that of the screen")
            check_restored(one)


@test("a key ends both with the status of the screen process")
def quit_key():
    with terminal() as one:
        os.write(one.master, b"q")
        seconds = took(lambda: both_gone(one), "both end")
        took(lambda: one.said[-1] == "exited 0", "the status is 0")
        check_restored(one)
        print(f"# both ended in {seconds * 1000:.0f} ms", flush=True)


@test("a namespace that is not there is said before anything is drawn")
def no_namespace():
    master, slave = pty.openpty()
    done = subprocess.run(
        [PROGRAM, "top", "-N", "/nonexistent"],
        stdin=slave, stdout=slave, stderr=subprocess.PIPE, env=environment({}), timeout=10,
    )
    os.close(slave)
    drawn = b""
    with contextlib.suppress(OSError):
        drawn = os.read(master, 4096)
    os.close(master)
    equal(done.returncode, 2, "status")
    true(b"/nonexistent" in done.stderr, f"{done.stderr!r} names it")
    equal(drawn, b"", "drawn")


main()
