"""Every state of a TCP socket, made on purpose, is shown as the kernel has it."""

import socket

import live
import procnet
import sockets
from expect import agrees_with_proc, identity, nobody, row_between, row_of
from live import equal, test, true


def shows(one, state, *arguments, peer=None):
    """The row of a TCP socket that this process holds, checked against both truths."""
    row = agrees_with_proc(one, *arguments)
    identity(row, one, "tcp", state, peer=peer)
    return row


@test("a LISTEN socket shows its accept queue, its backlog and no peer")
def _():
    row = shows(sockets.listener(backlog=7), "LISTEN")
    equal((row["recvq"], row["sendq"]), (0, 7), "queue and backlog")


@test("a full accept queue shows more waiting than the backlog, and the drops")
def _():
    made = sockets.syn_sent()
    row = shows(made.door, "LISTEN", "-m")
    equal((row["recvq"], row["sendq"]), (2, 1), "queue and backlog")
    true(row["drops"] > 0, f"drops in {row}")


@test("a connection that waits to be accepted has no inode and no owner")
def _():
    made = sockets.syn_sent()
    waiting = [row for row in live.rows() if row["sport"] == sockets.port(made.door)]
    waiting = [row for row in waiting if row["state"] == "ESTAB"]
    equal(len(waiting), 2, "connections in the queue")
    for row in waiting:
        true("inode" not in row and not row.get("owners"), f"no inode, no owner in {row}")


@test("both ends of a connection are ESTAB")
def _():
    made = sockets.pair()
    shows(made.client, "ESTAB")
    shows(made.accepted, "ESTAB")


@test("unread bytes stand in the receive queue")
def _():
    made = sockets.pair()
    made.client.send(b"x" * 123)
    live.until(lambda: procnet.find(inode=sockets.inode(made.accepted), recvq=123), "123 bytes")
    equal(shows(made.accepted, "ESTAB")["recvq"], 123, "recvq")


@test("a SYN-SENT socket has one unacknowledged thing and a retransmission timer")
def _():
    made = sockets.syn_sent()
    for one in made.knocking:
        row = shows(one, "SYN-SENT", "-o", peer=made.door.getsockname())
        equal((row["sendq"], row["timer"]), (1, "on"), "sendq and timer")


@test("a SYN-RECV request has no inode, no uid and no owner")
def _():
    made = sockets.syn_recv()
    row = row_between(sockets.port(made.door), sockets.port(made.client))
    equal((row["state"], row["recvq"], row["sendq"]), ("SYN-RECV", 0, 0), "request")
    nobody(row)
    shows(made.client, "ESTAB")


@test("a SYN-RECV request from an IPv4 client to an IPv6 listener is v4-mapped")
def _():
    door = sockets.listener(socket.AF_INET6, host="::", v6only=0)
    door.setsockopt(socket.IPPROTO_TCP, sockets.TCP_DEFER_ACCEPT, 30)
    client = socket.create_connection(("127.0.0.1", sockets.port(door)))
    sockets.orphan_reaches(sockets.port(door), sockets.port(client), "SYN-RECV")
    row = row_between(sockets.port(door), sockets.port(client))
    equal((row["family"], row["src"]), ("inet6", "::ffff:127.0.0.1"), "address")
    nobody(row)


@test("a FIN-WAIT-1 socket that is still held has its inode and its owner")
def _():
    made = sockets.fin_wait_1()
    shows(made.client, "FIN-WAIT-1")


@test("a closed FIN-WAIT-1 socket has no inode, no uid and no owner")
def _():
    made = sockets.fin_wait_1_orphan()
    row = row_between(*made.ports, "-o")
    equal((row["state"], row["timer"]), ("FIN-WAIT-1", "persist"), "orphan")
    true(row["sendq"] > 0, f"unsent bytes in {row}")
    nobody(row)


@test("a FIN-WAIT-2 socket that is still held is a full socket, its peer CLOSE-WAIT")
def _():
    made = sockets.fin_wait_2()
    shows(made.client, "FIN-WAIT-2")
    equal(shows(made.accepted, "CLOSE-WAIT")["recvq"], 1, "the FIN in the queue")


@test("a closed FIN-WAIT-2 socket is a remnant with a timewait timer and no owner")
def _():
    made = sockets.fin_wait_2_orphan()
    row = row_between(*made.ports, "-o")
    equal((row["state"], row["timer"]), ("FIN-WAIT-2", "timewait"), "remnant")
    nobody(row)


