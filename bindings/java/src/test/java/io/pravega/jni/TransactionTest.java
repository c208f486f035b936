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
