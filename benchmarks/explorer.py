"""The explorer of a year: from a slider's message to the kernel's reply with the numbers, in a real
kernel. At most 100 ms, the median of 40 moves, warm; as a ratio to drawing the same year by
matplotlib.
"""

import os
import statistics
import time

from jupyter_client.manager import start_new_kernel

from wrapsim_helpers.charts.explorer.page import SESSION

MOVES = range(18, 58)  # ages
SETUP = """
import wrapsim_helpers as ws
listener = ws.listen(ws.one_listener(0, "2025-01-01", "2026-01-01"))
ws.explore_year(listener)._ipython_display_()
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
        comm = comm_of_page(client)
        times = [moved(client, comm, age) for age in MOVES][5:]
        drawing = float(printed(client, DRAWING))
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    middle = statistics.median(times)
    detail = f"{1000 * middle:.0f} ms against {1000 * drawing:.0f} ms"
    return [
        ("explorer's reply, share of the 100 ms allowed", middle / 0.1, -1, detail),
        ("explorer's reply / a matplotlib year, seconds", middle / drawing, None, detail),
    ]


def comm_of_page(client):
    """Run SETUP; the id of the comm that the explorer's page opened."""
    sent = client.execute(SETUP)
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


def moved(client, comm, age):
    """Seconds from the message of a slider to the reply with the numbers."""
    data = {"method": "custom", "content": {"choice": {"age": age}}}
    message = client.session.msg("comm_msg", {"comm_id": comm, "data": data})
    began = time.perf_counter()
    client.shell_channel.send(message)
    for reply in until_idle(client, message["header"]["msg_id"]):
        if reply["msg_type"] == "comm_msg" and "weeks" in reply["content"]["data"]["content"]:
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
