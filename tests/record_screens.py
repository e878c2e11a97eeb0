#!/usr/bin/env python3
"""Makes tests/data/screens.rec, which test_screens.c replays: five looks at a small machine.

Run as root: unshare -n -u -p -f --mount-proc python3 tests/record_screens.py SOCKLENS FILE
"""
import os
import socket
import subprocess
import sys
import threading
import time

SOCKLENS, FILE = sys.argv[1:3]


def listen(address, backlog=16, family=socket.AF_INET):
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(address)
    listener.listen(backlog)
    return listener


def connect(listener, port):
    client = socket.socket()
    client.bind(("127.0.0.1", port))
    client.connect(listener.getsockname())
    return client, listener.accept()[0]


def as_process(name, hold):
    """A child of that name, which runs hold() and then waits to be killed."""
    pid = os.fork()
    if pid == 0:
        with open("/proc/self/comm", "w") as comm:
            comm.write(name)
        kept = hold()
        time.sleep(60)
        os._exit(len(kept))
    return pid


def pump(sender, receiver):
    def send():
        while True:
            sender.sendall(b"x" * 20000)
            time.sleep(0.05)

    def receive():
        while receiver.recv(1 << 16):
            pass

    threading.Thread(target=send, daemon=True).start()
    threading.Thread(target=receive, daemon=True).start()


def busy():
    listener = listen(("127.0.0.1", 1234))
    client, server = connect(listener, 50312)
    pump(client, server)
    return [listener, client, server]


def leaky():
    listener = listen(("127.0.0.1", 8080))
    client, server = connect(listener, 50400)
    client.sendall(b"unread" * 100)
    client.close()
    return [listener, server]


def crowded():
    listener = listen(("127.0.0.1", 8443), backlog=1)
    waiting = []
    for port in (50500, 50501):
        client = socket.socket()
        client.bind(("127.0.0.1", port))
        client.connect(listener.getsockname())
        waiting.append(client)
    return [listener] + waiting


def others():
    udp = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    udp.bind(("::1", 5353))
    hostile = socket.socket(socket.AF_UNIX)
    hostile.bind(b"\0name\x1b[31m with bytes\xff")
    hostile.listen()
    a, b = socket.socketpair()
    return [udp, hostile, a, b]


def late():
    listener = listen(("127.0.0.1", 9000))
    client, server = connect(listener, 50600)
    return [listener, client, server]


def main():
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    socket.sethostname("web1")
    children = [as_process("busy", busy), as_process("leaky", leaky),
                as_process("crowded", crowded), as_process("others", others)]
    names = subprocess.run([SOCKLENS, "--columns", "help"], capture_output=True, text=True,
                           check=True).stdout
    columns = ",".join(line.split()[0] for line in names.splitlines() if line[:1].islower())
    time.sleep(1)
    recorder = subprocess.Popen(
        [SOCKLENS, "list", "-A", "all", "--columns", columns, "--record", FILE, "--watch", "1",
         "--count", "5"], stdout=subprocess.DEVNULL)
    time.sleep(1.5)
    children.append(as_process("late", late))
    time.sleep(1)
    os.kill(children[2], 9)
    recorder.wait()
    for child in children:
        os.kill(child, 9)


main()
