"""Going to and fro in a recording, and watching another machine through a pipe, in a terminal."""

import os
import re
import subprocess
import time

import live
import recordings
import sockets
from live import equal, test, true, until
from screens import command, screen, shell

MOMENTS = 8


def record(path, moments=MOMENTS, period=0.2):
    """A recording in which a listener is there in the first half only; returns its port."""
    listener = sockets.listener()
    words = [live.PROGRAM, "record", "-d", str(period), "-n"]
    for half in range(2):
        subprocess.run([*words, str(moments // 2), path], check=True, stderr=subprocess.DEVNULL,
                       timeout=live.LIMIT_SECONDS)  # fmt: skip
        if half == 0:
            port = sockets.port(listener)
            listener.close()
    return port


def clock(one):
    """The time in the header."""
    return re.search(r"\d\d:\d\d:\d\d", one.text())[0]


def at(one, moment):
    one.like(rf"^ moment {moment} of {MOMENTS} ")


@test("a recording is stepped through and jumped about in, and what is there is what was there")
def _():
    with recordings.new_file() as path:
        port = record(path)
        with screen("top", "--replay", path, "listen") as one:
            one.wait_for(f"of {MOMENTS} x1")
            one.type("pc")  # what is gone goes at once
            one.wait_for("PAUSED")
            command(one, "J1")
            at(one, 1)
            first = one.row("LISTEN", f"127.0.0.1:{port}")
            one.type(".")
            at(one, 2)
            one.type(",")
            at(one, 1)
            equal(one.row("LISTEN", f"127.0.0.1:{port}"), first, "the same moment again")
            command(one, f"J{MOMENTS}")
            at(one, MOMENTS)
            true(not one.is_shown("LISTEN", f"127.0.0.1:{port}"), "it is gone at the end")
            one.press("Left")
            one.wait_for(lambda text: f"moment {MOMENTS} " not in text, "an earlier moment")
            command(one, "J99")
            one.wait_for("there is no such moment")


def table(*words):
    """The rows that a live view with these words shows at first, from the heading on."""
    columns = "proto,state,recvq,sendq,local,peer,owners,uid,cookie"
    with screen("top", "-d", "60", "--columns", columns, *words, "tcp or udp") as one:
        text = one.wait_for("PROTO")
    return text[text.index("PROTO"):].rsplit("F1", 1)[0].split("\n")


@test("the screen of a recording is that of the live view")
def _():
    kept = sockets.pair()
    with recordings.new_file() as path:
        words = [live.PROGRAM, "record", "-n", "1", path]
        subprocess.run(words, check=True, stderr=subprocess.DEVNULL, timeout=live.LIMIT_SECONDS)
        seen = table("--sort", "cookie")
        equal(table("--sort", "cookie", "--replay", path), seen, "the rows")
        true(sum("ESTAB" in row for row in seen) == 2, f"both ends of {kept}: {seen}")


@test("the end of a recording is not the end of the view, and one can go back from it")
def _():
    with recordings.new_file() as path:
        record(path)
        with screen("top", "--replay", path) as one:
            one.wait_for(f"of {MOMENTS} x1")
            one.type("]]]]]]")
            one.like(r"  END\b")
            at(one, MOMENTS)
            one.type(",")
            at(one, MOMENTS - 1)
            one.wait_for(lambda text: "  END" not in text, "no end there")


@test("a recording that is cut says so where it is, and what is whole is still shown")
def _():
    with recordings.new_file() as path, shell() as one:
        record(path)
        os.truncate(path, os.path.getsize(path) - 5)
        command(one, f"clear; socklens top -d 0.1 --replay {path}; echo left with $?")
        one.wait_for("cut off inside a moment")
        one.type("," * 3)
        one.like(rf"^ moment {MOMENTS - 4} of {MOMENTS - 1}")
        one.wait_for(lambda text: "cut off" not in text, "nothing wrong there")
        one.type("q")
        one.wait_for("left with 3")
        one.wait_for("cut off inside a moment")


@test("bytes that are damaged anywhere never end the view by a signal")
def _():
    with recordings.new_file() as path:
        record(path)
        with open(path, "rb") as file:
            content = bytearray(file.read())
        for place in range(30, len(content), len(content) // 5):
            damaged = content.copy()
            damaged[place] ^= 0x55
            with open(path, "wb") as file:
                file.write(damaged)
            with screen("top", "-d", "0.1", "--replay", path) as one:
                until(lambda: "damaged" in one.text() or one.is_dead(), "the damage")
                if one.is_dead():
                    equal(one.status(), 3, f"byte {place}")
                    continue
                one.type(",J1")
                one.press("Enter")
                one.type("q")
                until(one.is_dead, "the end")
                equal(one.status(), 3, f"byte {place}")


@test("another machine's recorder is followed as it looks, until it ends")
def _():
    with shell() as one:
        recorder = "socklens record -d 0.3 -n 12 - 2>/dev/null"
        command(one, f"clear; {recorder} | socklens top --replay -")
        one.wait_for("RX ")
        true("moment" not in one.text(), "a pipe has no line to go along")
        first = clock(one)
        one.wait_for(lambda text: first not in text, "a later look")
        # It must not fall behind: what is shown last was looked at last.
        one.like(r"  END\b")
        true(abs(time.time() % 60 - int(clock(one)[-2:])) % 58 < 5, f"up to date: {clock(one)}")
        one.type(",")
        one.wait_for("can only go on")
        one.type("q")


@test("a pipe that is cut in the middle of a moment leaves what was shown")
def _():
    with recordings.new_file() as path, shell() as one:
        record(path)
        size = os.path.getsize(path) - 5
        pipe = f"clear; head -c {size} {path} | socklens top -d 0.1 --replay -; echo left with $?"
        command(one, pipe)
        one.wait_for("cut off inside a moment")
        one.wait_for("RX ")
        one.type("q")
        one.wait_for("left with 3")


if __name__ == "__main__":
    live.main()
