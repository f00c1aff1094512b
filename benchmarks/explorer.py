"""The explorers of a year and of a crowd: from a control's message to the kernel's reply with the
numbers, in a real kernel. At most 100 ms, the median of some moves, warm; for a year also as a
ratio to drawing it by matplotlib.
"""

import os
import statistics
import time

from jupyter_client.manager import start_new_kernel

from wrapsim_helpers.charts.explorer.page import SESSION

AGES = [{"age": age} for age in range(18, 58)]
COHORTS = [
    {"age": age, "plan": plan, "device": device}
    for age in ("under 20", "20 to 29", None)
    for plan in ("free", "premium", None)
    for device in ("phone", "desktop", None)
]
YEAR = """
import wrapsim_helpers as ws
listener = ws.listen(ws.one_listener(0, "2025-01-01", "2026-01-01"))
ws.explore_year(listener)._ipython_display_()
"""
CROWD = """
import tempfile
import wrapsim_helpers as ws
folder = tempfile.TemporaryDirectory()
run = ws.simulate(100, "2025-01-01", "2026-01-01", out_dir=folder.name, formats=["parquet"])
ws.explore_crowd(run)._ipython_display_()
"""
DRAWING = """
import statistics, time
times = []
for _ in range(10):
    began = time.perf_counter()
    ws.finish(ws.draw_what_if(listener, ws.what_if(listener, age=58), "At 58"))
    times.append(time.perf_counter() - began)
print(statistics.median(times))
"""


def measure():
    """[(claim, measured ratio, gate, detail)]"""
    manager, client = start_new_kernel(env=os.environ | {SESSION: "benchmark"})
    try:
        year, cohort = replies(client, YEAR, AGES), replies(client, CROWD, COHORTS)
        drawing = float(printed(client, DRAWING))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    detail = f"{1000 * year:.0f} ms against {1000 * drawing:.0f} ms"
    of_crowd = f"{1000 * cohort:.0f} ms, 100 listeners"
    return [
        ("explorer's reply, share of the 100 ms allowed", year / 0.1, -1, detail),
        ("explorer's reply / a matplotlib year, seconds", year / drawing, None, detail),
        ("crowd explorer's reply, share of the 100 ms allowed", cohort / 0.1, -1, of_crowd),
    ]


def replies(client, setup, choices):
    """The median seconds to a reply, without the first five."""
    comm = comm_of_page(client, setup)
    return statistics.median([moved(client, comm, choice) for choice in choices][5:])


def comm_of_page(client, setup):
    """Run a setup; the id of the comm that the explorer's page opened."""
    sent = client.execute(setup)
    opened = [
        message["content"]["comm_id"]
        for message in until_idle(client, sent)
        if message["msg_type"] == "comm_open"
        and message["content"]["data"].get("state", {}).get("_model_name") == "AnyModel"
    ]
    return opened[-1]


def until_idle(client, sent):
    """The messages that a request causes, until the kernel is idle again."""
    while True:
        message = client.get_iopub_msg(timeout=600)
        if message["parent_header"].get("msg_id") != sent:
            continue
        if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
            return
        yield message


def moved(client, comm, choice):
    """Seconds from the message of a control to the reply with the numbers."""
    data = {"method": "custom", "content": {"choice": choice}}
    message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
    began = time.perf_counter()
    client.shell_channel.send(message)
    for reply in until_idle(client, message["header"]["msg_id"]):
        if reply["msg_type"] == "comm_msg" and "said" in reply["content"]["data"]["content"]:
            seconds = time.perf_counter() - began
    return seconds


def printed(client, code):
    """What some code prints in the kernel."""
    texts = [
        message["content"]["text"]
        for message in until_idle(client, client.execute(code))
        if message["msg_type"] == "stream"
    ]
    return "".join(texts)
