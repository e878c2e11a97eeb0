"""Filter words choose the sockets that the same question in Python chooses."""

import functools
import socket

import live
import sockets
from live import equal, test, true


class Stage:
    """One or more sockets for each word, none of which changes by itself."""

    def __init__(self):
        self.pair = sockets.pair()
        self.pair6 = sockets.pair(family=socket.AF_INET6)
        self.close_wait = sockets.fin_wait_2()
        self.bound = sockets.bound_inactive()
        self.udp = sockets.datagram()
        self.connected = sockets.datagram(peer=self.udp.getsockname())
        self.raw = sockets.raw()


@functools.cache
def staged():
    return Stage()


def identity(row):
    return row.get("cookie") or f"{row['proto']} {row['inode']}"


def chooses(words, question):
    """The filter and the question agree on every socket; returns how many they choose."""
    staged()
    expected = sorted(identity(row) for row in live.rows() if question(row))
    got = sorted(identity(row) for row in live.rows(*words))
    equal(got, expected, f"filter {words}")
    return len(got)


@test("a bare word is a protocol")
def _():
    for word in ("tcp", "udp", "raw"):
        true(chooses([word], lambda row, word=word: row["proto"] == word), word)


@test("a bare word is a state, as ss, ss(8) or netstat spell it")
def _():
    words = {
        "LISTEN": "listen LISTEN listening",
        "ESTAB": "established ESTAB estab ESTABLISHED",
        "CLOSE-WAIT": "close-wait CLOSE_WAIT CLOSE-WAIT",
        "FIN-WAIT-2": "fin-wait-2 FIN_WAIT2 FIN-WAIT-2",
        "UNCONN": "unconn UNCONN",
    }
    for state, spellings in words.items():
        for word in spellings.split():
            true(chooses([word], lambda row, state=state: row["state"] == state), word)


@test("TIME-WAIT is found under every spelling")
def _():
    made = sockets.time_wait()
    for word in ("time-wait", "TIME_WAIT", "TIME-WAIT"):
        found = [row for row in live.rows(word) if row["sport"] == made.ports[0]]
        equal([row["state"] for row in found], ["TIME-WAIT"], word)


@test("a bare word is a family")
def _():
    true(chooses(["ipv6"], lambda row: row["family"] == "inet6"), "ipv6")
    true(chooses(["ipv4"], lambda row: row["family"] == "inet"), "ipv4")


@test("a number, :number and port number are either port")
def _():
    at = sockets.port(staged().pair.door)
    for words in ([f"{at}"], [f":{at}"], ["port", f"{at}"], ["port", "=", f"{at}"]):
        count = chooses(words, lambda row: at in (row["sport"], row["dport"]))
        equal(count, 3, f"sockets of {words}")


@test("sport and dport take a number with or without = and :")
def _():
    at = str(sockets.port(staged().pair.door))
    for key, count in (("sport", 2), ("dport", 1)):
        for words in ([at], [f":{at}"], ["=", at], ["=", f":{at}"]):
            found = chooses([key, *words], lambda row, key=key: str(row[key]) == at)
            equal(found, count, f"sockets of {key} {words}")


@test("a filter may be one argument or many")
def _():
    at = str(sockets.port(staged().pair.door))
    for words in (["tcp", "sport", at], [f"tcp sport {at}"], [f"tcp  sport={at} "]):
        chooses(words, lambda row: (row["proto"], str(row["sport"])) == ("tcp", at))


@test("words beside each other must all hold")
def _():
    at = str(sockets.port(staged().pair.door))
    true(chooses(["tcp", "listen"], lambda row: row["state"] == "LISTEN"), "tcp listen")
    equal(chooses(["udp", "listen"], lambda row: False), 0, "udp listen")
    chooses(["tcp", "ipv6"], lambda row: (row["proto"], row["family"]) == ("tcp", "inet6"))
    chooses(["established", at], lambda row: row["state"] == "ESTAB" and at in ports(row))
    equal(chooses(["sport", at, "sport", "1"], lambda row: False), 0, "two ports at once")


def ports(row):
    return str(row["sport"]), str(row["dport"])


@test("options and a filter narrow together")
def _():
    staged()
    cases = (["-l"], ["tcp"]), (["-4"], ["listen"]), (["-t", "-6"], ["established"])
    for options, words in cases:
        one, two, both = ({identity(row) for row in live.rows(*some)}
                          for some in (options, words, options + words))  # fmt: skip
        true(both, f"something for {options} {words}")
        equal(both, one & two, f"{options} and {words}")


@test("a bound socket is found by its port, though the kernel cannot look it up")
def _():
    at = sockets.port(staged().bound)
    for words in (["sport", str(at)], [str(at)], ["tcp", "unconn", str(at)]):
        found = [(row["state"], row["sport"]) for row in live.rows(*words)]
        equal(found, [("UNCONN", at)], str(words))


live.main()
