"""Becomes another program, under another account if told, that ends when its supervisor does.

Run by path with the interpreter's isolated mode, before any package of ours can be imported:
`launch.py SUPERVISOR_PID DEATH_SIGNAL UID GID PROGRAM ARGUMENT…`, UID and GID -1 to keep the account. A wrapper rather than a
`preexec_fn`, because the supervisor has threads, and code between fork and exec may then deadlock.
"""

import ctypes
import os
import sys

_PR_SET_PDEATHSIG = 1


def main() -> None:
    """Drop to the account, bind this process to its supervisor's life, and execute the program."""
    supervisor, death_signal, uid, gid = (int(argument) for argument in sys.argv[1:5])
    program = sys.argv[5:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        # After the change of account, which clears the setting.
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != supervisor:
            sys.exit("the supervisor ended before its child started")
    os.execv(program[0], program)  # noqa: S606 - no shell is wanted


if __name__ == "__main__":
    main()
