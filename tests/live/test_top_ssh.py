"""Several machines at once, through an "ssh" on PATH that runs the command on this one."""

import contextlib
import os
import random
import signal
import tempfile
import time

import live
import sockets
from live import equal, test, true, until
from screens import command, is_running, screen, shell, tree_of

# As ssh: options, "--", the host, then what is to be run. Who is in the file is not at home.
SSH = """#!/bin/sh
while [ "$1" != -- ]; do shift; done
host=$2
shift 2
if grep -qx "$host" "{folder}/away" 2>/dev/null; then
	printf 'ssh: connect to host %s: \\033[31mNo route to host\\n' "$host" >&2
	exit 255
fi
echo $$ >"{folder}/$host.pid"
exec "$@"
"""

# It never connects, and no signal that can be ignored ends it.
STUBBORN = """#!/bin/sh
trap '' TERM HUP INT
while [ "$1" != -- ]; do shift; done
echo $$ >"{folder}/$2.pid"
while :; do sleep 1000; done
"""


@contextlib.contextmanager
def machines(*words, ssh=SSH, **options):
    """A live view with these words, and the folder of its ssh."""
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/ssh", "w", encoding="ascii") as script:
            script.write(ssh.format(folder=folder))
        os.chmod(f"{folder}/ssh", 0o755)
        os.chmod(folder, 0o777)
        os.symlink(os.path.abspath(live.PROGRAM), f"{folder}/socklens")
        env = {"PATH": f"{folder}:{os.environ['PATH']}"}
        with screen("top", "-d", "0.3", "--ssh", *words, env=env, **options) as one:
            yield one, folder


def send_away(folder, *hosts):
    with open(f"{folder}/away", "w", encoding="ascii") as file:
        file.write("".join(f"{host}\n" for host in hosts))


def recorder(folder, host):
    with open(f"{folder}/{host}.pid", encoding="ascii") as file:
        return int(file.read())


def started(folder, host):
    """The recorder, once it has said which process it is."""
    def told():
        with contextlib.suppress(FileNotFoundError, ValueError):
            return recorder(folder, host)
    return until(told, f"the ssh of {host}")


@test("the sockets of each machine are there, with its name in the first column")
def _():
    kept = sockets.listener()
    end = f"127.0.0.1:{sockets.port(kept)}"
    with machines("web1,web2", f"port {sockets.port(kept)}") as (one, _folder):
        for host in ("web1", "web2"):
            true(one.row("LISTEN", end, host).startswith(f" {host} "), f"{host} comes first")
        one.like(r"^ socklens  web1  web2  ")
        one.type("/machine web2")
        one.press("Enter")
        one.wait_for(lambda text: not one.is_shown("web1", "LISTEN"), "only web2")
        one.row("web2", "LISTEN", end)


@test("a machine that drops out is shown as such, with why, and comes back by itself")
def _():
    kept = sockets.listener()
    end = f"127.0.0.1:{sockets.port(kept)}"
    with machines("web1,web2", f"port {sockets.port(kept)}") as (one, folder):
        one.row("web1", end)
        one.row("web2", end)
        send_away(folder, "web2")
        os.kill(recorder(folder, "web2"), signal.SIGKILL)
        one.like(r"^ socklens  web1  web2!")
        one.like(r"^ ! web2: ssh: connect to host web2: \\x1b\[31mNo route to host \(next try in")
        one.row("web2", end)  # as it was last
        one.row("web1", end)
        send_away(folder)
        one.like(r"^ socklens  web1  web2  ")
        one.row("web2", end)


@test("a machine that is there late, or never, holds nobody up")
def _():
    kept = sockets.listener()
    end = f"127.0.0.1:{sockets.port(kept)}"
    with machines("web1,web2,web3", f"port {sockets.port(kept)}") as (one, folder):
        one.row("web3", end)
        stopped = recorder(folder, "web2")
        os.kill(stopped, signal.SIGSTOP)
        # The others go on: a socket that is made now appears on them.
        other = sockets.listener()
        one.type(f"/port {sockets.port(kept)},{sockets.port(other)}")
        one.press("Enter")
        one.press("Escape", "Escape")
        os.kill(stopped, signal.SIGCONT)
        one.wait_for("web2")


@test("recorders that are killed at random moments never end the view, and all end with it")
def _():
    numbers = random.Random(7)
    hosts = ["web1", "web2", "web3"]
    with machines(",".join(hosts), "all") as (one, folder):
        one.like(r"^ socklens  web1  web2  web3  ")
        for _turn in range(12):
            host = numbers.choice(hosts)
            with contextlib.suppress(OSError, ValueError):
                os.kill(recorder(folder, host), numbers.choice([signal.SIGKILL, signal.SIGTERM]))
            time.sleep(numbers.random() / 4)  # the random moment, not a wait for anything
            equal(one.is_dead(), False, "the view is there")
        one.like(r"^ socklens  web1  web2  web3  ")
        started = [recorder(folder, host) for host in hosts]
        true(all(map(is_running, started)), "the recorders are there")
        one.type("q")
        until(one.is_dead, "the end")
        equal(one.status(), 0, "its status")
        until(lambda: not any(map(is_running, started)), "the end of all recorders")


@test("recorders end with a view that is killed")
def _():
    with machines("web1,web2") as (one, folder):
        one.like(r"^ socklens  web1  web2  ")
        started = [recorder(folder, host) for host in ("web1", "web2")]
        for pid in tree_of(one.pid()):
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(map(is_running, started)), "the end of all recorders")


@test("an ssh that does not want to end ends with the view, however many there are")
def _():
    hosts = [f"web{number}" for number in range(12)]
    with machines(",".join(hosts), ssh=STUBBORN) as (one, folder):
        pids = [started(folder, host) for host in hosts]
        os.kill(one.pid(), signal.SIGTERM)
        until(one.is_dead, "the end")
        equal(one.status(), "signal 15", "its status")
        equal([pid for pid in pids if is_running(pid)], [], "nobody is left")


@test("hosts that are options, twice there, or no names at all are refused")
def _():
    for hosts, said in (
        ("-oProxyCommand=true", "no name of a host"), ("web1,-x", "'-x': that is no name"),
        ("web1,", "'': that is no name"), ("a;b", "no name of a host"), ("web1,web1", "twice"),
    ):  # fmt: skip
        with shell() as one:
            command(one, f"clear; socklens top --ssh='{hosts}'; echo left with $?")
            one.wait_for(said)
            one.wait_for("left with 2")


@test("what would show something else is refused")
def _():
    for words in (["-b"], ["--replay", "x"], ["-N", "1"]):
        status, out, err = live.run("top", "--ssh", "web1", *words)
        equal((status, out), (2, b""), str(words))
        true(b"--ssh" in err, err)


if __name__ == "__main__":
    live.main()
