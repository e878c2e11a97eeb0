"""What the live view tells from several looks, compared with what made the sockets."""

import contextlib
import json
import socket

import live
import sockets
import traffic
from live import equal, test, true

FIELDS = "change,proto,state,cookie,owner,owners,rx,tx,rx_bytes,tx_bytes,retrans_rate,age"
LOOKS_MAX = 100


class Lives:
    """The rows of a running `top -b`, as they come; unknown values are absent."""

    def __init__(self, running):
        self.running = running

    def until(self, cookie, sentence, is_right):
        """The next row of that socket of which is_right(row) is true."""
        rows = []
        for _ in range(LOOKS_MAX * 10):
            row = json.loads(self.running.line())
            if row["cookie"] != cookie:
                continue
            rows.append(row)
            if is_right(row):
                return row
            true(len(rows) < LOOKS_MAX, f"{sentence}: {rows[-3:]}")
        raise AssertionError(f"{sentence}: {cookie} was not seen")


@contextlib.contextmanager
def lives(*words):
    with traffic.running("top", "-b", "-d", "0.1", "--format", "ndjson", "--columns", FIELDS,
                         *words) as running:  # fmt: skip
        yield Lives(running)


def totals(row):
    return row.get("rx_bytes"), row.get("tx_bytes")


def swap(one, other, there, back):
    """Bytes from one to the other, then from the other to the one."""
    for sender, receiver, count in ((one, other, there), (other, one, back)):
        sender.sendall(bytes(count))
        while count > 0:
            count -= len(receiver.recv(count))


@test("totals are the bytes that programs sent, to the end and after it, on both sides")
def _():
    made = sockets.listener()
    with lives(f"port {sockets.port(made)} and not listen") as seen:
        client = socket.create_connection(made.getsockname())
        accepted = made.accept()[0]
        ours, theirs = sockets.cookie(client), sockets.cookie(accepted)
        swap(client, accepted, 70_001, 13)
        seen.until(ours, "both ways", lambda row: totals(row) == (13, 70_001))
        seen.until(theirs, "both ways", lambda row: totals(row) == (70_001, 13))
        client.shutdown(socket.SHUT_WR)
        row = seen.until(theirs, "a FIN", lambda row: row["state"] == "CLOSE-WAIT")
        equal(totals(row), (70_001, 13), "a FIN is no byte that was received")
        row = seen.until(ours, "a FIN", lambda row: row["state"] == "FIN-WAIT-2")
        equal(totals(row), (13, 70_001), "a FIN is no byte that was sent")
        accepted.close()
        row = seen.until(ours, "the end", lambda row: row["state"] == "TIME-WAIT")
        equal(totals(row), (13, 70_001), "they are remembered")
        equal(("rx" in row, "tx" in row), (False, False), "rates of what has ended")
        row = seen.until(theirs, "the end", lambda row: row["change"] == "-")
        equal(totals(row), (70_001, 13), "they are remembered, too")
        client.close()


@test("an owner is remembered after the close, but none is made up")
def _():
    made = sockets.listener()
    early = socket.create_connection(made.getsockname())
    end = made.accept()[0]
    forgotten = sockets.cookie(early)
    early.close()
    end.close()
    with lives(f"port {sockets.port(made)} and not listen") as seen:
        row = seen.until(forgotten, "it is shown", lambda row: True)
        equal((row["state"], row["owner"], row.get("owners")), ("TIME-WAIT", "none", None),
              "who was never seen alive")  # fmt: skip
        client = socket.create_connection(made.getsockname())
        accepted = made.accept()[0]
        cookie = sockets.cookie(client)
        alive = seen.until(cookie, "alive", lambda row: row["owner"] == "exact")
        client.close()
        row = seen.until(cookie, "closed", lambda row: row["state"] == "FIN-WAIT-2")
        equal((row["owner"], row["owners"]), ("remembered", alive["owners"]), "in FIN-WAIT-2")
        accepted.close()
        row = seen.until(cookie, "over", lambda row: row["state"] == "TIME-WAIT")
        equal((row["owner"], row["owners"]), ("remembered", alive["owners"]), "in TIME-WAIT")


@test("what has no counters has no rates")
def _():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.bind(("127.0.0.1", 0))
        one.sendto(b"x" * 1000, one.getsockname())
        cookie = sockets.cookie(one)
        with lives("udp") as seen:
            row = seen.until(cookie, "some looks", lambda row: row["age_ms"] > 200)
            true(not {"rx", "tx", "rx_bytes", "tx_bytes", "retrans_rate"} & set(row), f"{row}")


@test("MPTCP counts what programs sent")
def _():
    try:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, sockets.IPPROTO_MPTCP)
    except OSError as error:
        raise live.Skip("no MPTCP here") from error
    made.bind(("127.0.0.1", 0))
    made.listen()
    client = socket.socket(socket.AF_INET, socket.SOCK_STREAM, sockets.IPPROTO_MPTCP)
    client.connect(made.getsockname())
    accepted = made.accept()[0]
    with lives("mptcp") as seen:
        swap(client, accepted, 5_003, 11)
        for one, wanted in ((client, (11, 5_003)), (accepted, (5_003, 11))):
            row = seen.until(sockets.cookie(one), "a second look", lambda row: row["age_ms"] > 0)
            if "rx_bytes" not in row:
                raise live.Skip("this kernel counts no bytes of MPTCP")
            equal(totals(row), wanted, "bytes")
            true("rx" in row and "tx" in row, f"rates are known: {row}")


@test("what is sent again has a rate, and adds nothing to what was sent")
def _():
    live.need_root()
    with traffic.running("lab", "retransmitting", "--hold", "0", "-q"):
        with lives("established and retrans > 0") as seen:
            for _ in range(LOOKS_MAX):
                row = json.loads(seen.running.line())
                if row.get("retrans_rate", 0) > 0:
                    break
            true(row["retrans_rate"] > 0, f"{row}")
            equal((row["tx"], row["rx"]), (0, 0), "nothing new")


live.main()
