"""The options: what is accepted, what is refused and how, and what each selects."""

import functools
import os
import re
import socket
import tempfile

import live
import procnet
import sockets
from live import equal, test, true

USAGE = 2


class Stage:
    """A set of sockets that does not change by itself."""

    def __init__(self):
        self.pair = sockets.pair()
        self.pair6 = sockets.pair(family=socket.AF_INET6)
        self.bound = sockets.bound_inactive()
        self.udp = sockets.datagram()
        self.udp6 = sockets.datagram(socket.AF_INET6)
        self.connected = sockets.datagram(peer=self.udp.getsockname())
        self.raw = sockets.raw()


@functools.cache
def staged():
    return Stage()


def refused(*arguments, says=""):
    """Refuse with status 2, nothing on stdout; returns the lines of stderr."""
    status, out, err = live.run("list", *arguments)
    equal((status, out), (USAGE, b""), f"status and output of {arguments}, stderr {err!r}")
    text = err.decode()
    true(text.startswith("socklens: ") and text.endswith("\n"), f"stderr {text!r}")
    true(says in text, f"{says!r} in {text!r}")
    return text.splitlines()


def caret(arguments, offender):
    """Message, expression, and a caret under the first character that offends."""
    lines = refused(*arguments)
    equal(len(lines), 3, f"lines of {lines}")
    equal(lines[2].strip(), "^", "the third line")
    at = lines[2].index("^")
    true(lines[1][at:].startswith(offender), f"caret under {offender!r} in {lines}")
    true(" ".join(arguments) in lines[1], f"the expression in {lines}")


@test("what is no namespace is refused at once, even a pipe that nobody writes to")
def _():
    with tempfile.TemporaryDirectory() as place:
        pipe = os.path.join(place, "pipe")
        os.mkfifo(pipe)
        for path in (pipe, place, "/dev/null", "/proc/self/stat"):
            status, out, err = live.run("-N", path)
            equal((status, out), (2, b""), f"{path}, stderr {err!r}")
            true(b"no network namespace" in err, f"stderr {err!r}")


@test("a summary cannot be combined with what it has not")
def _():
    for words in (["--columns", "local"], ["--sort", "sport"], ["-i"]):
        status, out, err = live.run("-s", *words)
        equal((status, out), (2, b""), f"{words}, stderr {err!r}")


@test("a filter of any length has an error of a bounded length")
def _():
    for word in ("x" * 100_000, "port " + "9" * 100_000, "\t" * 100_000 + "x"):
        status, _, err = live.run(word)
        true(status == 2 and len(err) < 2000, f"status {status}, {len(err)} bytes on stderr")


@test("a caret stands below its character after any blank")
def _():
    line, echo, caret = live.run("tcp\t\n foo")[2].decode().splitlines()
    equal(echo.index("foo"), caret.index("^"), f"column in {line!r} {echo!r} {caret!r}")


@test("an unknown option is refused")
def _():
    for word in ("--colunms", "-Y", "--format", "--columns"):
        refused(word)


@test("an unknown field is refused with the name that was meant")
def _():
    refused("--columns", "spotr", says="sport")
    refused("--columns", "proto,stat", says="stat")
    refused("--sort", "spotr", says="sport")


@test("an unknown format is refused")
def _():
    refused("--format", "yaml", says="yaml")
    refused("--format", "", says="format")


@test("an unknown protocol is refused")
def _():
    refused("-A", "tcp,tpc", says="tpc")


@test("the caret stands under the word that the filter does not know")
def _():
    caret(["tpc"], "tpc")
    caret(["sport", "=", "22", "spotr", "=", "1"], "spotr")
    caret(["tcp", "xyzzy"], "xyzzy")


@test("the caret stands under the port that is too large")
def _():
    caret(["port", "70000"], "70000")
    caret(["sport", "=", "70000"], "70000")
    caret(["tcp", "dport", "=", ":65536"], "65536")
    caret([":99999999999999999999"], "99999999999999999999")


@test("a port that is missing or no number is refused")
def _():
    for words in (["sport"], ["sport", "="], ["port", "12x"], ["dport", "=", ":x"], [":"]):
        caret(words, "")


@test("a filter word that tries to write to the terminal is escaped in the error")
def _():
    for word in ("\x1b[31mred", "a\nb", "\u202etcp", b"\xff\xfe"):
        _, _, err = live.run("list", word)
        true(b"\x1b" not in err and "\u202e".encode() not in err, f"stderr {err!r}")
        equal(live.run("list", word)[0], USAGE, "status")
        equal(len(err.decode().splitlines()), 3, f"lines of {err!r}")


