"""The live view in a real terminal: tmux with a server of its own, keys sent, screens read."""

import contextlib
import os
import shutil
import subprocess
import tempfile
import time

import live
from live import Skip, true


class Screen:
    """A terminal of tmux with one program in it."""

    def __init__(self, directory, words, width, height, environment):
        self.socket = f"{directory}/tmux"
        self.environment = {k: v for k, v in os.environ.items() if k not in ("TMUX", "LANG")}
        self.environment |= {"LC_ALL": "C.UTF-8", "HOME": directory} | (environment or {})
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(width), "-y", str(height),
                  "-s", "main", "--", *words)  # fmt: skip
        self.tmux("set-option", "-g", "remain-on-exit", "on")

    def tmux(self, *words):
        done = subprocess.run(
            ["tmux", "-u", "-S", self.socket, *words], env=self.environment,
            capture_output=True, timeout=live.LIMIT_SECONDS,
        )  # fmt: skip
        return done.stdout.decode(errors="replace")

    def press(self, *keys):
        """Keys by tmux's names: "Enter", "F4", "Escape", "j"."""
        self.tmux("send-keys", "-t", "main", *keys)

    def type(self, text):
        self.tmux("send-keys", "-t", "main", "-l", text)

    def text(self):
        return self.tmux("capture-pane", "-p", "-t", "main")

    def lines(self):
        return self.text().split("\n")

    def coloured(self):
        """With the escapes that make the colours."""
        return self.tmux("capture-pane", "-p", "-e", "-t", "main")

    def resize(self, width, height):
        self.tmux("resize-window", "-t", "main", "-x", str(width), "-y", str(height))

    def pid(self):
        return int(self.tmux("display-message", "-p", "-t", "main", "#{pane_pid}"))

    def is_dead(self):
        return self.tmux("display-message", "-p", "-t", "main", "#{pane_dead}").strip() == "1"

    def status(self):
        return int(self.tmux("display-message", "-p", "-t", "main", "#{pane_dead_status}") or -1)

    def wait_for(self, what, sentence=None):
        """Poll until what(screen text) is true, or the text holds `what`; return the text."""
        end = time.monotonic() + live.LIMIT_SECONDS / 4
        is_there = what if callable(what) else lambda text: what in text
        while time.monotonic() < end:
            text = self.text()
            if is_there(text):
                return text
            time.sleep(0.05)
        raise AssertionError(f"the screen never showed {sentence or what!r}:\n{self.text()}")

    def row(self, *words):
        """The line of the screen that has all these words, once there is one."""
        def find(text):
            return [line for line in text.split("\n") if all(word in line for word in words)]
        return find(self.wait_for(find, f"a row with {words}"))[0]


@contextlib.contextmanager
def screen(*words, width=120, height=30, environment=None):
    """The program with these words in a terminal, until the block ends."""
    if not shutil.which("tmux"):
        raise Skip("no tmux here")
    with tempfile.TemporaryDirectory() as directory:
        one = Screen(directory, [live.PROGRAM, *words], width, height, environment)
        try:
            yield one
        finally:
            one.tmux("kill-server")


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        return [int(child) for child in children.read().split()]


def processes_of(one):
    """(collector, screen process) of a live view that is shown."""
    children = live.until(lambda: children_of(one.pid()), "the screen process")
    true(len(children) == 1, f"one child: {children}")
    return one.pid(), children[0]
