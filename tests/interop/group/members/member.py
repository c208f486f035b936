"""A reader of a group, as member.c: member.py CONTROLLER SCOPE GROUP READER."""

import select
import sys

import pravega

controller, scope, group, name = sys.argv[1:]


def say(what: str) -> None:
    """Print one line in one piece."""
    sys.stdout.write(f"{name} {what}\n")
    sys.stdout.flush()


def leaving() -> bool:
    """Whether standard input has ended."""
    return bool(select.select([sys.stdin], [], [], 0)[0])


with (
    pravega.Client(controller) as client,
    client.open_reader_group(scope, group).open_reader(name) as reader,
):
    say("ready")
    while not leaving():
        try:
            events = reader.next(timeout=0.1)
        except pravega.TimedOutError:
            continue
        if events is None:
            break
        with events:
            for event in events:
                say(event.decode())
