"""Adds up payments, each once, however often it dies and is run again: it keeps the
sum with a checkpoint, and goes on from there.
python checkpoint.py tcp://127.0.0.1:9090 my-scope kept.pickle
A number behind this lets it die when it has so many payments, some of them not kept."""

import os
import pickle
import sys
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pravega

uri, scope, file, *dies_at = sys.argv[1:]
kept = Path(file)
count, total = 0, 0
safe = 0  # so many payments are kept
AHEAD = 50  # so many it takes beyond these, and adds up twice at most
#: By the name of a checkpoint: the payments before it, no more and no less.
before: dict[str, tuple[int, int]] = {}


def on_checkpoint(name: str) -> None:
    """Notes the sum while nothing is out."""
    before[name] = count, total


with pravega.Client(uri, group_refresh_interval="200ms", group_checkpoint_interval="0s") as client:
    client.create_scope(scope)
    if client.create_stream(scope, "payments"):
        with client.open_writer(scope, "payments") as writer:
            writer.write_many(str(n) for n in range(1, 101))
        client.seal_stream(scope, "payments")  # so that reading comes to an end
    with suppress(pravega.ConfigMismatchError):  # it is there, and starts where an earlier run has reset it to
        client.create_reader_group(scope, "adders", [f"{scope}/payments"])
    group = client.open_reader_group(scope, "adders")
    if kept.exists():
        checkpoint, count, total = pickle.loads(kept.read_bytes())
        safe = count
        group.reset_to(checkpoint)  # also ends readers that died
    else:
        group.reset([f"{scope}/payments"])
    print(f"goes on after {count} payments")

    passing: Future[pravega.Checkpoint] | None = None
    with ThreadPoolExecutor() as pool, group.open_reader("reader-1", on_checkpoint=on_checkpoint) as reader:
        for payments in reader.slices():
            for payment in islice(payments, min(10, safe + AHEAD - count)):  # the rest comes again
                count, total = count + 1, total + int(payment)
            if passing is None:
                passing = pool.submit(group.checkpoint, f"checkpoint {len(before)}")
            elif wait([passing], 0.5).done:  # all readers, this one among them, have passed it
                checkpoint, passing = passing.result(), None
                # What must survive a crash of the machine would be written beside the old one and renamed.
                kept.write_bytes(pickle.dumps((checkpoint, *before[checkpoint.name])))
                safe = before[checkpoint.name][0]
            if dies_at and count >= int(dies_at[0]) and count > safe > 0:
                print(f"dies with {count} payments", flush=True)
                os._exit(0)  # nothing is given back nor closed
    print(f"{count} payments, {total} in all")
