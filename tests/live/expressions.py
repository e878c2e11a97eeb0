"""Random expressions of the filter language that ss and socklens share, and what they mean.

A tree is a Leaf, a Not or a List. Every operation stands in brackets, as ss gives `and` and `or`
the same weight. Asked are only forms that ss takes (iproute2 6.1); it refuses
  src != HOST, dst != HOST                  only = goes there; so `not src HOST` is asked
  [::1]/64, ::1                             an IPv6 address is [ADDR], [ADDR/LEN] or ADDR/LEN
  sport=:22, (sport=22), !dev               every sign is a word of its own
  dport > 22                                in a shell: the sign needs quotes
  state listen, state unconn                the names are listening, unconnected, close, closed
  ( state X ), X or state Y                 states come first, each word an argument of its own
  sport = :http with -u or -w, :icmp        services are those of the protocols asked for
  SPORT, ANY, AND                           only states may be in upper case
It takes, but means something of its own, and so is not asked either:
  src NAME                                  the kernel is asked for the first address only
  sport = :022, sport >= *                  octal; any port is -1 or 65535
  state X exclude X                         no state at all becomes connected
  :70000                                    a port that no socket has; here an error
"""

import dataclasses
import ipaddress

import live
from mixture import MARKS, SERVICES, need_services

OPERATORS = {
    "=": ("=", "==", "eq", ""),
    "!=": ("!=", "ne", "neq"),
    ">": (">", "gt"),
    "<": ("<", "lt"),
    ">=": (">=", "ge", "geq"),
    "<=": ("<=", "le", "leq"),
}
SPELLINGS = {"and": ("and", "&&", "&", ""), "or": ("or", "||", "|"), "not": ("not", "!")}

SINGLE_STATES = {
    "established": "ESTAB", "syn-sent": "SYN-SENT", "syn-recv": "SYN-RECV",
    "syn-rcv": "SYN-RECV", "fin-wait-1": "FIN-WAIT-1", "fin-wait-2": "FIN-WAIT-2",
    "time-wait": "TIME-WAIT", "closed": "UNCONN", "close": "UNCONN", "unconnected": "UNCONN",
    "close-wait": "CLOSE-WAIT", "last-ack": "LAST-ACK", "listening": "LISTEN",
    "closing": "CLOSING",
}  # fmt: skip
ALL = frozenset(SINGLE_STATES.values())
BUCKET = {"SYN-RECV", "TIME-WAIT"}
STATES = {name: frozenset([state]) for name, state in SINGLE_STATES.items()} | {
    "all": ALL,
    "connected": ALL - {"LISTEN", "UNCONN"},
    "synchronized": ALL - {"LISTEN", "UNCONN", "SYN-SENT"},
    "bucket": frozenset(BUCKET),
    "big": ALL - BUCKET,
}


@dataclasses.dataclass(frozen=True)
class Leaf:
    text: str
    kind: str
    network: object = None  # of an address, with its port if that matters
    port: int | None = None
    opposite: bool = False  # it says != of something that may be unknown
    ss_text: str = ""  # where ss wants it in other words

    def spell(self, for_ss):
        return for_ss and self.ss_text or self.text

    def leaves(self):
        yield self


@dataclasses.dataclass(frozen=True)
class Not:
    operand: object
    sign: str

    def spell(self, for_ss):
        return f"{self.sign} {self.operand.spell(for_ss)}"

    def leaves(self):
        return self.operand.leaves()


@dataclasses.dataclass(frozen=True)
class List:
    kind: str
    operands: tuple
    sign: str

    def spell(self, for_ss):
        words = f" {self.sign} ".join(one.spell(for_ss) for one in self.operands)
        return f"( {words} )"

    def leaves(self):
        return (leaf for one in self.operands for leaf in one.leaves())


def evaluate(tree, truth):
    """Whether a socket matches, if truth(leaf) says so of each leaf."""
    if isinstance(tree, Leaf):
        return truth(tree)
    if isinstance(tree, Not):
        return not evaluate(tree.operand, truth)
    answers = (evaluate(one, truth) for one in tree.operands)
    return all(answers) if tree.kind == "and" else any(answers)


