"""The program's rows for UNIX sockets, and their names, which may hold any byte."""

import live
import sockets
from expect import only


def find(inode, *arguments):
    """The row of a UNIX socket, known by its inode."""
    rows = live.rows("-x", *arguments)
    return only([row for row in rows if row.get("inode") == inode], f"inode {inode}")


def row_of(one, *arguments):
    return find(sockets.inode(one), *arguments)


def json_name(name):
    """How JSON has to tell these bytes: U+FFFD for each that is no UTF-8, and hex beside it."""
    text = name.decode("utf-8", "surrogateescape")
    shown = "".join("\ufffd" if "\udc80" <= c <= "\udcff" else c for c in text)
    return (shown, name.hex()) if shown != text else (text, None)


def told_name(row, key="src"):
    return row.get(key), row.get(f"{key}_hex")


def exact_name(row):
    """The name's bytes; None if there is none."""
    text, packed = told_name(row)
    return bytes.fromhex(packed) if packed else text.encode() if text is not None else None
