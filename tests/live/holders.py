"""Processes and threads that hold a socket, under any name."""

import contextlib
import ctypes
import os
import pathlib
import queue
import shutil
import subprocess
import tempfile
import threading

import live
import sockets

NOBODY = 65534
# For subprocess.
BY_NOBODY = {"user": NOBODY, "group": NOBODY, "extra_groups": []}

# A process name has at most 15 bytes; so have these, so that `comm` and `exe` are equal.
HOSTILE = (
    b"new\nline",
    b"car\rriage",
    b"esc\x1b[31mred",
    b'qu"o\'te',
    b"a) S 1 (b",
    b"back\\slash",
    b"com,ma,4@x",
    b"sp ace  d",
    b' ",pid=1,fd=3)',
    b'",pid=1,fd=3),(',
    b"rtl\xe2\x80\xaegnp.sh",
    b"c1\xc2\x9b31m",
    b"bad\xff\xfe\xc3(",
    b"cut\xe2\x82",
    b"del\x7f\x01\x02",
    b"tab\tbed",
    b"plain\xc3\xa9",
)


@contextlib.contextmanager
def ring_of(*descriptors):
    """An io_uring that those descriptors are registered with; yields its own (io_uring_setup(2))."""
    IO_URING_SETUP, IO_URING_REGISTER, IORING_REGISTER_FILES = 425, 427, 2
    parameters = ctypes.create_string_buffer(120)
    ring = live.libc.syscall(IO_URING_SETUP, 4, parameters)
    if ring < 0:
        raise live.Skip(f"no io_uring here: {os.strerror(ctypes.get_errno())}")
    try:
        files = (ctypes.c_int * len(descriptors))(*descriptors)
        if live.libc.syscall(IO_URING_REGISTER, ring, IORING_REGISTER_FILES, files, len(files)):
            raise OSError(ctypes.get_errno(), "io_uring_register")
        yield ring
    finally:
        os.close(ring)


@contextlib.contextmanager
def running(one, name=b"cat", user=None):
    """A process whose executable and name are `name`, holding the socket; yields its pid.

    It is a copy of cat, which waits for the end of its input.
    """
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        path = os.path.join(os.fsencode(folder), name)
        shutil.copy(os.path.realpath(shutil.which("cat")), path)
        os.chmod(path, 0o755)
        who = {"user": user, "group": user, "extra_groups": []} if user else {}
        process = subprocess.Popen(
            [name], executable=path, stdin=subprocess.PIPE, pass_fds=[one.fileno()], **who
        )
        try:
            yield process.pid
        finally:
            process.stdin.close()
            process.wait()


@contextlib.contextmanager
def thread_with_own_table():
    """A thread of this process whose listener no other thread has; yields (port, descriptor)."""
    made, done = queue.SimpleQueue(), threading.Event()

    def work():
        live.unshare(live.CLONE_FILES)
        one = sockets.listener()
        made.put((sockets.port(one), one.fileno()))
        done.wait()

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield made.get(timeout=live.LIMIT_SECONDS)
    finally:
        done.set()
        thread.join()


@contextlib.contextmanager
def program_for_everyone(program):
    """A copy of the program where any user may run it."""
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        copy = pathlib.Path(folder) / "socklens"
        shutil.copy(program, copy)
        os.chmod(copy, 0o755)
        yield str(copy)
