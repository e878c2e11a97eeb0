"""What a person types for a filter, over sockets of which each has a name here.

Every form is given in one argument and in many, and must choose exactly the named sockets.
"""

import contextlib
import functools
import os
import pathlib
import pwd
import socket
import tempfile

import holders
import live
import sockets
from live import Skip, equal, test, true
from mixture import need_services

USAGE = 2
NAMESPACE = os.stat("/proc/thread-self/ns/net").st_ino


class Stage:
    """Nothing here changes by itself. The browser has five bytes to read."""

    def __init__(self):
        self.web = sockets.listener(at=80)
        self.browser = socket.create_connection(self.web.getsockname())
        self.worker = self.web.accept()[0]
        self.worker.send(b"hello")
        self.tls = sockets.listener(socket.AF_INET6, at=443)
        self.app = sockets.listener(host="127.0.0.2", at=8000)
        self.api = sockets.listener(at=8999)
        self.outside = sockets.listener(at=9000)
        self.news = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.news.bind(("127.0.0.1", 1234))
        self.reader = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.reader.connect(self.news.getsockname())


@functools.cache
def staged():
    return Stage()


LISTENERS = "web tls app api outside"
TCP = LISTENERS + " browser worker"
EVERYTHING = TCP + " news reader"


def chosen(*arguments):
    names = {sockets.cookie(one): name for name, one in vars(staged()).items()}
    found = live.rows(*arguments)
    return sorted(names.get(row.get("cookie"), f"a stranger: {row}") for row in found)


def choose(expression, names):
    expected = sorted(names.split())
    equal(chosen(expression), expected, f"chosen by {expression!r}")
    equal(chosen(*expression.split()), expected, f"chosen by the words {expression.split()}")


def refuse(expression, offender, says=""):
    """With status 2, and a caret under the offender."""
    status, out, err = live.run("list", expression)
    equal((status, out), (USAGE, b""), f"status and output of {expression!r}, stderr {err!r}")
    message, shown, caret = err.decode().splitlines()
    true(message.startswith("socklens: filter: ") and says in message, message)
    true(expression in shown and caret.strip() == "^", f"caret in {err.decode()}")
    at = caret.index("^")
    right = shown[at:].startswith(offender) if offender else at == len(shown)
    true(right, f"caret under {offender!r} in {err.decode()}")


@test("a number is either port")
def _():
    for text in ("1234", ":1234", "port 1234", "port = 1234", "port :1234"):
        choose(text, "news reader")


@test("sport is the local port, dport that of the other end")
def _():
    choose("sport 1234", "news")
    choose("dport 1234", "reader")
    choose("sport = :80 or dport = :80", "web worker browser")


@test("ports may be a list, a range, or both")
def _():
    choose("port 80,443", "web browser worker tls")
    choose("80,443", "web browser worker tls")
    choose("port 8000-8999", "app api")
    choose("8000-8999", "app api")
    choose("port 443,8000-8999", "tls app api")
    choose("sport != 80,443,8000-9000 and listen", "")


@test("ports compare as numbers")
def _():
    choose("sport > 8999 and listen", "outside")
    choose("listen and sport >= 8999", "api outside")
    choose("sport<443 and tcp", "web worker")
    choose("listen sport le 443", "web tls")


@test("a port may be the name of its service")
def _():
    need_services()
    choose("port http,https", "web browser worker tls")
    choose("sport = :https", "tls")


@test("host is either end")
def _():
    loopback = "web browser worker api outside news reader"
    choose("host 127.0.0.1", loopback)
    choose("127.0.0.1", loopback)
    choose("host 127.0.0.2", "app")
    choose("host 127.0.0.0/30", loopback + " app")
    choose("host ::1", "tls")
    choose("host [::1]:443", "tls")
    choose("127.0.0.1:1234", "news reader")


@test("src and dst are one end")
def _():
    choose("src 127.0.0.2", "app")
    choose("dst 127.0.0.1", "browser worker reader")
    choose("dst 127.0.0.1:80", "browser")
    choose("dst :80", "browser")
    choose("src 127/8:8000", "app")


@test("a word is a protocol, a family or a state")
def _():
    choose("tcp", TCP)
    choose("udp", "news reader")
    choose("ipv6", "tls")
    choose("listen", LISTENERS)
    choose("established", "browser worker reader")
    choose("UNCONN", "news")


