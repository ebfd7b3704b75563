"""A process that works for the server and is killed in the middle of any work that is called "doomed"."""

import os
import signal

from lib.work.served import own_streams
from lib.work.wire import pack, receive


def main():
    inlet, outlet = own_streams()

    def say(**header):
        outlet.write(pack(header))
        outlet.flush()

    while (message := receive(inlet)) is not None:
        number, work = message[0]["id"], message[0]["do"]
        say(id=number, **{"is": "progress", "share": 0.5, "words": "Half way."})
        if work == "doomed":
            os.kill(os.getpid(), signal.SIGKILL)
        say(id=number, **{"is": "done", "work": work})


if __name__ == "__main__":
    main()
