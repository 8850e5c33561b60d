# SPDX-License-Identifier: MIT
# Runs a command with a terminal for its standard input: `terminal.py COMMAND ARGS…`. What comes on our own
# standard input is typed there. Ends as the command ends. Node has no call to open a terminal.
import os
import pty
import signal
import subprocess
import sys
import termios
import threading

master, slave = pty.openpty()
attributes = termios.tcgetattr(slave)
attributes[3] &= ~termios.ECHO
termios.tcsetattr(slave, termios.TCSANOW, attributes)


def type_in():
    while data := os.read(0, 4096):
        os.write(master, data)


child = subprocess.Popen(sys.argv[1:], stdin=slave)
signal.signal(signal.SIGTERM, lambda *_: child.kill())
threading.Thread(target=type_in, daemon=True).start()
status = child.wait()
# The thread may sit in a read for ever: leave without waiting for it.
if status < 0:
    signal.signal(-status, signal.SIG_DFL)
    os.kill(os.getpid(), -status)
os._exit(status)
