"""A BPF map that keeps a value for each socket (bpf(2), BPF_MAP_TYPE_SK_STORAGE)."""

import contextlib
import ctypes
import os
import struct

import live

SYS_BPF = 321  # x86-64
MAP_CREATE, MAP_UPDATE_ELEM, OBJ_GET_INFO_BY_FD, BTF_LOAD = 0, 2, 15, 18
SK_STORAGE, NO_PREALLOC = 24, 1
KEY_TYPE, VALUE_TYPE = 1, 2  # of the types in btf(), counted from 1


def btf(size):
    """The types of key and value, int and a structure, as the kernel wants them described."""
    names = b"\0int\0value\0"
    kind_int, kind_struct = 1 << 24, 4 << 24
    types = struct.pack("IIII", 1, kind_int, 4, 1 << 24 | 32)
    types += struct.pack("III", 5, kind_struct, size)
    header = struct.pack("HBBIIIII", 0xEB9F, 1, 0, 24, 0, len(types), len(types), len(names))
    return header + types + names


def call(command, attributes):
    buffer = ctypes.create_string_buffer(attributes)
    result = live.libc.syscall(SYS_BPF, command, buffer, len(attributes))
    if result < 0:
        raise OSError(ctypes.get_errno(), "bpf")
    return result


def address(buffer):
    return ctypes.addressof(buffer)


@contextlib.contextmanager
def store(one, value):
    """Keeps the bytes for the socket in a new map; yields the map's id."""
    if os.uname().machine != "x86_64":
        raise live.Skip("the number of bpf(2) is that of x86-64")
    described = btf(len(value))
    description = ctypes.create_string_buffer(described)
    with contextlib.ExitStack() as stack:
        try:
            request = struct.pack("QQIIII", address(description), 0, len(described), 0, 0, 0)
            types = call(BTF_LOAD, request)
        except OSError as error:
            raise live.Skip(f"no BPF here: {error.strerror}") from error
        stack.callback(os.close, types)
        descriptor = call(MAP_CREATE, struct.pack(
            "IIIIIII16sIIII", SK_STORAGE, 4, len(value), 0, NO_PREALLOC, 0, 0, b"", 0,
            types, KEY_TYPE, VALUE_TYPE))  # fmt: skip
        stack.callback(os.close, descriptor)
        key = ctypes.c_int(one.fileno())
        content = ctypes.create_string_buffer(value, len(value))
        request = struct.pack("IxxxxQQQ", descriptor, address(key), address(content), 0)
        call(MAP_UPDATE_ELEM, request)
        info = ctypes.create_string_buffer(80)
        call(OBJ_GET_INFO_BY_FD, struct.pack("IIQ", descriptor, len(info), address(info)))
        yield struct.unpack_from("II", info)[1]