class Author:
    """Writes about the sockets that there are: rows of the program."""

    def __init__(self, random, rows, devices, cgroups):
        self.random = random
        self.ports = sorted({row[key] for row in rows for key in ("sport", "dport")})
        self.addresses = sorted({row[key] for row in rows for key in ("src", "dst")})
        self.devices = devices
        self.cgroups = cgroups
        self.pool = {
            kind: [write() for _ in range(count)]
            for kind, write, count in (
                ("port", self.write_port, 60),
                ("service", self.write_service, 8),
                ("address", self.write_address, 60),
                ("device", self.write_device, 6),
                ("family", self.write_family, 20),
                ("mark", self.write_mark, 10),
                ("cgroup", self.write_cgroup, 2),
                ("autobound", lambda: Leaf("autobound", "autobound"), 1),
            )
        }

    def pick(self, *choices):
        return self.random.choice(choices)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def compare(self, key, value, *signs):
        operator = self.pick(*OPERATORS[self.pick(*signs)])
        return " ".join(word for word in (key, operator, value) if word)

    def some_port(self):
        known = self.random.choice(self.ports)
        near = min(max(known + self.pick(-1, 1), 0), 65535)
        return self.pick(known, known, known, near, 0, 1024, 32768, 65535)

    def write_port(self):
        number = self.some_port()
        value = self.pick(f":{number}", f":{number}", f"{number}", f"{number:#x}")
        return Leaf(self.compare(self.pick("sport", "dport"), value, *OPERATORS), "port")

    def write_service(self):
        try:
            need_services()
        except live.Skip:
            return self.write_port()
        name = self.random.choice(list(SERVICES))
        if self.chance(50):
            return Leaf(f"{self.pick('src', 'dst')} {self.pick('', '*')}:{name}", "service")
        value = self.pick(f":{name}", name)
        return Leaf(self.compare(self.pick("sport", "dport"), value, *OPERATORS), "service")

    def write_address(self):
        key = self.pick("src", "dst")
        if self.chance(5):
            host = self.pick("*", "any", "all", "default", "*:*", "any:22", ":22", "*:22")
            return Leaf(self.compare(key, host, "="), "address")
        network, host = self.some_network()
        port = self.some_port() if self.chance(30) else None
        takes_port = network.version == 4 or host.startswith("[")
        if not takes_port:
            port = None
        elif port is not None:
            host += f":{port}"
        elif self.chance(10):
            host += ":*"
        return Leaf(self.compare(key, host, "="), "address", network, port)

    def write_family(self):
        """With the family in front, which in ss holds for the whole expression."""
        if self.chance(30):
            value = f"{self.pick('inet', 'inet6')}:{self.pick('', ':')}{self.some_port()}"
            return Leaf(self.compare(self.pick("sport", "dport"), value, "="), "family")
        network, host = self.some_network()
        family = "inet" if network.version == 4 else "inet6"
        host = self.pick(host, host, host, "*", f":{self.some_port()}")
        return Leaf(self.compare(self.pick("src", "dst"), f"{family}:{host}", "="), "family")

    def some_network(self):
        """A network, and how it is spelt."""
        address, other = (ipaddress.ip_address(self.random.choice(self.addresses)) for _ in "12")
        if self.chance(10):
            address = ipaddress.ip_address(self.pick("192.0.2.1", "2001:db8::1", "127.0.0.9"))
        bits = address.max_prefixlen
        length = self.pick(bits, bits, bits, self.random.randint(0, bits), 8, 0)
        if address.version == other.version and self.chance(40):
            same = bits - (int(address) ^ int(other)).bit_length()  # then they differ
            length = self.pick(same, min(same + 1, bits))
        network = ipaddress.ip_network((address, length), strict=False)
        return network, self.spell_network(address, network)

    def spell_network(self, address, network):
        length = network.prefixlen
        if address.version == 6:
            if length == 128:
                return f"[{address}]"
            return self.pick(f"[{network}]", f"{network}", f"{address}/{length}")
        if length == 32:
            return self.pick(f"{address}", f"{address}", f"{address}/32")
        short = ".".join(str(network.network_address).split(".")[: max(1, (length + 7) // 8)])
        return self.pick(f"{network}", f"{address}/{length}", f"{short}/{length}")

    def write_device(self):
        return Leaf(self.compare("dev", self.random.choice(self.devices), "=", "!="), "device")

    def write_mark(self):
        mark = self.pick(0, *MARKS)
        mask = self.pick("", "/0xff", "/0x100", "/1", "/0")
        sign = self.pick("=", "=", "!=")
        value = f"{self.pick(mark, hex(mark))}{mask}"
        return Leaf(self.compare("fwmark", value, sign), "mark", opposite=sign == "!=")

    def write_cgroup(self):
        """ss wants a path of the file system, the program one of the hierarchy."""
        if not self.cgroups:
            return self.write_device()
        mount, path = self.random.choice(self.cgroups)
        sign = self.pick("=", "!=")
        text = self.compare("cgroup", "{}", sign)
        return Leaf(
            text.format(path), "cgroup", opposite=sign == "!=", ss_text=text.format(mount + path)
        )

    def tree(self, kinds, depth=4):
        if depth == 0 or self.chance(15):
            return self.random.choice(self.pool[self.random.choice(kinds)])
        if self.chance(20):
            return Not(self.tree(kinds, depth - 1), self.pick(*SPELLINGS["not"]))
        kind = self.pick("and", "or")
        operands = tuple(self.tree(kinds, depth - 1) for _ in range(self.pick(2, 2, 3)))
        return List(kind, operands, self.pick(*SPELLINGS[kind]))

    def states(self):
        """Words in front of an expression, and the set of states that they are."""
        words, chosen = [], None
        for _ in range(self.pick(0, 0, 0, 1, 1, 2, 3)):
            verb, name = self.pick("state", "exclude"), self.random.choice(list(STATES))
            if verb == "state":
                after = (chosen or frozenset()) | STATES[name]
            else:
                after = (ALL if chosen is None else chosen) - STATES[name]
            if not after:
                break
            words += [verb, self.pick(name, name, name.upper())]
            chosen = after
        return words, ALL if chosen is None else chosen