@test("and, or, not and brackets")
def _():
    choose("tcp and not listen", "browser worker")
    choose("tcp && !listen", "browser worker")
    choose("udp or ipv6", "news reader tls")
    choose("udp | port 443 | port 9000", "news reader tls outside")
    choose("tcp ( port 80 or port 443 )", "web browser worker tls")
    choose("tcp(80||443)", "web browser worker tls")
    choose("not ( tcp or dport 1234 )", "news")


@test("and binds tighter than or")
def _():
    choose("udp or tcp and port 443", "news reader tls")
    choose("port 443 and tcp or udp", "news reader tls")
    choose("( udp or tcp ) and port 443", "tls")
    choose("not udp and not listen", "browser worker")


@test("state and exclude take one state or a set of them")
def _():
    choose("state established", "browser worker reader")
    choose("exclude listen", "browser worker news reader")
    choose("state listening", LISTENERS)
    choose("state connected", "browser worker reader")
    choose("state listen state established", LISTENERS + " browser worker reader")
    choose("exclude listen exclude established", "news")
    choose("state listen sport = :80 or sport = :443", "web tls")


@test("a process is found by its name, or by an expression that fits it")
def _():
    with holders.running(staged().app, b"alpha"):
        choose("process alpha", "app")
        choose("process = alpha", "app")
        choose("process ~ ^al", "app")
        choose("process ~ '^al.ha$'", "app")
        choose("process ~ '^py' and udp", "news reader")
        choose("process alph", "")


@test("a process is found by its number")
def _():
    with holders.running(staged().app, b"alpha") as pid:
        choose(f"pid {pid}", "app")
        choose(f"pid {os.getpid()}", EVERYTHING)
        choose(f"pid {pid} and udp", "")
        choose(f"pid {pid},{os.getpid()} and ipv6", "tls")


@test("a socket is found by its user's name and number")
def _():
    live.need_root()
    staged().strange = datagram_of(holders.NOBODY)
    try:
        name = pwd.getpwuid(holders.NOBODY).pw_name
        for text in (f"user {name}", f"uid {holders.NOBODY}", f"uid != {os.getuid()}"):
            choose(text, "strange")
        choose("uid 0", EVERYTHING)
        choose("user root and ipv6", "tls")
    finally:
        del staged().strange


def datagram_of(uid):
    os.seteuid(uid)
    try:
        return sockets.datagram()
    finally:
        os.seteuid(0)


@test("a measure is compared in its unit, and matches nothing where it is not known")
def _():
    choose("rtt > 0", "browser worker")
    choose("rtt < 10s", "browser worker")
    choose("rtt > 10s", "")
    choose("not rtt > 0 and tcp", LISTENERS)
    choose("bytes_received >= 5 and bytes_received < 1K", "browser")


@test("queues are compared by their bytes")
def _():
    choose("recvq > 0", "browser")
    choose("recvq 5", "browser")
    choose("recvq = 0 and established", "worker reader")
    choose("tcp recvq < 5 not listen", "worker")


@test("a control group is found by its path")
def _():
    with open("/proc/self/cgroup") as file:
        own = [line.rstrip("\n")[3:] for line in file if line.startswith("0::")]
    if not own or all("cgroup" not in row for row in live.rows("-t", "--columns", "cgroup")):
        raise Skip("no cgroup2 here")
    choose(f"cgroup {own[0]}", EVERYTHING)
    choose(f"cgroup != {own[0]}", "")
    choose("cgroup ~ ^/", EVERYTHING)
    choose("cgroup /there/is/none", "")


@test("a network namespace is found by its number")
def _():
    choose(f"netns {NAMESPACE}", EVERYTHING)
    choose(f"netns = {NAMESPACE} and ipv6", "tls")
    choose(f"netns != {NAMESPACE}", "")


@test("an option and a filter narrow together")
def _():
    equal(chosen("-u", "port 1234 or port 80"), ["news", "reader"], "-u")
    equal(chosen("-l", "127.0.0.1"), ["api", "news", "outside", "web"], "-l")
    equal(chosen("-6", "tcp"), ["tls"], "-6")


@test("upper case and blanks do not matter")
def _():
    choose("TCP AND Port 443", "tls")
    choose("  tcp   sport=443  ", "tls")
    choose("Src = [::1]:443 LISTEN", "tls")


