"""Seccomp: which calls to the kernel a process may still make.

Denied calls fail with EPERM, so that a library that tries one gets an error it knows; another instruction set
than the one the numbers belong to ends the process. Numbers are those of Linux 6 (``asm/unistd_64.h`` of each).
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

PR_SET_SECCOMP, FILTER_MODE = 22, 2
CLONE_THREAD = 0x10000
X32_BIT = 0x40000000

# offsets in struct seccomp_data
NUMBER, ARCH, ARG0, ARG2 = 0, 4, 16, 32
LOAD, EQUAL, AT_LEAST, ANY_BIT, RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
ALLOW, KILL = 0x7FFF0000, 0x80000000
REFUSE, ABSENT = 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_COLUMN = {"x86_64": 0, "aarch64": 1}

# (x86_64, aarch64); None where an architecture does not have the call
DENIED: dict[str, tuple[int | None, int | None]] = {
    # network
    "socket": (41, 198), "socketpair": (53, 199), "connect": (42, 203), "bind": (49, 200), "listen": (50, 201),
    "accept": (43, 202), "accept4": (288, 242), "sendto": (44, 206), "recvfrom": (45, 207),
    "sendmsg": (46, 211), "recvmsg": (47, 212), "sendmmsg": (307, 269), "recvmmsg": (299, 243),
    # other programs and processes
    "execve": (59, 221), "execveat": (322, 281), "fork": (57, None), "vfork": (58, None),
    "ptrace": (101, 117), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271),
    "kill": (62, 129), "tkill": (200, 130), "rt_sigqueueinfo": (129, 138), "rt_tgsigqueueinfo": (297, 240),
    "pidfd_open": (434, 434), "pidfd_send_signal": (424, 424), "pidfd_getfd": (438, 438),
    "kcmp": (312, 272), "setpgid": (109, 154), "setsid": (112, 157),
    # calls that go round this filter, or widen what the kernel offers
    "io_uring_setup": (425, 425), "io_uring_enter": (426, 426), "io_uring_register": (427, 427),
    "bpf": (321, 280), "perf_event_open": (298, 241), "userfaultfd": (323, 282), "personality": (135, 92),
    "keyctl": (250, 219), "add_key": (248, 217), "request_key": (249, 218), "modify_ldt": (154, None),
    "iopl": (172, None), "ioperm": (173, None), "setrlimit": (160, 164),
    # namespaces, mounts, the machine
    "unshare": (272, 97), "setns": (308, 268), "mount": (165, 40), "umount2": (166, 39), "chroot": (161, 51),
    "pivot_root": (155, 41), "open_tree": (428, 428), "move_mount": (429, 429), "fsopen": (430, 430),
    "fsconfig": (431, 431), "fsmount": (432, 432), "fspick": (433, 433), "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265), "name_to_handle_at": (303, 264), "swapon": (167, 224),
    "swapoff": (168, 225), "reboot": (169, 142), "acct": (163, 89), "quotactl": (179, 60),
    "init_module": (175, 105), "finit_module": (313, 273), "delete_module": (176, 106),
    "kexec_load": (246, 104), "kexec_file_load": (320, 294), "syslog": (103, 116),
    "settimeofday": (164, 170), "clock_settime": (227, 112), "adjtimex": (159, 171),
    "sethostname": (170, 161), "setdomainname": (171, 162),
    # what Landlock does not watch: owners, modes and attributes of files anywhere
    "chmod": (90, None), "fchmod": (91, 52), "fchmodat": (268, 53), "fchmodat2": (452, 452),
    "chown": (92, None), "lchown": (94, None), "fchown": (93, 55), "fchownat": (260, 54),
    "setxattr": (188, 5), "lsetxattr": (189, 6), "fsetxattr": (190, 7), "removexattr": (197, 14),
    "lremovexattr": (198, 15), "fremovexattr": (199, 16), "utimensat": (280, 88), "utimes": (235, None),
    "mknod": (133, None), "mknodat": (259, 33),
}  # fmt: skip
CLONE, CLONE3, PRLIMIT, TGKILL = (56, 220), (435, 435), (302, 261), (234, 131)


def restrict() -> bool:
    """Install the filter for this process and all its threads to come; False on another machine or kernel.

    Needs ``PR_SET_NO_NEW_PRIVS`` before. Cannot be undone. Threads may be started, processes not; signals reach
    this process only (abort needs that).
    """
    machine = platform.machine()
    if machine not in ARCHITECTURES:
        return False
    program = _program(machine, os.getpid())
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("=HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    libc = ctypes.CDLL(None, use_errno=True)
    return bool(libc.prctl(PR_SET_SECCOMP, FILTER_MODE, header, 0, 0) == 0)


def _program(machine: str, pid: int) -> bytes:
    """Return the filter as the kernel wants it: instructions of 8 bytes, jumps counted from the next one."""
    column = _COLUMN[machine]
    code = [
        (LOAD, 0, 0, ARCH),
        (EQUAL, 1, 0, ARCHITECTURES[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":
        code += [(AT_LEAST, 0, 1, X32_BIT), (RETURN, 0, 0, KILL)]
    for numbers in DENIED.values():
        number = numbers[column]
        if number is not None:
            code += [(EQUAL, 0, 1, number), (RETURN, 0, 0, REFUSE)]
    # glibc falls back on clone, whose flags can be seen
    code += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, ABSENT)]
    code += _on_argument(CLONE[column], ARG0, (ANY_BIT, CLONE_THREAD))
    code += _on_argument(TGKILL[column], ARG0, (EQUAL, pid))
    code += _without_argument(PRLIMIT[column], ARG2)
    code += [(RETURN, 0, 0, ALLOW)]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def _on_argument(number: int, argument: int, test: tuple[int, int]) -> list[tuple[int, int, int, int]]:
    """Allow a call when the lower half of an argument passes the test, refuse it otherwise."""
    operator, value = test
    return [
        (EQUAL, 0, 4, number),
        (LOAD, 0, 0, argument),
        (operator, 1, 0, value),
        (RETURN, 0, 0, REFUSE),
        (RETURN, 0, 0, ALLOW),
    ]


def _without_argument(number: int, argument: int) -> list[tuple[int, int, int, int]]:
    """Allow a call when a pointer argument is null in both halves, refuse it otherwise."""
    return [
        (EQUAL, 0, 6, number),
        (LOAD, 0, 0, argument),
        (EQUAL, 0, 3, 0),
        (LOAD, 0, 0, argument + 4),
        (EQUAL, 0, 1, 0),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, REFUSE),
    ]
