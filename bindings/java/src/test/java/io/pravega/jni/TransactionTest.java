package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** All of a transaction or nothing, whoever ends it. */
class TransactionTest {
    @RegisterExtension
    final Server server = new Server();

    private TransactionalWriter writer(String stream, Options options) {
        return server.closing(server.client().openTransactionalWriter(server.scope(), stream, options));
    }

    private static byte[] text(int number) {
        return Integer.toString(number).getBytes();
    }

    /** The numbers in a stream, which is sealed, as they are read. */
    private List<Integer> stored(String stream) {
        server.client().sealStream(server.scope(), stream);
        List<Integer> numbers = new ArrayList<>();
        for (Event event : server.reader(stream).events()) {
            numbers.add(Integer.parseInt(event.text()));
        }
        return numbers;
    }

    @Test
    void committedOrAborted() {
        String stream = server.stream(2);
        TransactionalWriter writer = writer(stream, Options.of("txn.window.bytes", "64KiB"));
        String dropped;
        try (Transaction txn = writer.begin()) {
            dropped = txn.id();
            txn.write(null, text(-1));
        }
        assertThrows(PravegaException.TransactionAborted.class, () -> writer.attach(dropped));
        int count = 20_000; // more than the window
        Transaction txn = writer.begin();
        try (txn) {
            assertEquals(Transaction.Status.OPEN, txn.status());
            for (int n = 0; n < count; n++) {
                assertEquals(n + 1, txn.write(n % 5 == 0 ? null : "k" + n % 5, text(n)));
            }
            txn.flush();
            txn.commitAt(1_000);
            txn.awaitReadable(Wait.LONG);
            assertEquals(Transaction.Status.COMMITTED, txn.status());
            txn.commit();
            assertThrows(PravegaException.TransactionCommitted.class, txn::abort);
            assertThrows(PravegaException.TransactionCommitted.class, () -> txn.write(null, text(-1)));
        }
        txn.close();
        assertThrows(PravegaException.Closed.class, txn::commit);
        List<Integer> numbers = stored(stream);
        for (int key = 1; key < 5; key++) {
            int last = -1;
            for (int n : numbers) {
                if (n % 5 == key) {
                    assertTrue(last < n, n + " after " + last);
                    last = n;
                }
            }
        }
        Collections.sort(numbers);
        assertEquals(count, numbers.size());
        for (int n = 0; n < count; n++) {
            assertEquals(n, numbers.get(n));
        }
    }

    @Test
    void attachedByAnotherClient() {
        String stream = server.stream(1);
        String id;
        try (TransactionalWriter writer = writer(stream, Options.of("txn.close", "keep")); Transaction txn = writer.begin()) {
            id = txn.id();
            txn.write("k", text(1));
        }
        try (PravegaClient other = PravegaClient.open(Server.controller());
                TransactionalWriter writer = other.openTransactionalWriter(server.scope(), stream);
                Transaction txn = writer.attach(id)) {
            assertEquals(id, txn.id());
            txn.write("k", text(2));
            txn.commit(Wait.LONG);
            txn.awaitReadable(Wait.LONG);
            assertThrows(PravegaException.TransactionCommitted.class, () -> writer.attach(id));
        }
        assertEquals(List.of(1, 2), stored(stream));
    }

