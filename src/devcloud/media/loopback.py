"""Lets the engine see the loopback interface on a machine that has no other.

libwebrtc leaves loopback out when it looks for ways to reach this side, with no option to change
that. On a machine without a network (a container with `--network none`, a laptop on a plane) a
call between two programs on it would find no way at all. There, and only there, the engine's own
look-up of `getifaddrs` is led through a function that takes the mark "loopback" off the answer.

Linux with 64 bits only; anywhere else, and whenever the engine's library is not of the expected
form, nothing is done. Refuses to touch any other library, and to change what a machine with a
network sees.
"""

import contextlib
import ctypes
import mmap
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

_SYMBOL: Final = b"getifaddrs"
_NAME: Final = b"local0"
_UP, _LOOPBACK = 0x1, 0x8
_LOADED, _DYNAMIC = 1, 2
_PLT_BYTES, _STRINGS, _SYMBOLS, _RELOCATIONS, _RELOCATION_BYTES, _PLT = 2, 5, 6, 7, 8, 23

_hooks: list[object] = []
"""What native code holds a pointer to must never be freed."""


class _Interface(ctypes.Structure):
    """The head of `struct ifaddrs`."""


_Interface._fields_ = [
    ("next", ctypes.POINTER(_Interface)),
    ("name", ctypes.c_char_p),
    ("flags", ctypes.c_uint),
    ("address", ctypes.c_void_p),
]
_Answer = ctypes.POINTER(ctypes.POINTER(_Interface))


def show_loopback(library: str) -> bool:
    """Let the engine's library see loopback if there is nothing else; say whether it does now.

    `library` is the path of the shared object. Call it before the engine looks for networks.
    """
    if _hooks:
        return True
    if sys.platform != "linux" or struct.calcsize("P") != 8 or has_network():
        return False
    slots = list(_slots(Path(library)))
    hook = _make_hook()
    for slot in slots:
        _write(slot, hook)
    return bool(slots)


def has_network() -> bool:
    """Say whether an interface other than loopback is up and has an internet address.

    An address of the link alone (fe80::) is none.
    """
    libc = ctypes.CDLL(None)
    first = ctypes.POINTER(_Interface)()
    if libc.getifaddrs(ctypes.byref(first)) != 0:
        return True
    try:
        return any(_is_network(each) for each in _each(first))
    finally:
        libc.freeifaddrs(first)


def _each(first: Any) -> Iterator[_Interface]:
    while first:
        yield first.contents
        first = first.contents.next


def _is_network(interface: _Interface) -> bool:
    """Whether it is up, not loopback, and its address goes beyond the cable."""
    up = interface.flags & _UP and not interface.flags & _LOOPBACK
    if not up or not interface.address:
        return False
    # struct sockaddr_in6: family and port, flow, then the address, fe80::/10 on one link only.
    address = ctypes.string_at(interface.address, 10)
    family = int.from_bytes(address[:2], sys.byteorder)
    link_local = address[8] == 0xFE and address[9] & 0xC0 == 0x80
    return family == socket.AF_INET or (family == socket.AF_INET6 and not link_local)


def _make_hook() -> int:
    """Return the address of a `getifaddrs` that calls loopback an ordinary interface."""
    libc = ctypes.CDLL(None)

    def getifaddrs(answer: Any) -> int:
        result = int(libc.getifaddrs(answer))
        if result == 0 and not any(_is_network(each) for each in _each(answer[0])):
            for each in _each(answer[0]):
                each.flags &= ~_LOOPBACK
                each.name = _NAME  # the engine also knows loopback by the name "lo"
        return result

    hook = ctypes.CFUNCTYPE(ctypes.c_int, _Answer)(getifaddrs)
    _hooks.append(hook)
    return ctypes.cast(hook, ctypes.c_void_p).value or 0


@dataclass(frozen=True)
class _Library:
    """A loaded ELF file (System V gABI, chapter 5): its bytes and where it was loaded."""

    data: bytes | mmap.mmap
    base: int

    def entries(self, at: int, size: int, form: str) -> Iterator[tuple[int, ...]]:
        """Yield the records of a table in the file."""
        step = struct.calcsize(form)
        for offset in range(at, at + size, step):
            yield struct.unpack_from(form, self.data, offset)

    def segments(self) -> list[tuple[int, ...]]:
        """Return the program headers."""
        at, size, count = (
            struct.unpack_from("<Q", self.data, 32)[0],
            *struct.unpack_from("<HH", self.data, 54),
        )
        return list(self.entries(at, size * count, "<IIQQQQQQ"))

    def offset(self, address: int) -> int:
        """Return where in the file the bytes of an address are."""
        for kind, _, offset, start, _, size, _, _ in self.segments():
            if kind == _LOADED and start <= address < start + size:
                return offset + address - start
        raise ValueError("an address outside the file")


def _slots(path: Path) -> Iterator[int]:
    """Yield the addresses of the pointers through which the library calls `getifaddrs`."""
    base = _base(path)
    if base is None:
        return
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:6] != b"\x7fELF\x02\x01":
            return
        # A library of another form than expected is left alone.
        with contextlib.suppress(ValueError, KeyError, struct.error):
            yield from _find(_Library(data, base))


def _find(library: _Library) -> Iterator[int]:
    place = next(each for each in library.segments() if each[0] == _DYNAMIC)
    table = {each[0]: each[1] for each in library.entries(place[2], place[5], "<QQ")}
    symbols, strings = library.offset(table[_SYMBOLS]), library.offset(table[_STRINGS])
    for start, size in ((_PLT, _PLT_BYTES), (_RELOCATIONS, _RELOCATION_BYTES)):
        if start not in table:
            continue
        at = library.offset(table[start])
        for slot, info, _ in library.entries(at, table[size], "<QQq"):
            (name,) = struct.unpack_from("<I", library.data, symbols + 24 * (info >> 32))
            begin = strings + name
            if library.data[begin : begin + len(_SYMBOL) + 1] == _SYMBOL + b"\0":
                yield library.base + slot


def _base(path: Path) -> int | None:
    """Return where the library is loaded: its lowest mapping."""
    found = [
        int(line.split("-", 1)[0], 16)
        for line in Path("/proc/self/maps").read_text("utf-8", "replace").splitlines()
        if line.endswith(str(path))
    ]
    return min(found, default=None)


def _write(slot: int, pointer: int) -> None:
    """Write a pointer into a page that the loader has made read-only."""
    libc = ctypes.CDLL(None, use_errno=True)
    page = slot - slot % mmap.PAGESIZE
    libc.mprotect.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int]
    if libc.mprotect(page, mmap.PAGESIZE, mmap.PROT_READ | mmap.PROT_WRITE) == 0:
        ctypes.c_void_p.from_address(slot).value = pointer
        libc.mprotect(page, mmap.PAGESIZE, mmap.PROT_READ)
