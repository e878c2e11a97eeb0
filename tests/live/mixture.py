"""Sockets of many kinds, drawn at random, in the network namespace of the caller.

TCP in every state that holds still for some seconds, UDP and RAW; IPv4, IPv6 and mapped; marked
and bound to devices; at ports inside and outside the range from which the kernel chooses.
"""

import contextlib
import ctypes
import socket
import subprocess

import live
import sockets

ADDRESSES = {
    socket.AF_INET: ["127.0.0.1", "127.0.0.2", "127.1.2.3", "10.7.0.1", "10.7.1.1", "0.0.0.0"],
    socket.AF_INET6: ["::1", "fd00:7::1", "fd00:7:0:1::1", "::", "::ffff:127.0.0.1"],
}
WILDCARDS = ("0.0.0.0", "::")
SINK, AWAY = "sink0", "10.7.0.99"  # what is sent to this address never arrives
SERVICES = {"ssh": 22, "domain": 53, "http": 80, "https": 443}
MARKS = (1, 2, 0x101)
SO_MARK = 36


def need_services():
    try:
        right = all(socket.getservbyname(name, "tcp") == port for name, port in SERVICES.items())
    except OSError:
        right = False
    if not right:
        raise live.Skip("services have no names here")


def ephemeral_range():
    with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
        first, last = (int(word) for word in file.read().split())
    return range(first, last + 1)


def prepare_namespace():
    """The addresses are those of an interface that drops what is sent through it, or of lo."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    add = ["ip", "link", "add", SINK, "type"]
    added = any(
        subprocess.run([*add, kind], capture_output=True).returncode == 0
        for kind in ("dummy", "ifb")
    )
    device = SINK if added else "lo"
    for address in ("10.7.0.1/24", "10.7.1.1/24", "fd00:7::1/64", "fd00:7:0:1::1/64"):
        command = ["ip", "address", "add", address, "dev", device]
        nodad = ["nodad"] if ":" in address else []  # usable at once
        subprocess.run(command + nodad, check=not nodad)  # where there is IPv6
    subprocess.run(["ip", "link", "set", device, "up"], check=True)
    return added


@contextlib.contextmanager
def inside(pid):
    """In the network namespace of the process until the block ends."""
    with open("/proc/thread-self/ns/net") as before, open(f"/proc/{pid}/ns/net") as other:
        enter(other)
        try:
            yield
        finally:
            enter(before)


def enter(namespace):
    if live.libc.setns(namespace.fileno(), live.CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Mixture:
    """Keeps every socket that it made."""

    def __init__(self, random):
        self.random = random
        self.kept = []
        self.has_sink = prepare_namespace()
        self.raw_protocols = iter(random.sample(range(100, 250), 20))
        for _ in range(random.randint(14, 20)):
            self.attempt(self.tcp)
        for _ in range(random.randint(12, 20)):
            self.attempt(self.udp)
        for _ in range(3):
            self.attempt(self.raw)
        rare = (sockets.fin_wait_1, sockets.last_ack, sockets.closing)
        for make in (sockets.syn_recv, sockets.time_wait, random.choice(rare)):
            self.kept.append(make())
        self.attempt(lambda: self.kept.append(sockets.time_wait(socket.AF_INET6)))
        self.attempt(self.syn_sent)

    def attempt(self, make):
        """A port may be taken already; then there are fewer sockets."""
        before = len(self.kept)
        try:
            make()
        except OSError:
            del self.kept[before:]

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def family(self):
        return self.random.choice((socket.AF_INET, socket.AF_INET, socket.AF_INET6))

    def port(self):
        chosen = ephemeral_range()
        inside = self.random.randrange(chosen.start, chosen.stop)
        outside = self.random.randrange(1025, chosen.start)
        return self.random.choice((0, inside, outside, *SERVICES.values()))

    def new(self, family, kind, protocol=0):
        one = socket.socket(family, kind, protocol)
        self.kept.append(one)
        if self.chance(30):
            one.setsockopt(socket.SOL_SOCKET, SO_MARK, self.random.choice(MARKS))
        return one

    def bind(self, one, host, port):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind((host, port))

    def on_device(self, one, names):
        name = self.random.choice(names)
        one.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, name.encode() + b"\0")

    def tcp(self):
        """A listener, and what may become of those who connect to it."""
        family = self.family()
        host = self.random.choice(ADDRESSES[family])
        door = self.new(family, socket.SOCK_STREAM)
        self.bind(door, host, self.port())
        if self.chance(20):
            self.on_device(door, ["lo"])
        door.listen(16)
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self.attempt(lambda: self.accepted(door, self.client(door, family, host)))
        if self.chance(30):  # stays in the queue of the listener
            self.attempt(lambda: self.client(door, family, host))

    def reachable(self, family, host):
        if host == "::":
            return self.random.choice(("127.0.0.1", "::1", "fd00:7::1"))
        if host == "0.0.0.0":
            return self.random.choice(ADDRESSES[family][:-1])
        return host.removeprefix("::ffff:")

    def client(self, door, family, host):
        host = self.reachable(family, host)
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        if family == socket.AF_INET and self.chance(20):
            family, host = socket.AF_INET6, "::ffff:" + host
        one = self.new(family, socket.SOCK_STREAM)
        if self.chance(30):
            self.bind(one, "127.0.0.1" if family == socket.AF_INET else "::", self.port())
        one.settimeout(5)
        one.connect((host, sockets.port(door)))
        return one

    def accepted(self, door, client):
        accepted = door.accept()[0]
        self.kept.append(accepted)
        self.random.choice((self.stay, self.stay, self.half_close, self.close))(client, accepted)

    def stay(self, client, accepted):
        pass

    def half_close(self, client, accepted):
        client.shutdown(socket.SHUT_WR)
        sockets.reaches(client, "FIN-WAIT-2")

    def close(self, client, accepted):
        """One of the two goes through TIME-WAIT."""
        first, second = self.random.sample((client, accepted), 2)
        first.close()
        sockets.reaches(second, "CLOSE-WAIT")
        second.close()

    def syn_sent(self):
        self.kept.append(sockets.syn_sent())
        for _ in range(2 if self.has_sink else 0):
            one = self.new(socket.AF_INET, socket.SOCK_STREAM)
            one.setblocking(False)
            one.connect_ex((AWAY, self.random.choice(list(SERVICES.values()))))

    def udp(self):
        family = self.family()
        one = self.new(family, socket.SOCK_DGRAM)
        if self.chance(20):
            self.on_device(one, ["lo", SINK] if self.has_sink else ["lo"])
        bound = self.chance(60)
        host = self.random.choice(ADDRESSES[family])
        if bound:
            self.bind(one, host, self.port())
        if not bound or self.chance(30):
            peers = [other for other in ADDRESSES[family] if other not in WILDCARDS]
            one.connect((self.random.choice(peers), self.random.choice((53, 123, 40000))))

    def raw(self):
        """No two alike: not every kernel tells more of them than their ends."""
        family = self.family()
        one = self.new(family, socket.SOCK_RAW, next(self.raw_protocols))
        one.bind((self.random.choice(ADDRESSES[family][:2]), 0))
