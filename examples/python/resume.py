"""Writes 1000 orders, each once, however often it is killed and run again:
python resume.py tcp://127.0.0.1:9090 my-scope"""

import sys

import pravega

uri, scope = sys.argv[1:]
with pravega.Client(uri) as client:
    client.create_scope(scope)
    client.create_stream(scope, "orders", pravega.StreamConfig(segments=2))
    with client.open_writer(scope, "orders", writer_id="importer") as writer:
        print(f"goes on after order {writer.durable}")
        for n in range(writer.durable + 1, 1001):  # order n is always the same, and gets number n
            writer.write(f"order {n}", key=f"customer {n % 10}")
    print("1000 orders are stored")
