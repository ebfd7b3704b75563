"""Work that goes on for as long as a test wants it to."""

import threading

from lib.work.progress import Cancelled

PATIENCE = 30


class Clock:
    """Seconds that pass when the test says so."""

    now = 0.0

    def __call__(self):
        return self.now


class Held:
    """Work that waits for a word before each report of progress, and before it ends."""

    def __init__(self, result="done"):
        self.began, self.stopped = threading.Event(), threading.Event()
        self._words = threading.Semaphore(0)
        self._end = False
        self._result = result

    def __call__(self, progress):
        self.began.set()
        try:
            while self._heard() and not self._end:
                progress(0.5, "Half way.")
        except Cancelled:
            self.stopped.set()
            raise
        return self._result

    def _heard(self):
        assert self._words.acquire(timeout=PATIENCE)
        return True

    def report(self):
        self._words.release()

    def end(self):
        self._end = True
        self._words.release()

    def until_it_runs(self):
        assert self.began.wait(PATIENCE)
        return self