@test("an unknown network namespace is refused")
def _():
    refused("-N", "no-such-namespace", says="no-such-namespace")
    refused("-N", "/no/such/path", says="/no/such/path")
    refused("-N", "../../etc/passwd")


@test("a file that is no network namespace, or that may not be read, gives no answer")
def _():
    for name in ("/dev/null", "/proc/self/ns/uts", "/proc/self"):
        status, out, err = live.run("list", "-N", name)
        true(status in (2, 3), f"status {status} for {name}")
        true(err.startswith(b"socklens: ") and out == b"", f"stdout {out!r} stderr {err!r}")


@test("nothing matched is 1, something matched is 0")
def _():
    at = sockets.port(staged().pair.door)
    equal(live.run("list", "sport", "=", str(at))[0], 0, "status of a match")
    nothing = str(sockets.unused_port())
    status, out, err = live.run("list", "-H", "sport", "=", nothing)
    equal((status, out, err), (1, b"", b""), "nothing matched")


@test("JSON and NDJSON stay well-formed when nothing matched")
def _():
    nothing = ("sport", "=", str(sockets.unused_port()))
    status, out, _ = live.run("list", "-j", *nothing)
    equal((status, live.parse(out)["sockets"]), (1, []), "json")
    equal(live.run("list", "--format", "ndjson", *nothing)[:2], (1, b""), "ndjson")


@test("help and version go to stdout and fit a screen")
def _():
    for words in (["--help"], ["-h"], ["record", "--help"], ["record", "-h"], ["diff", "-h"]):
        status, out, err = live.run(*words)
        equal((status, err), (0, b""), words)
        lines = out.decode().split("\n")[:-1]
        true(len(lines) <= 50, f"{len(lines)} lines")
        equal([line for line in lines if len(line) > 80], [], "lines wider than 80")
        equal([line for line in lines if line != line.rstrip()], [], "trailing blanks")
    for word in ("--version", "-V"):
        status, out, err = live.run(word)
        equal((status, err, out.count(b"\n")), (0, b"", 1), word)
        true(re.match(rb"socklens \d", out), f"version {out!r}")


@test("--columns help lists the fields, each with a sentence")
def _():
    status, out, err = live.run("list", "--columns", "help")
    equal((status, err), (0, b""), "status, stderr")
    names = {line.split()[0] for line in out.decode().splitlines() if line.split()}
    wanted = "proto state recvq sendq src sport dst dport uid inode cookie rtt drops timer"
    equal(sorted(set(wanted.split()) - names), [], "fields that the help forgets")


@test("a key of JSON is a name for --columns, with its unit or without")
def _():
    at = str(sockets.port(staged().pair.door))
    for name in ("rtt", "rtt_us"):
        found = live.rows("--columns", name, "established", at)
        equal([list(row) for row in found], [["rtt_us"]] * 2, f"keys of --columns {name}")


@test("list, -1 and a bare call that writes to a pipe are the same")
def _():
    staged()
    first = live.run("list")
    equal(live.run("-1"), first, "-1")
    equal(live.run(), first, "no command")
    equal(live.run("-1", "-t"), live.run("list", "-t"), "-1 -t")


def selected(*arguments):
    return [(row["proto"], row["family"], row["state"]) for row in live.rows(*arguments)]


@test("-t, -u, -w, -4, -6 and -A choose protocols and families")
def _():
    staged()
    for option, proto in (("-t", "tcp"), ("-u", "udp"), ("-w", "raw")):
        equal({one[0] for one in selected(option)}, {proto}, option)
        equal(selected("-A", proto), selected(option), f"-A {proto}")
    for option, family in (("-4", "inet"), ("-6", "inet6")):
        equal({one[1] for one in selected(option)}, {family}, option)
    equal({one[0] for one in selected("-tu")}, {"tcp", "udp"}, "-tu")
    equal(len(selected("-4")) + len(selected("-6")), len(selected()), "-4 and -6 together")


