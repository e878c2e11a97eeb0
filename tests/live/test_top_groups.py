"""Groups in the live view: by process, by what is chosen, and into one and back."""

import json
import re
import tempfile

import live
import sockets
from live import equal, test, true
from screens import screen


def stage():
    return [sockets.pair(), sockets.pair(), sockets.datagram()]


def count_of(one, key):
    """How many sockets the row of the group says it has, once it is there."""
    return int(one.like(rf"^[▸▾] {re.escape(key)} .*? (\d+) sockets?( |$)").group(1))


@test("the tree has every process with its sockets, and opens and closes")
def _():
    kept = stage()
    name = live.rows("tcp")[0]["owners"][0]["exe"]
    total = len([row for row in live.rows() if row.get("owners", [{}])[0].get("exe") == name])
    with screen("top", "-d", "0.2", "process", name) as one:
        one.wait_for(f"{total} shown", f"{len(kept)} kinds")
        one.press("F5")
        equal(count_of(one, name), total, "sockets of the process")
        one.press("Right")
        one.like(rf"^▾ {re.escape(name)} ")
        one.row("LISTEN", name)
        one.press("Left")
        one.like(rf"^▸ {re.escape(name)} ")
        one.press("t")
        one.wait_for(lambda text: "▸" not in text and "LISTEN" in text, "no groups")


@test("Enter on a group filters to exactly its sockets, and Esc goes back to the groups")
def _():
    kept = stage()
    listeners = len(live.rows("tcp", "listen"))
    true(listeners >= 2, f"listeners of {len(kept)}")
    with screen("top", "-d", "0.2", "tcp", "--group", "state") as one:
        equal(count_of(one, "LISTEN"), listeners, "listeners")
        one.press("Home")
        lines = [line for line in one.lines() if line.startswith("▸")]
        for _ in range([line.split()[1] for line in lines].index("LISTEN")):
            one.press("Down")
        one.press("Enter")
        one.like(rf"^ filter: .*state = LISTEN.* {listeners} shown")
        true("▸" not in one.text(), "the sockets themselves")
        one.press("Escape")
        one.like(r"^▸ LISTEN ")


@test("what to group by is chosen from a menu, and levels are given on the command line")
def _():
    kept = stage()
    with screen("top", "-d", "0.2", "--group", "proto,state") as one:
        one.like(r"^▸ tcp ")
        one.press("*")
        one.like(r"^  ▾ LISTEN ")
        one.press("F8")
        one.wait_for("Group by")
        one.press("Home", "Down", "Down", "Down", "Down", "Down", "Down", "Down", "Enter")
        one.like(r"^▾ LISTEN ")
        one.press("F8")
        one.wait_for("Group by")
        one.press("Home", "Enter")
        one.wait_for(lambda text: "▾" not in text and "LISTEN" in text, f"{len(kept)} rows")


@test("what is exported are the sockets, also those of closed groups")
def _():
    kept = stage()
    total = len(live.rows())
    with (
        tempfile.TemporaryDirectory() as directory,
        screen("top", "-d", "0.2", "--group", "state") as one,
    ):
        one.wait_for(f"{total} shown")
        one.press("x")
        one.wait_for("write to")
        one.press("C-u")
        one.type(f"{directory}/export.ndjson")
        one.press("Enter")
        one.wait_for(f"{total} sockets written")
        with open(f"{directory}/export.ndjson", encoding="utf-8") as file:
            equal(len([json.loads(line) for line in file]), total, f"of {len(kept)} kinds")


live.main()
