"""The live view in a real terminal: tmux with a server of its own, keys sent, screens read."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

import live
from live import Skip, true

GREEN, RED, YELLOW = 32, 31, 33
# The program as nobody.
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", live.PROGRAM]
# With OSC 52 taken, and dead panes kept, so that what is left on them can be read.
CONFIGURATION = """
set -g default-terminal screen
set -g remain-on-exit on
set -g status off
set -g exit-empty off
set -s escape-time 0
set -s set-clipboard on
"""


class Screen:
    """A terminal of tmux with one program in it."""

    def __init__(self, directory, words, width, height):
        self.directory = directory
        environment = {k: v for k, v in os.environ.items() if k not in ("TMUX", "LANG")}
        self.environment = environment | {"HOME": directory, "LC_ALL": "C.UTF-8"}
        with open(f"{directory}/conf", "w", encoding="ascii") as file:
            file.write(CONFIGURATION)
        self.tmux("-f", f"{directory}/conf", "new-session", "-d", "-s", "main",
                  "-x", str(width), "-y", str(height), "--", *words)  # fmt: skip

    def tmux(self, *words, given=None):
        done = subprocess.run(
            ["tmux", "-u", "-S", f"{self.directory}/tmux", *words], env=self.environment,
            capture_output=True, input=given, timeout=live.LIMIT_SECONDS,
        )  # fmt: skip
        return done.stdout.decode(errors="replace")

    def press(self, *keys):
        """Keys by tmux's names: "Enter", "F4", "Escape", "j"."""
        self.tmux("send-keys", "-t", "main", *keys)

    def type(self, text):
        self.tmux("send-keys", "-t", "main", "-l", text)

    def paste(self, content):
        """These very bytes."""
        self.tmux("load-buffer", "-", given=content)
        self.tmux("paste-buffer", "-r", "-t", "main")

    def text(self):
        return self.tmux("capture-pane", "-p", "-t", "main")

    def lines(self):
        return self.text().split("\n")

    def coloured(self):
        """The lines, with the escapes that make the colours; each begins with its own."""
        return self.tmux("capture-pane", "-p", "-e", "-t", "main").split("\n")

    def ask(self, variable):
        """What tmux knows of the terminal."""
        return self.tmux("display-message", "-p", "-t", "main", "#{%s}" % variable).strip()

    def resize(self, width, height):
        self.tmux("resize-window", "-t", "main", "-x", str(width), "-y", str(height))

    def pid(self):
        return int(self.ask("pane_pid"))

    def is_dead(self):
        return self.ask("pane_dead") == "1"

    def status(self):
        """How the program ended, once that is known, which is after its terminal is left."""
        server = int(self.ask("pid"))

        def told():
            os.kill(server, signal.SIGCHLD)  # tmux may have missed it, and leave a zombie
            return self.ask("pane_dead_status") or self.ask("pane_dead_signal")
        live.until(told, "the exit status")
        number = self.ask("pane_dead_signal")
        return f"signal {number}" if number else int(self.ask("pane_dead_status"))

    def wait_for(self, what, sentence=None):
        """Poll until what(screen text) is true, or the text holds `what`; return the text."""
        end = time.monotonic() + live.LIMIT_SECONDS / 4
        is_there = what if callable(what) else lambda text: what in text
        while time.monotonic() < end:
            text = self.text()
            if is_there(text):
                return self.settled(text, is_there)
            time.sleep(0.03)
        raise AssertionError(f"the screen never showed {sentence or what!r}:\n{self.text()}")

    def settled(self, text, is_there):
        """The text once it stays for a moment: it may have been read in the middle of a drawing."""
        for _ in range(10):
            time.sleep(0.02)
            before, text = text, self.text()
            if text == before and is_there(text):
                break
        return text if is_there(text) else before

    def like(self, pattern):
        """Wait for a match, in which ^ and $ are those of a line, and return it."""
        return re.search(pattern, self.wait_for(
            lambda text: re.search(pattern, text, re.M), pattern), re.M)  # fmt: skip

    def row(self, *words):
        """The line of the screen that has all these words, once there is one."""
        found = lambda text: [line for line in text.split("\n") if all(w in line for w in words)]
        return found(self.wait_for(found, f"a row with {words}"))[0]

    def is_shown(self, *words):
        return any(all(word in line for word in words) for line in self.lines())

    def coloured_row(self, mark, colour, *words):
        """Wait for a row that begins with this mark, and is in this colour."""
        def is_there(_text):
            return any(
                plain(line).startswith(mark)
                and colour in colours(line)
                and all(word in plain(line) for word in words)
                for line in self.coloured()
            )  # fmt: skip
        self.wait_for(is_there, f"a row {mark} {words} in colour {colour}")


def plain(line):
    return re.sub(r"\x1b[^m]*m", "", line)


def colours(line):
    """The numbers of all SGR sequences."""
    found = re.findall(r"\x1b\[([\d;]*)m", line)
    return {int(number) for part in found for number in part.split(";") if number}


@contextlib.contextmanager
def screen(*words, width=120, height=30, program=None, env=None):
    """The program with these words in a terminal, until that goes away and both end with it."""
    if not shutil.which("tmux"):
        raise Skip("no tmux here")
    settings = [f"{name}={value}" for name, value in (env or {}).items()]
    with tempfile.TemporaryDirectory() as directory:
        words = ["env", *settings, *(program or [live.PROGRAM]), *words]
        one = Screen(directory, words, width, height)
        try:
            yield one
            pids = tree_of(one.pid()) if one.ask("pane_dead") == "0" else []
        finally:
            one.tmux("kill-server")
        live.until(lambda: not any(map(is_running, pids)), f"the end of {pids}")


@contextlib.contextmanager
def shell():
    """A shell in the terminal, which finds the program."""
    with tempfile.TemporaryDirectory() as directory:
        os.symlink(os.path.abspath(live.PROGRAM), f"{directory}/socklens")
        environment = {"PATH": f"{directory}:{os.environ['PATH']}", "PS1": "shell> "}
        # A program that crashes on purpose is no find of a sanitizer.
        options = os.environ.get("ASAN_OPTIONS", "")
        environment["ASAN_OPTIONS"] = ":".join(filter(None, [options, "handle_segv=0"]))
        bash = ["bash", "--norc", "--noprofile"]
        with screen(program=bash, env=environment) as one:
            one.like("^shell>")
            yield one


def command(one, text):
    one.type(text)
    one.press("Enter")


def is_running(pid):
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def children_of(pid):
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
            return [int(child) for child in children.read().split()]
    return []


def tree_of(pid):
    return [pid, *(one for child in children_of(pid) for one in tree_of(child))]


def processes_of(one):
    """(collector, screen process) of a live view that is shown."""
    children = live.until(lambda: children_of(one.pid()), "the screen process")
    true(len(children) == 1, f"one child: {children}")
    return one.pid(), children[0]