@test("-U and -M choose UDP-Lite and MPTCP")
def _():
    try:
        kept = sockets.udplite(), sockets.pair(protocol=sockets.IPPROTO_MPTCP)
    except OSError as error:
        raise live.Skip(f"no UDP-Lite or no MPTCP: {error}") from error
    equal({one[0] for one in selected("-U")}, {"udplite"}, "-U")
    equal([one[0] for one in selected("-M")], ["mptcp"] * 3, f"-M with {len(kept)}")


@test("-l shows what listens: TCP in LISTEN and datagram sockets without a peer")
def _():
    staged()
    listening = {("tcp", "LISTEN"), ("udp", "UNCONN"), ("raw", "UNCONN")}
    everything = [one for one in selected() if (one[0], one[2]) in listening]
    bound = [row for row in live.rows("-t") if row["state"] == "UNCONN"]
    equal(len(bound), 1, "bound sockets")
    wanted = sorted(one for one in everything)
    equal(sorted(selected("-l")), wanted, "-l")


@test("the options that fingers type are accepted")
def _():
    staged()
    for word in ("-tulpn", "-tan", "-anp", "-O", "-a", "-n", "-p", "-tunap", "-r", "-emoi"):
        status, out, err = live.run("list", word)
        equal((status, err), (0, b""), word)
        true(out.count(b"\n") > 1, f"rows of {word}")
    equal(live.run("list", "-anp")[1], live.run("list")[1], "-anp is the default")
    equal(live.run("-tulpn")[1], live.run("list", "-t", "-u", "-l")[1], "-tulpn")


@test("-H leaves out the header and nothing else")
def _():
    staged()
    with_header = live.run("list")[1].splitlines()
    header = "PROTO STATE RECV-Q SEND-Q LOCAL PEER PID/PROCESS".split()
    equal(with_header[0].decode().split(), header, "header")
    without = [line.split() for line in live.run("list", "-H")[1].splitlines()]
    equal(without, [line.split() for line in with_header[1:]], "rows")


@test("--sort orders by a field, and - turns the order round")
def _():
    staged()
    ports = [row["sport"] for row in live.rows("--sort", "sport")]
    equal(ports, sorted(ports), "--sort sport")
    ports = [row["sport"] for row in live.rows("--sort", "-sport")]
    equal(ports, sorted(ports, reverse=True), "--sort -sport")
    pairs = [(row["proto"], row["sport"]) for row in live.rows("--sort", "proto,-sport")]
    true(all(a[0] != b[0] or a[1] >= b[1] for a, b in zip(pairs, pairs[1:], strict=False)), "two")


@test("-s counts the sockets and prints no row")
def _():
    staged()
    status, out, err = live.run("list", "-s")
    equal((status, err), (0, b""), "status, stderr")
    text = out.decode()
    true(re.search(r"(?i)\btcp\b", text), f"summary {text!r}")
    equal([line for line in text.splitlines() if "127.0.0.1" in line], [], "rows")
    total = len(procnet.sockets("udp"))
    true(re.search(rf"(?im)^\W*udp\b.*\b{total}\b", text), f"{total} UDP sockets in {text!r}")


@test("-e, -m, -o and -i add name:value words and keep one line per socket")
def _():
    staged()
    plain = [line.split() for line in live.run("list", "-H")[1].decode().splitlines()]
    for option in ("-e", "-m", "-o", "-i", "-emoi"):
        lines = [line.split() for line in live.run("list", "-H", option)[1].decode().splitlines()]
        equal([words[:7] for words in lines], plain, f"the first seven words with {option}")
        more = [word for words in lines for word in words[7:]]
        equal([word for word in more if not re.match(r"[a-z][a-z0-9_]*:.", word)], [], option)
        true(more or option == "-o", f"more words with {option}")


@test("the answer does not depend on the language, the width or the terminal's type")
def _():
    staged()
    first = live.run("list")[1]
    for env in (
        {"LC_ALL": "C"}, {"LANGUAGE": "es", "LC_ALL": "es_ES.UTF-8"}, {"COLUMNS": "0"},
        {"COLUMNS": "1"}, {"COLUMNS": "99999999999"}, {"TERM": "xterm-256color"}, {"TERM": ""},
    ):  # fmt: skip
        equal(live.run("list", env=env)[1], first, str(env))


@test("an empty environment is enough")
def _():
    staged()
    done = live.subprocess.run([live.PROGRAM, "list"], env={}, capture_output=True)
    equal((done.returncode, done.stderr), (0, b""), "status and stderr")
    equal(done.stdout, live.run("list")[1], os.path.basename(live.PROGRAM))


live.main()
