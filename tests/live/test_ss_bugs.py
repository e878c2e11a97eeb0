"""Bugs that ss had in twenty years (commits of iproute2), and where each is kept out of here.

Those of the filter grammar (6495bca9, b2038cc0, 38d209ec, b7e50024, e56a959e, c7897ec2, 930d3f28)
come with the filter language.

    1267c0b9 aba9c23a  three wildcards on one port          test_kinds.py
    878dadc7           NULs inside abstract names           test_unix.py, test_diag.c
    e12d0c92 012cb515  inodes above 2^31                    test_diag.c
    bb647e93           escape sequences in process names    test_formats.py
    0ee9052f           many owners, vanishing processes     test_owners.py
    d233ff0f 4b45ae22  leaks                                every test, under the sanitizers
    0aa03350           UNIX states 12 to 255                test_diag.c
    22658ff5           ")" in a process name                test_process.c, test_owners.py
    eca51239           lengths in dump files                test_replay.c, fuzz_replay.c
    eb8559ef 192be8fc  no header, suppressed columns        here
    9eee92a4           the last line has no line break      here
    c4f58629 900162c0  COLUMNS of 0, 1 and more             test_command_line.py
    3e807112           timers between 1 s and 10 s          test_format.c
    d9ba887e           min_rtt of all ones                  test_field.c
    d1f338b3 4cbf5224  counters printed signed              test_field.c, test_inet_diag.c
    85b0e73c           no RAW handler                       test_kinds.py
    f08cfd36           no handler for SCTP, VSOCK, XDP      test_families.py
    4d82739f 32ea3d54  following, into a pipe               here
    92e9915c           p_raw against p_dgr                  test_packet_netlink.py
    kernel 6.18        netlink sockets told twice           test_packet_netlink.py
"""

import socket
import subprocess

import live
import sockets
from live import equal, test, true

ASKS = (
    ["-tu"], ["-tuH"], ["-tuO"], ["-tie"], ["-x"], ["-xH", "-e"], ["--netlink", "-e"], ["-s"],
    ["-t", "--columns", "state"], ["-tH", "--columns", "user,mark"], ["-tu", "--columns", "peer"],
)  # fmt: skip


@test("the last byte of every answer is a line break")
def _():
    kept = sockets.pair(), sockets.datagram(), socket.socketpair()
    for words in ASKS:
        for form in ("text", "csv", "tsv", "json", "ndjson"):
            status, out, err = live.run("list", *words, "--format", form)
            true(status == 0 and out.endswith(b"\n"), f"{words} {form} {err!r}, {len(kept)}")
            true(not out.endswith(b"\n\n"), f"an empty line at the end of {words} {form}")


@test("each look reaches a pipe before the next one begins")
def _():
    kept = sockets.listener()
    port = str(sockets.port(kept))
    words = [live.PROGRAM, "list", "-tH", "--columns", "sport", "--watch", "600", port]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        line = process.stdout.readline()
        still = process.poll() is None
        process.terminate()
        rest = process.stdout.read()
        status = process.wait(live.LIMIT_SECONDS)
    equal(line, b"%d\n" % sockets.port(kept), "the first look")
    true(still, "it waits for the second look")
    equal((status, rest), (0, b""), "status and what else was written")


live.main()
