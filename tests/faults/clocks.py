"""A worker's clock that jumps: R11."""

from tests.faults.bench import SHIFTED, Bench, Figures, until

HOUR, DAY = 3600, 86400


def clock_jumps(bench: Bench, *, mails: int) -> Figures:
    """R11: an hour ahead, an hour back, a day back, in the middle of batches: no repeat, nothing left out.

    The jump is one of the worker alone, as on a machine whose time service went wrong.
    """
    bench.mail.seconds = 0.01
    shift, expected, recovery = bench.folder / "shift", 0, 0.0
    with bench.worker(processes=2, command=SHIFTED):
        for seconds in (HOUR, -HOUR, -DAY, 0):
            bench.due(mails)
            bench.wake_unless_patient()
            goal = expected + mails // 3
            until(lambda goal=goal: len(bench.mail.arrived) > goal, 130, lambda: str(bench.states()))  # type: ignore[misc]
            shift.write_text(str(seconds), encoding="ascii")
            expected += mails
            bench.wake_unless_patient()
            recovery = max(recovery, bench.until_sent(expected, 200))
    return bench.figures("R11 clock of the worker jumps", expected, recovery, "+1 h, -1 h, -1 day, back")
