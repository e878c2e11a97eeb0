"""The pages of the live view beside the table, in a terminal, on sockets that the lab makes."""

import re

import live
from lab import CONDITIONS, lab, made
from live import equal, test, true, until
from screens import screen
from traffic import running, serving

ESCAPE = "Escape"
# The keys that lead to each state from the first one.
WAYS = {
    "CLOSED": [],
    "LISTEN": ["Down"],
    "SYN-RECV": ["Left"],
    "SYN-SENT": ["Right"],
    "ESTAB": ["Down", "Down"],
    "FIN-WAIT-1": ["Left", "Down"],
    "CLOSE-WAIT": ["Right", "Down"],
    "FIN-WAIT-2": ["Left", "Down", "Down"],
    "CLOSING": ["Down", "Down", "Down"],
    "LAST-ACK": ["Right", "Down", "Down"],
    "TIME-WAIT": ["End"],
}


def count_of(one, name):
    """What the figure, or the list, says of a state."""
    found = re.search(rf"{name} *!? +([\d,]+)", one.text())
    return int(found.group(1).replace(",", "")) if found else None


@test("the figure has the sockets of every state that the lab makes")
def _():
    names = [name for name in WAYS if name != "CLOSED"]
    for name in names:
        _kind, states, _like = CONDITIONS[name]
        with lab(name) as process, screen("top", "-d", "0.2", width=80, height=24) as one:
            made(process)
            one.wait_for("RX ")
            one.press("F7")
            one.wait_for("[CLOSED")
            until(lambda: count_of(one, name) == states[name], f"{states[name]} in {name}")
            one.press(*WAYS[name], "?")
            one.like(rf"^ {name}: [A-Z].*\w$")
            one.wait_for(f"socklens lab {name} makes one.")
            one.press("Enter")
            one.like(rf"^ filter: tcp and {name} .* {states[name]} shown")
            until(lambda: len(re.findall(rf" tcp +{name} ", one.text())) == states[name], name)


@test("an arrow has the number of those that went its way, which fades")
def _():
    with screen("top", "-d", "0.5", width=100, height=30) as one:
        one.wait_for("RX ")
        one.press("2")
        one.wait_for("active OPEN")
        with lab("LISTEN") as process:
            made(process)
            one.wait_for(lambda text: re.search(r"passive OPEN . 1 ", text))
        one.wait_for(lambda text: re.search(r"\u25b2 1 ", text))
        one.wait_for(lambda text: not re.search(r"\u25b2 1 ", text))


@test("the overview has who moves most, and every listener with exposure, queue and drops")
def _():
    with lab("full-accept-queue") as process, screen("top", "-d", "0.2", width=80, height=24) as one:
        made(process)
        one.wait_for("RX ")
        one.press("3")
        one.wait_for("PROCESSES")
        one.like(r"^ tcp \S+:\d+ +loopback +2/1! +[1-9]\d* \d+/sock")
        for width, height in ((100, 30), (200, 50), (60, 18)):
            one.resize(width, height)
            one.like(r"^.*SERVICES \d")
            one.like(r"tcp \S+:\d+ +loopback")


@test("Tab and numbers go from page to page, Escape back to the table, and a small screen has a list")
def _():
    with lab("CLOSE-WAIT") as process, screen("top", "-d", "0.2", width=80, height=24) as one:
        made(process)
        one.wait_for("PID/PROCESS")
        one.press("2")
        one.wait_for("[CLOSED")
        one.press("1")
        one.wait_for("PID/PROCESS")
        one.press("Tab")
        one.wait_for("[CLOSED")
        one.press("Tab")
        one.wait_for("LISTENING")
        one.press("Tab")
        one.wait_for("PID/PROCESS")
        one.press("F7")
        one.wait_for("[CLOSED")
        one.resize(60, 20)
        one.wait_for(lambda text: "[CLOSED" not in text and " CLOSED " in text)
        equal(count_of(one, "CLOSE-WAIT"), 1, "in the list")
        true(one.is_shown("CLOSE-WAIT!"), "marked")
        one.press(ESCAPE)
        one.wait_for("PID/PROCESS")


# The last one, for it leaves TIME-WAIT behind.


@test("the overview has the service and the peer of a connection with a history, and leads to its rows")
def _():
    with serving("tcp", "0") as (_server, port), screen("top", "-d", "0.2", width=100, height=30) as one:
        one.wait_for("RX ")
        with running("connect", "tcp", f"127.0.0.1:{port}", "--rate", "200", "--for", "60s", "--quiet"):
            one.press("3")
            one.like(rf"^    {port}/tcp +3 +[1-9]\S+ .*[\u2582-\u2588]")
            one.like(r" 127\.0\.0\.1 +2 +[1-9]\S+ ")
        one.like(rf"^ tcp \S+:{port} +loopback ")
        one.press("Right", "Right", "Right", "Enter")
        one.like(r"^ filter: tcp and (ESTAB|LISTEN) ")
        one.press(ESCAPE)
        one.wait_for("no filter")
        one.press("3")
        one.wait_for("LISTENING")
        one.press("Left", "Enter")
        one.like(rf"^ filter: tcp and [sd]port :{port} ")


if __name__ == "__main__":
    live.main()
