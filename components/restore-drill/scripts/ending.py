# How a run ends early, and how it waits: each wait has a deadline and says what it waits for.
import time


class Ending(Exception):
    """The drill ends early: one of reasons.py, and what was seen."""

    def __init__(self, reason, seen):
        super().__init__(seen)
        self.reason = reason
        self.seen = seen


class Failure(Ending):
    """The drill failed."""

    result = "failed"


class Skipped(Ending):
    """There is nothing to prove now, which is neither a pass nor a failure."""

    result = "skipped"


class Stopped(BaseException):
    """Kubernetes ends the drill's pod. Not an Exception, so that nothing on the way takes it for an answer."""


class TimedOut(Exception):
    """What was waited for did not come in time."""


class Deadline:
    def __init__(self, seconds, clock=time.monotonic):
        self.clock = clock
        self.end = clock() + seconds

    def left(self):
        return self.end - self.clock()

    def within(self, seconds):
        return min(seconds, self.left())


def wait(what, look, seconds, every=2.0, clock=time.monotonic, sleep=time.sleep):
    """Looks again and again until there is an answer other than None."""
    end = clock() + seconds
    while True:
        answer = look()
        if answer is not None:
            return answer
        if clock() >= end:
            raise TimedOut("%s did not happen within %d s" % (what, seconds))
        sleep(min(every, max(0.05, end - clock())))
