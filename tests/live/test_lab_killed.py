"""A lab that is killed: the kernel alone cleans up after it."""

import signal

import live
from live import equal, test, true
from traffic import running

live.enter_namespace()


@test("nothing but TIME-WAIT is left behind by a lab that was killed")
def _():
    names = ("time-wait", "fin-wait-1", "last-ack", "closing", "orphan", "retransmitting")
    with running("lab", *names, "--hold", "0") as lab:
        lab.wait_for("^holding until")
        states = {row["state"] for row in live.rows("-a", "-t")}
        true({"FIN-WAIT-1", "LAST-ACK", "CLOSING", "LISTEN"} <= states, states)
        lab.process.send_signal(signal.SIGKILL)
        equal(lab.process.wait(live.LIMIT_SECONDS), -signal.SIGKILL, "status")
        # The end of a process waits for its descriptors to be closed, and a reset for nothing.
        left = [row for row in live.rows("-a", "-t") if row["state"] != "TIME-WAIT"]
        equal(left, [], "left behind")


live.main()