@test("a LAST-ACK socket is shown with its unsent bytes")
def _():
    made = sockets.last_ack()
    true(shows(made.accepted, "LAST-ACK")["sendq"] > 0, "unsent bytes")


@test("of two sides that closed at once one is CLOSING")
def _():
    made = sockets.closing()
    shows(made.client, "CLOSING")
    shows(made.accepted, "FIN-WAIT-2")


@test("a TIME-WAIT remnant keeps its cookie and has no inode, no uid, no owner")
def _():
    for family in (socket.AF_INET, socket.AF_INET6):
        made = sockets.time_wait(family)
        row = row_between(*made.ports, "-o", "-e", "-m", "-i")
        equal((row["state"], row["timer"]), ("TIME-WAIT", "timewait"), "remnant")
        equal(row["cookie"], made.cookie, "the cookie of the socket it was")
        true(0 <= row["timer_left_ms"] <= 60000, f"milliseconds left in {row}")
        absent = {"rtt_us", "cwnd", "bytes_acked", "rcvbuf", "drops", "shutdown"}
        equal(sorted(absent & row.keys()), [], "keys that a remnant cannot have")
        nobody(row)


@test("a socket that is only bound is UNCONN")
def _():
    one = sockets.bound_inactive()
    row = row_of(one)
    identity(row, one, "tcp", "UNCONN")


@test("a socket that was reset but stays bound is UNCONN")
def _():
    made = sockets.closed_with_peer()
    row = row_of(made.client)
    identity(row, made.client, "tcp", "UNCONN", peer=made.peer)


@test("a shut window shows the persist timer, the unsent bytes and the peer's full queue")
def _():
    made = sockets.zero_window()
    row = shows(made.client, "ESTAB", "-o", "-i")
    equal((row["timer"], row["snd_wnd"]), ("persist", 0), "timer and window")
    true(row["sendq"] > 0, "unsent bytes")
    equal(shows(made.accepted, "ESTAB")["recvq"], 4096, "the peer's queue")


@test("a keepalive timer is shown with its time, and an idle socket has no timer")
def _():
    made = sockets.keepalive()
    row = shows(made.client, "ESTAB", "-o")
    equal(row["timer"], "keepalive", "timer")
    true(0 < row["timer_left_ms"] <= 7200 * 1000, f"milliseconds left in {row}")
    equal(row["timer_retrans"], 0, "probes")
    true("timer" not in shows(made.accepted, "ESTAB", "-o"), "no timer")


@test("timers are shown only when -o asks")
def _():
    made = sockets.keepalive()
    true("timer" not in shows(made.client, "ESTAB"), "no timer")


def told_twice(one, ask, option):
    """What the kernel tells the owner, and the program's row, while neither changed."""
    return live.steady(lambda: ask(one), lambda: row_of(one, option))


@test("-i shows the counters that TCP_INFO gives the owner")
def _():
    made = sockets.pair()
    made.client.send(b"x" * 1000)
    made.accepted.recv(1000)
    for one in (made.client, made.accepted):
        info, row = told_twice(one, sockets.tcp_info, "-i")
        equal({key: row.get(key) for key in info}, info, "tcp_info")
        cong = one.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0")
        equal(row["cong"], cong.decode(), "congestion control")


@test("-m shows the memory that SO_MEMINFO gives the owner")
def _():
    made = sockets.pair()
    made.client.send(b"x" * 1000)
    for one in (made.door, made.client, made.accepted):
        memory, row = told_twice(one, sockets.memory, "-m")
        equal({key: row.get(key) for key in memory}, memory, "memory")


@test("a listener has no counters of a connection")
def _():
    row = row_of(sockets.listener(), "-i")
    wrong = {"rtt_us", "bytes_acked", "bytes_received", "bytes_sent", "segs_in", "segs_out"}
    equal(sorted(key for key in wrong & row.keys()), [], f"keys in {row}")


@test("-e shows which directions are shut down, and the mark")
def _():
    made = sockets.fin_wait_2()
    equal(row_of(made.client, "-e").get("shutdown"), ["send"], "shutdown of this side")
    equal(row_of(made.accepted, "-e").get("shutdown"), ["recv"], "shutdown of the other side")
    SO_MARK = 36
    marked = sockets.listener()
    marked.setsockopt(socket.SOL_SOCKET, SO_MARK, 0xBEEF)
    equal(row_of(marked, "-e").get("mark"), 0xBEEF, "mark")


live.main()