@test("what has no end or no beginning is refused at its place")
def _():
    refuse("tcp and", "")
    refuse("( tcp", "")
    refuse("tcp )", ")")
    refuse("and tcp", "and")
    refuse("port 80,", "")
    refuse("sport =", "")
    refuse("process 'al", "'al")


@test("a value that cannot be is refused at its place")
def _():
    refuse("tcp port 70000", "70000")
    refuse("port 90-80", "90-80")
    refuse("host 1.2.3.4.5/33", "1.2.3.4.5/33")
    refuse("host 10.0.0.0/33", "10.0.0.0/33")
    refuse("rtt > fast", "fast")
    refuse("udp uid = me", "me")
    refuse("process ~ (", "(")
    refuse("state lisssten", "lisssten")


@test("a word that is not known is refused, with the one that was meant")
def _():
    refuse("spotr = 80", "spotr", says="sport")
    refuse("tcp lisen", "lisen", says="listen")
    refuse("port 80 xyzzy", "xyzzy")
    refuse("tcp src > 127.0.0.1", "src")


def ports(*arguments, env=None):
    status, out, err = live.run("list", "-tH", "--columns", "sport", *arguments, env=env)
    return status, sorted(out.split(), key=int), err


@contextlib.contextmanager
def configuration(text):
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        os.mkdir(os.path.join(folder, "socklens"))
        path = pathlib.Path(folder, "socklens", "config")
        path.write_text(text)
        yield {"XDG_CONFIG_HOME": folder}, path


@test("a filter of the configuration has a name")
def _():
    staged()
    with configuration("# mine\nfilter.web = listen sport 80 or sport 443\nfilter.bad = (\n") as at:
        env, path = at
        equal(ports("@web", env=env), (0, [b"80", b"443"], b""), "@web")
        equal(ports("@web", "and", "not", "80", env=env), (0, [b"443"], b""), "@web and more")
        for word, says in (("@wep", b"did you mean @web?"), ("@bad", b"in @bad: ")):
            status, out, err = ports(word, env=env)
            equal((status, out), (USAGE, []), word)
            true(says in err and err.endswith(b"\n  " + word.encode() + b"\n  ^\n"), f"{err!r}")
        path.write_text("filter.web = listen\nsecret\n")
        status, _, err = ports("@web", env=env)
        equal(status, USAGE, "status of a line that is none")
        true(b"line 2" in err and b"secret" not in err and err.count(b"\n") == 1, f"{err!r}")
        equal(ports("sport", "443", env=env), (0, [b"443"], b""), "nobody needs it")


@test("a filter in a file holds beside the words, and its text is not shown")
def _():
    staged()
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = pathlib.Path(folder, "filter")
        path.write_text("# ours\nlisten # all\nand port 80,443,8000\n")
        equal(ports("--filter-file", path), (0, [b"80", b"443", b"8000"], b""), "the file")
        equal(ports("--filter-file", path, "not", "80"), (0, [b"443", b"8000"], b""), "and more")
        path.write_text("listen\n  secret = 5\n")
        status, out, err = ports("--filter-file", path)
        equal((status, out), (USAGE, []), "a file that is wrong")
        true(b"line 2, column 3: unknown field\n" in err and b"secret" not in err, f"{err!r}")
        for wrong in (folder, os.path.join(folder, "none"), "/dev/zero"):
            status, out, err = ports("--filter-file", wrong)
            equal((status, out, err.count(b"\n")), (USAGE, [], 1), wrong)


@test("an explanation shows nothing but how the filter is understood")
def _():
    status, out, err = live.run("--explain-filter", "-t", "listen", "and", "pid", "1")
    equal((status, err), (0, b""), "status and stderr")
    expected = (b"filter  (listen and pid = 1)", b"kernel  tcp: states LISTEN",
                b"here    (listen and pid = 1)")  # fmt: skip
    equal(tuple(out.splitlines()), expected, "lines")


@test("a host is looked up before the sockets are, and one that is not there is an error")
def _():
    staged()
    equal(ports("src", "localhost:80", "listen"), (0, [b"80"], b""), "localhost")
    status, out, err = ports("dst", "no-such-host.invalid")
    true(status in (USAGE, 3) and not out, f"status {status}")
    true(err.startswith(b"socklens: filter: host 'no-such-host.invalid': "), f"{err!r}")
    equal(err.count(b"\n"), 1, "lines")


live.main()
