"""The five formats tell the same sockets, and each keeps to its own rules."""

import csv
import io
import json
import re
import socket

import live
import sockets
from live import equal, test, true

FORMATS = ("text", "csv", "tsv", "json", "ndjson")


def stage():
    """Sockets that do not change by themselves."""
    udp = sockets.datagram()
    return [
        sockets.pair(), sockets.pair(family=socket.AF_INET6), sockets.bound_inactive(), udp,
        sockets.datagram(peer=udp.getsockname()), sockets.raw(), sockets.fin_wait_2(),
        sockets.datagram(socket.AF_INET6),
    ]  # fmt: skip


def output(form, *arguments):
    status, out, err = live.run("list", "--format", form, *arguments)
    equal((status, err), (0, b""), form)
    return out.decode("utf-8")


def tables(*arguments):
    """Header and rows of csv and tsv."""
    text = output("csv", *arguments)
    yield "csv", list(csv.reader(io.StringIO(text, newline=""), strict=True))
    text = output("tsv", *arguments)
    yield "tsv", [line.split("\t") for line in text.split("\n")[:-1]]


@test("all formats have the same number of sockets")
def _():
    kept = stage()
    expected = len(live.rows())
    equal(output("text").count("\n"), expected + 1, f"text, {len(kept)} kinds")
    equal(output("ndjson").count("\n"), expected, "ndjson")
    for form, table in tables():
        equal(len(table), expected + 1, form)


@test("NDJSON lines are the sockets of the JSON document")
def _():
    kept = stage()
    lines = output("ndjson").split("\n")
    equal(lines.pop(), "", "the end of the last line")
    found = [live.parse(line.encode()) for line in lines]
    equal(found, live.rows(), f"sockets of {len(kept)} kinds")


@test("the header of csv and tsv is the field names, and every row is as wide")
def _():
    kept = stage()
    names = "proto,state,recvq,sendq,src,sport,dst,dport,inode,uid,cookie".split(",")
    for form, table in tables("--columns", ",".join(names)):
        equal(table[0], names, f"header of {form}")
        equal({len(row) for row in table}, {len(names)}, f"widths of {form} for {len(kept)}")
    for form, table in tables():
        equal({len(row) for row in table}, {len(table[0])}, f"widths of {form}")


@test("csv and tsv tell what JSON tells, and nothing where JSON has no key")
def _():
    kept = [*stage(), sockets.time_wait(), sockets.syn_recv()]
    names = "proto,family,state,recvq,sendq,src,sport,dst,dport,inode,uid,cookie"
    for form, table in tables("--columns", names):
        rows = live.rows("--columns", names)
        told = [[str(row.get(name, "")) for name in names.split(",")] for row in rows]
        equal(sorted(table[1:]), sorted(told), f"{form} of {len(kept)} kinds")


@test("-H leaves out the header of csv and tsv")
def _():
    kept = stage()
    for (form, all_), (_, rest) in zip(tables(), tables("-H"), strict=True):
        equal(rest, all_[1:], f"{form} of {len(kept)} kinds")


@test("text has no trailing blank, no escape, no control byte, and ends in a newline")
def _():
    kept = [*stage(), sockets.time_wait()]
    for arguments in ((), ("-emoi",), ("-H",), ("--columns", "proto,iface,timer")):
        text = output("text", *arguments)
        equal(text[-1], "\n", "the last byte")
        lines = text.split("\n")[:-1]
        equal([line for line in lines if line != line.rstrip()], [], f"blanks, {len(kept)} kinds")
        equal(re.findall(r"[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), [], "control characters")


@test("text has seven words a line, and - for what is unknown")
def _():
    kept = [*stage(), sockets.time_wait()]
    lines = [line.split() for line in output("text").splitlines()]
    equal({len(line) for line in lines}, {7}, f"words a line, {len(kept)} kinds")
    owners = {line[6] for line in lines if line[1] == "TIME-WAIT"}
    equal(owners, {"-"}, "owner of TIME-WAIT")


@test("--columns chooses and orders the columns in every format")
def _():
    kept = stage()
    names = ["sport", "proto", "state"]
    chosen = ("--columns", ",".join(names))
    for form, table in tables(*chosen):
        equal(table[0], names, form)
    for row in live.rows(*chosen):
        equal(list(row), names, f"keys, {len(kept)} kinds")
    lines = [line.split() for line in output("text", *chosen).splitlines()]
    equal(lines[0], ["SPORT", "PROTO", "STATE"], "text header")
    equal({len(line) for line in lines}, {3}, "words")


@test("a column that is asked for twice is refused, or is one key of JSON")
def _():
    kept = stage()
    for names in ("proto,proto", "rtt,rtt_us"):
        status, out, err = live.run("list", "-j", "--columns", names)
        true(status in (0, 2), f"status {status} of {len(kept)} kinds, {err!r}")
        if status == 0:
            live.parse(out)


@test("JSON has the same keys and values whatever the locale")
def _():
    kept = stage()
    for name in ("C", "C.UTF-8", "es_ES.UTF-8", "nonsense"):
        equal(live.rows(env={"LC_ALL": name}), live.rows(), f"{name}, {len(kept)} kinds")


@test("every key of a socket has the type that the contract gives it")
def _():
    kept = [*stage(), sockets.time_wait(), sockets.keepalive(), sockets.zero_window()]
    texts = {
        "proto", "family", "state", "src", "dst", "iface", "owner", "user", "cookie", "source",
        "timer", "cong",
    }  # fmt: skip
    for row in live.rows("-emoi"):
        for key, value in row.items():
            if key in texts:
                true(isinstance(value, str), f"text for {key} in {row}")
            elif key == "owners":
                true(isinstance(value, list), f"list for {key} in {row}")
            true(value is not None and value != -1, f"{key} is absent when unknown, in {row}")
        true(re.fullmatch(r"[1-9a-f][0-9a-f]*", row.get("cookie", "1")), f"cookie of {row}")
    true(kept, "kinds")


@test("the document says who, when, from where and whether it is whole")
def _():
    kept = stage()
    answer = live.document()
    equal(list(answer)[0], "schema", "the first key")
    equal(answer["host"], socket.gethostname(), "host")
    true(re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", str(answer["time"])), f"{answer['time']}")
    for probe in answer["probes"]:
        true(probe.get("absent") or probe["source"] in ("diag", "proc"), f"source of {probe}")
    names = {probe["name"] for probe in answer["probes"]}
    true({"tcp", "udp"} <= names, f"names of probes {names}, {len(kept)} kinds")


@test("each format can be told by -j or --format, and the last one counts")
def _():
    kept = stage()
    true(json.loads(live.run("list", "-j")[1])["sockets"], f"-j, {len(kept)} kinds")
    equal(live.run("list", "-j", "--format", "csv")[1], output("csv").encode(), "the last")
    for form in FORMATS:
        equal(live.run("list", f"--format={form}")[0], 0, form)


live.main()