    @Test
    void batchesAndWhatIsOpen() throws InterruptedException {
        String stream = server.stream(1);
        TransactionalWriter writer = writer(stream, Options.of("txn.window.bytes", "64KiB"));
        assertEquals(List.of(), writer.transactions());
        Transaction txn = writer.begin(Wait.LONG);
        Transaction other = writer.begin();
        Transaction same = writer.attach(txn.id(), Wait.LONG);
        List<String> open = new ArrayList<>(List.of(txn.id(), txn.id(), other.id()));
        Collections.sort(open);
        assertEquals(open, writer.transactions());
        same.close(Wait.LONG); // aborts it, for all
        Wait.until("the other handle knows", () -> isAborted(txn));
        txn.close();
        assertEquals(List.of(other.id()), writer.transactions());

        assertEquals(Transaction.Status.OPEN, other.status(Wait.LONG));
        assertEquals(0, other.acked());
        int count = 0;
        for (; count < 3_000; count += 3) {
            List<byte[]> three = List.of(text(count), text(count + 1), text(count + 2));
            assertEquals(count + 3, other.writeBatch(count % 2 == 0 ? null : "k", three));
        }
        assertThrows(PravegaException.InvalidArgument.class, () -> other.writeBatch("k", List.of()));
        assertThrows(PravegaException.InvalidArgument.class, () -> other.writeBatch("half \ud83d pair", List.of(text(1))));
        assertThrows(PravegaException.EventTooLarge.class,
                () -> other.writeBatch(null, List.of(new byte[EventWriter.MAX_EVENT], text(1))));
        EventBatch many = new EventBatch();
        for (int n = count; n < count + 20_000; n++) { // more than the window
            many.add(n % 2 == 0 ? null : "k", text(n));
        }
        other.write(many);
        count += 20_000;
        assertEquals(0, many.size());
        other.write(many); // nothing
        many.add(text(count));
        other.write(many, Wait.LONG);
        count++;
        other.flush();
        assertEquals(count, other.acked());
        other.commitAndAwait(Wait.LONG);
        assertEquals(Transaction.Status.COMMITTED, other.status());
        assertEquals(count, other.acked());
        assertThrows(PravegaException.TransactionCommitted.class, () -> other.abort(Wait.LONG));
        many.add(text(-1));
        assertThrows(PravegaException.TransactionCommitted.class, () -> other.write(many));
        assertEquals(1, many.size());
        other.close(Duration.ZERO); // has nothing to wait for
        assertThrows(PravegaException.Closed.class, other::acked);
        assertEquals(List.of(), writer.transactions());

        Transaction full = writer.begin();
        assertThrows(PravegaException.WindowFull.class, () -> {
            for (;;) {
                full.writeBatch(null, List.of(new byte[20_000], new byte[20_000]), Duration.ZERO);
            }
        });
        many.clear();
        for (int n = 0; n < 1_000; n++) {
            many.add(new byte[1_000]);
        }
        assertThrows(PravegaException.WindowFull.class, () -> full.write(many, Duration.ZERO));
        assertTrue(many.size() > 0);
        full.abort(Wait.LONG);
        full.close(Wait.LONG);

        Transaction timed = writer.begin();
        timed.commitAt(1, Wait.LONG);
        timed.close();
        List<Integer> numbers = stored(stream);
        assertEquals(count, numbers.size());
        for (int n = 0; n < 3_000; n++) {
            assertEquals(n, numbers.get(n));
        }
        Collections.sort(numbers);
        for (int n = 0; n < count; n++) {
            assertEquals(n, numbers.get(n));
        }
    }

    private static boolean isAborted(Transaction txn) {
        try {
            txn.write("k", text(-1), Duration.ZERO);
            return false;
        } catch (PravegaException.TransactionAborted e) {
            return true;
        }
    }

    @Test
    void refused() {
        String stream = server.stream(1);
        TransactionalWriter writer = writer(stream, Options.of("txn.window.bytes", "64KiB"));
        assertThrows(PravegaException.InvalidArgument.class, () -> writer.attach("no id"));
        assertThrows(PravegaException.NoSuchTransaction.class, () -> writer.attach("00000000-0000-0000-0000-000000000001"));
        assertThrows(PravegaException.NoSuchStream.class, () -> writer("nowhere", Options.none()));
        Transaction txn = writer.begin();
        assertThrows(PravegaException.EventTooLarge.class, () -> txn.write(null, new byte[EventWriter.MAX_EVENT + 1]));
        assertThrows(PravegaException.InvalidArgument.class, () -> txn.write("half \ud83d pair", text(1)));
        assertThrows(NullPointerException.class, () -> txn.write("k", null));
        assertThrows(PravegaException.WindowFull.class, () -> {
            for (;;) {
                txn.write(null, new byte[40_000], Duration.ZERO);
            }
        });
        txn.abort();
        txn.abort();
        assertThrows(PravegaException.TransactionAborted.class, txn::commit);
        txn.close();
        writer.close();
        writer.close();
        assertThrows(PravegaException.Closed.class, writer::begin);
        assertEquals(List.of(), stored(stream));
    }
}
