"""A process may call itself anything: the table keeps its shape and the terminal its colours."""

import csv
import io
import unicodedata

import holders
import live
import sockets
from live import equal, test, true


def escaped(name):
    r"""What the text output writes for a name: \xNN for every byte that is not plain."""
    out = ""
    while name:
        size = next((n for n in range(1, 5) if is_utf8(name[:n])), 0)
        char = name[:size].decode() if size else ""
        plain = size and char not in " ,\\" and unicodedata.category(char)[0] != "C"
        out += char if plain else "".join(f"\\x{byte:02x}" for byte in name[: size or 1])
        name = name[size or 1 :]
    return out


def is_utf8(some):
    try:
        return len(some.decode("utf-8")) == 1
    except UnicodeDecodeError:
        return False


def raw_controls(out, allowed=b"\n"):
    text = out.decode("utf-8")
    return [c for c in text if unicodedata.category(c) == "Cc" and c.encode() not in allowed]


def each_name(check):
    """Run check(socket, pid, name) for every hostile name, and say which one failed."""
    for name in holders.HOSTILE:
        one = sockets.listener()
        with holders.running(one, name) as pid:
            # This process must not be an owner too.
            number, at = sockets.inode(one), sockets.port(one)
            one.close()
            try:
                check(number, at, pid, name)
            except Exception as error:
                raise AssertionError(f"name {name!r}: {error}") from error


def same_bytes(owner, key, name):
    """The bytes of a name: the text if it is UTF-8, else U+FFFD and the exact bytes in hex."""
    if key + "_hex" in owner:
        equal(owner[key + "_hex"], name.hex(), key + "_hex")
        equal("\ufffd" in owner[key], True, f"U+FFFD in {owner[key]!r}")
        return
    equal(owner[key].encode("utf-8", "surrogatepass"), name, key)


@test("JSON carries every byte of a hostile name")
def _():
    def check(number, _at, pid, name):
        found = [row for row in live.rows() if row.get("inode") == number]
        equal([[one["pid"] for one in row["owners"]] for row in found], [[pid]], "pid")
        for key in ("comm", "exe"):
            same_bytes(found[0]["owners"][0], key, name)

    each_name(check)


@test("an invalid byte in a name makes a _hex key, a valid name makes none")
def _():
    def check(number, _at, _pid, name):
        owner = next(row for row in live.rows() if row.get("inode") == number)["owners"][0]
        for key in ("comm", "exe"):
            try:
                name.decode()
                valid = True
            except UnicodeDecodeError:
                valid = False
            equal(key + "_hex" in owner, not valid, f"{key}_hex in {owner}")

    each_name(check)


@test("text shows one line of seven words with the name escaped")
def _():
    def check(_number, at, pid, name):
        status, out, _ = live.run("list", "-H", "sport", f"= :{at}")
        lines = out.decode().splitlines()
        equal((status, len(lines)), (0, 1), f"status and lines {lines}")
        words = lines[0].split(" ")
        words = [word for word in words if word]
        equal((len(words), words[-1]), (7, f"{pid}/{escaped(name)}"), "words, owner")

    each_name(check)


@test("no format lets a control byte through, and none gains or loses a row")
def _():
    rows = 20
    kept = [sockets.listener() for _ in range(rows)]

    def check(_number, _at, _pid, _name):
        for form in ("text", "csv", "tsv", "json", "ndjson"):
            status, out, err = live.run("list", "--format", form)
            equal((status, raw_controls(out, b"\n\t" if form == "tsv" else b"\n")), (0, []), form)
            equal(raw_controls(err), [], "stderr")
            equal(count(form, out), rows + 1, f"rows of {form}")
        true("\u202e" not in live.run("list")[1].decode(), "no right-to-left override in text")

    each_name(check)
    equal(len(kept), rows)


def count(form, out):
    text = out.decode("utf-8")
    if form == "json":
        return len(live.parse(out)["sockets"])
    if form == "ndjson":
        return len([live.parse(line.encode()) for line in text.split("\n") if line])
    if form == "csv":
        return len(list(csv.reader(io.StringIO(text, newline=""), strict=True))) - 1
    return text.count("\n") - 1


live.main()
