"""Dumps that other programs made, as `ss -D` writes them, with their known meaning."""

import glob
import ipaddress
import json
import os
import pathlib
import random
import struct

import live
import recordings
from live import Skip, equal, test, true

FOLDER = live.REPOSITORY.parent / "shared" / "vectors"
COLUMNS = (
    "proto,state,src,sport,dst,dport,uid,inode,cookie,recvq,sendq,peer_inode,shutdown,tos,tclass,"
    "timer,timer_left,timer_retrans,cong,rmem_alloc,rcvbuf,wmem_alloc,sndbuf,fwd_alloc,"
    "wmem_queued,optmem,backlog_mem,drops,rto,snd_mss,pmtu,rtt,rttvar,cwnd,bytes_acked,"
    "bytes_received,segs_out,segs_in"
)  # fmt: skip
STATES = {"ESTABLISHED": "ESTAB"}
TIMERS = {0: None, 1: "on", 2: "keepalive", 3: "timewait", 4: "persist"}
MEMORY = ("rmem_alloc", "rcvbuf", "wmem_alloc", "sndbuf", "fwd_alloc", "wmem_queued", "optmem",
          "backlog_mem", "drops")  # fmt: skip
INFO = {"rto_us": ("=I", 8), "snd_mss": ("=I", 16), "pmtu": ("=I", 60), "rtt_us": ("=I", 68),
        "rttvar_us": ("=I", 72), "cwnd": ("=I", 80), "bytes_acked": ("=Q", 120),
        "bytes_received": ("=Q", 128), "segs_out": ("=I", 136), "segs_in": ("=I", 140)}  # fmt: skip


def vectors():
    paths = sorted(glob.glob(str(FOLDER / "*.nlmsg")))
    if not paths:
        raise Skip("no dumps of others beside the source tree")
    return paths


def known_rows(path):
    """Every row, once for each cookie: a dump may hold a socket twice."""
    known = json.loads(pathlib.Path(path).with_suffix(".expected.json").read_text())["derived"]
    found = {}
    for row in known:
        found.setdefault(row["cookie"], row)
    return [meaning(row) for row in found.values()]


def meaning(row):
    attributes = {name: bytes.fromhex(text) for name, text in row["attrs"].items()}
    expected = {
        "proto": row["proto"], "state": STATES.get(row["state"], row["state"]),
        "inode": row["inode"] or None, "cookie": f"{row['cookie']:x}",
        **meaning_of_attributes(attributes),
    }  # fmt: skip
    if "src" not in row:
        return expected
    expected |= {key: row[key] for key in ("sport", "dport", "uid")}
    expected |= {key: str(ipaddress.ip_address(row[key])) for key in ("src", "dst")}
    expected |= {"recvq": row["rqueue"], "sendq": row["wqueue"], "timer": TIMERS[row["timer"]]}
    if row["timer"]:
        expected |= {"timer_left_ms": row["expires"], "timer_retrans": row["retrans"]}
    return expected


def meaning_of_attributes(attributes):
    found = {}
    for name, packed in attributes.items():
        if name == "SHUTDOWN":
            equal(packed, b"\0", "SHUTDOWN")
            found["shutdown"] = []
        elif name in ("TOS", "TCLASS"):
            found[name.lower()] = packed[0]
        elif name == "SKMEMINFO":
            found |= zip(MEMORY, struct.unpack("=9I", packed), strict=True)
        elif name == "INFO":
            found |= {key: struct.unpack_from(kind, packed, offset)[0]
                      for key, (kind, offset) in INFO.items()}  # fmt: skip
        elif name == "CONG":
            found["cong"] = packed.rstrip(b"\0").decode()
        elif name == "NAME":
            found["src"] = packed.rstrip(b"\0").decode()
        elif name == "PEER":
            found["peer_inode"] = struct.unpack("=I", packed)[0]
        elif name == "RQLEN":
            found["recvq"], found["sendq"] = struct.unpack("=II", packed)
        else:
            equal(name, "MEMINFO", "an attribute without a field")  # SKMEMINFO says more
    return found


def shown(path):
    words = ("-j", "-A", "all", "--columns", COLUMNS, "--replay", path)
    status, out, err = live.run("list", *words)
    equal((status, err), (0, b""), path)
    answer = live.parse(out)
    equal(answer["complete"], True, "complete")
    return answer["sockets"]


def agree(rows, expected):
    equal(sorted(row["cookie"] for row in rows), sorted(row["cookie"] for row in expected), "rows")
    by_cookie = {row["cookie"]: row for row in rows}
    for row in expected:
        mine = by_cookie[row["cookie"]]
        got = {key: mine.get(key) for key in row}
        if "dst" in row:  # which may be spelt in more than one way
            got |= {key: str(ipaddress.ip_address(got[key])) for key in ("src", "dst")}
        equal(got, row, f"row {row['cookie']}")


@test("a dump of others is shown row for row as its makers understood it")
def _():
    for path in vectors():
        agree(shown(path), known_rows(path))


@test("two dumps in one file are the rows of both, and the same dump twice is once")
def _():
    paths = vectors()
    with recordings.new_file() as file:
        for one, two in zip(paths, [*paths[1:], paths[-1]], strict=True):
            both = pathlib.Path(one).read_bytes() + pathlib.Path(two).read_bytes()
            pathlib.Path(file).write_bytes(both)
            expected = {row["cookie"]: row for row in [*known_rows(one), *known_rows(two)]}
            agree(shown(file), list(expected.values()))


@test("a dump that is cut anywhere shows whole rows and says so")
def _():
    chosen = random.Random(7)
    for path in vectors():
        whole, first = pathlib.Path(path).read_bytes(), shown(path)
        for cut in [16, *sorted(chosen.randrange(17, len(whole)) for _ in range(50))]:
            with recordings.new_file() as file:
                pathlib.Path(file).write_bytes(whole[:cut])
                words = ("-j", "-A", "all", "--columns", COLUMNS, "--replay", file)
                status, out, err = live.run("list", *words)
            true(status in (0, 1, 3), f"{path} cut at {cut}: {status} {err!r}")
            rows = live.parse(out)["sockets"]
            equal(rows, first[: len(rows)], f"{os.path.basename(path)} cut at {cut}")
            equal(live.parse(out)["complete"], status != 3, f"complete, cut at {cut}")


@test("a dump in which any byte is another never crashes the program")
def _():
    chosen = random.Random(11)
    for path in vectors():
        whole = pathlib.Path(path).read_bytes()
        for _ in range(50):
            bytes_ = bytearray(whole)
            for _ in range(chosen.randrange(1, 5)):
                bytes_[chosen.randrange(6, min(len(whole), 4000))] = chosen.randrange(256)
            given = bytes(bytes_)
            status, _, err = recordings.piped(["list", "-xtemoi", "--replay", "-"], given)
            true(status in (0, 1, 2, 3), f"{path}: status {status}, {err!r}")


live.main()
