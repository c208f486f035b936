"""Writes events and reads them back: python write_read.py [controller URI]"""

import sys
import uuid

import pravega

with pravega.Client(sys.argv[1] if len(sys.argv) > 1 else "tcp://127.0.0.1:9090") as client:
    client.create_scope("examples")
    client.create_stream("examples", stream := f"greetings-{uuid.uuid4().hex}", pravega.StreamConfig(segments=2))
    with client.open_writer("examples", stream) as writer:
        last = writer.write_many(["good morning", "guten Morgen", "gute Nacht"], keys=["en", "de", "de"])
        print(f"stored up to event {writer.wait(last, timeout=10)}")
    client.seal_stream("examples", stream)  # so that reading comes to an end
    client.create_reader_group("examples", f"{stream}-readers", [f"examples/{stream}"])
    with client.open_reader_group("examples", f"{stream}-readers").open_reader("reader-1") as reader:
        for event in reader:
            print(event.decode())
