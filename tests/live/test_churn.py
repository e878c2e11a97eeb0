"""Sockets that stay while their neighbours come and go: none is missing, none comes twice."""

import os
import re
import subprocess

import live
from live import equal, test, true

CHURN = os.environ["CHURN"]
LOOKS = 40
PLAIN_LOOKS = 400  # a third of a second or more, so that others run in between
SHAPES = ("spread", "udp", "listen", "unix")


def look(shape, rate, *more, looks=LOOKS):
    """What the program of tests/churn.c saw, as numbers by name."""
    done = subprocess.run(
        [CHURN, shape, str(rate), str(looks), *more],
        capture_output=True,
        text=True,
        check=False,
        timeout=live.LIMIT_SECONDS,
    )
    equal((done.returncode, done.stderr), (0, ""), f"{shape} at {rate}/s")
    return {name: float(number) for name, number in re.findall(r"(\w+)=([\d.]+)", done.stdout)}


def expect_exact(shape, rate):
    saw = look(shape, rate)
    found = {name: saw[name] for name in ("wrong", "missing", "doubled", "partial")}
    equal(found, dict.fromkeys(found, 0.0), f"{shape} at {rate}/s")
    return saw["dumps"]


@test("a single dump of a crowded port does miss sockets, or this file would show nothing")
def _():
    true(look("udp", 5000, "plain", looks=PLAIN_LOOKS)["wrong"] > 0, "some look was wrong")


@test("nothing is missed or doubled while neighbours come and go, in at most 2.2 dumps")
def _():
    for shape in SHAPES:
        for rate in (50, 5000):
            dumps = expect_exact(shape, rate)
            true(dumps <= 2.2, f"{shape} at {rate}/s: {dumps} dumps")


@test("while nothing changes TCP and UDP are dumped once")
def _():
    for shape in ("spread", "udp", "listen"):
        true(expect_exact(shape, 0) <= 1.1, f"dumps of {shape}")


live.main()
