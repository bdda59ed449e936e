"""Landlock: which folders a process may still touch, asked of the Linux kernel without any privilege.

Interface of the kernel's ``include/uapi/linux/landlock.h``; numbers of the calls are the same on all machines.
"""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable
from pathlib import Path

CREATE_RULESET, ADD_RULE, RESTRICT_SELF = 444, 445, 446
ASK_VERSION = 1
BENEATH = 1

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1 << 0, 1 << 1, 1 << 2, 1 << 3
ALL_V1 = (1 << 13) - 1
"""Every right of the first version: read, write, execute, make and remove anything in a folder."""
REFER, TRUNCATE, IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15  # from versions 2, 3 and 5
OF_FILES = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV
NETWORK = 0b11  # bind and connect of TCP, from version 4
SCOPE = 0b11  # abstract unix sockets and signals to processes outside, from version 6


def restrict(readable: Iterable[Path], writable: Iterable[Path]) -> int:
    """Leave this process only these files and folders; return the version in force, 0 where there is none.

    Paths that do not exist are passed over. Needs ``PR_SET_NO_NEW_PRIVS`` before. Cannot be undone.

    Raises:
        OSError: the kernel has Landlock but refuses the rules.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION)
    if version < 1:
        return 0
    handled = ALL_V1
    for since, right in ((2, REFER), (3, TRUNCATE), (5, IOCTL_DEV)):
        handled |= right if version >= since else 0
    rules = struct.pack("=QQQ", handled, NETWORK if version >= 4 else 0, SCOPE if version >= 6 else 0)
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = _checked(libc.syscall(CREATE_RULESET, rules, ctypes.c_size_t(size), 0))
    try:
        for paths, rights in ((readable, READ_FILE | READ_DIR), (writable, handled & ~EXECUTE & ~IOCTL_DEV)):
            for path in paths:
                _allow(libc, ruleset, path, rights)
        _checked(libc.syscall(RESTRICT_SELF, ruleset, 0))
    finally:
        os.close(ruleset)
    return int(version)


def _allow(libc: ctypes.CDLL, ruleset: int, path: Path, rights: int) -> None:
    try:
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        allowed = rights if path.is_dir() else rights & OF_FILES
        rule = struct.pack("=Qi", allowed, handle)
        _checked(libc.syscall(ADD_RULE, ruleset, BENEATH, rule, 0))
    finally:
        os.close(handle)


def _checked(result: int) -> int:
    if result < 0:
        code = ctypes.get_errno()
        raise OSError(code, f"landlock: {os.strerror(code)}")
    return result
