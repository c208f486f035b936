package io.pravega.jni;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is told of a group's changes. */
@Timeout(180)
class WatchTest extends NumberedEvents {
    private final BlockingQueue<Object> told = new LinkedBlockingQueue<>();

    /** Takes what is told until it is what is waited for. */
    private void tells(Object wanted) throws InterruptedException {
        for (List<Object> before = new ArrayList<>();;) {
            Object now = told.poll(Wait.LONG.toMillis(), TimeUnit.MILLISECONDS);
            assertNotNull(now, wanted + " is not told, but " + before);
            if (now.equals(wanted) || now.getClass().equals(wanted)) {
                return;
            }
            before.add(now);
            assertFalse(now instanceof PravegaException, before.toString());
        }
    }

    @Test
    void scalesReadersTheEndAndDeletionAreTold() throws Exception {
        PravegaClient client = server.client();
        String stream = server.stream(1);
        client.createReaderGroup(server.scope(), "watched", QUICK, path(stream));
        ReaderGroup group = server.closing(client.openReaderGroup(server.scope(), "watched"));
        GroupWatch watch = server.closing(group.watch(told::add, told::add));
        tells(new GroupStatus(1, 0, false));
        EventReader reader = server.closing(group.openReader("reader"));
        List<Integer> seen = Collections.synchronizedList(new ArrayList<>());
        CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> reader.events().forEach(event -> add(seen, event)));
        tells(new GroupStatus(1, 1, false));
        write(server.scope(), stream, 0, 50);
        client.scaleStream(server.scope(), stream, List.of(client.segments(server.scope(), stream).get(0).id()),
                List.of(KeyRange.of(0, 0.3), KeyRange.of(0.3, 0.6), KeyRange.of(0.6, 1)));
        tells(new GroupStatus(3, 1, false));
        write(server.scope(), stream, 50, 100);
        client.sealStream(server.scope(), stream);
        reading.get(60, TimeUnit.SECONDS);
        assertEquals(numbers(0, 100), sorted(seen, List.of()));
        tells(new GroupStatus(0, 1, true));
        reader.close();
        tells(new GroupStatus(0, 0, true));
        client.deleteReaderGroup(server.scope(), "watched");
        tells(PravegaException.NoSuchReaderGroup.class);
        watch.close();
        watch.close();
        assertNull(told.poll());
    }

    @Test
    void aWatchThatIsClosedTellsNothingMore() throws Exception {
        ReaderGroup group = group(Options.none(), path(server.stream(1)));
        GroupWatch watch = group.watch(told::add, told::add);
        GroupWatch other = server.closing(group.watch(told::add));
        tells(new GroupStatus(1, 0, false));
        tells(new GroupStatus(1, 0, false));
        watch.close();
        EventReader reader = server.closing(group.openReader("reader"));
        tells(new GroupStatus(1, 1, false)); // once
        other.close();
        reader.close();
        assertEquals(0, told.size(), told.toString());

        AtomicReference<GroupWatch> itself = new AtomicReference<>();
        CountDownLatch set = new CountDownLatch(1);
        itself.set(group.watch(status -> {
            try {
                set.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            itself.get().close();
            told.add(status);
        }, told::add));
        set.countDown();
        tells(GroupStatus.class);
        itself.get().close();
        assertEquals(0, told.size(), told.toString());
    }

    @Test
    void aWatchEndsWithItsGroupItsClientAndItsFailure() throws Exception {
        ReaderGroup group = group(Options.none(), path(server.stream(1)));
        String name = group.toString().substring(group.toString().indexOf('/') + 1);
        ReaderGroup second = server.client().openReaderGroup(server.scope(), name);
        GroupWatch watch = server.closing(second.watch(told::add, told::add));
        tells(new GroupStatus(1, 0, false));
        second.close();
        tells(PravegaException.Closed.class);
        watch.close();
        assertThrows(PravegaException.Closed.class, () -> second.watch(told::add));

        try (PravegaClient client = PravegaClient.open(Server.controller())) {
            server.closing(client.openReaderGroup(server.scope(), name)).watch(told::add, told::add);
            tells(new GroupStatus(1, 0, false));
        }
        tells(PravegaException.Closed.class);

        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        GroupWatch fails = server.closing(group.watch(status -> {
            Thread.currentThread().setUncaughtExceptionHandler((thread, e) -> uncaught.complete(e));
            assertTrue(Thread.currentThread().isDaemon());
            throw new IllegalStateException(status.toString());
        }));
        assertEquals("1 segments, 0 readers", uncaught.get(60, TimeUnit.SECONDS).getMessage());
        fails.close();

        assertThrows(NullPointerException.class, () -> group.watch(null));
        assertThrows(NullPointerException.class, () -> group.watch(told::add, null));
        assertNotEquals(new GroupStatus(1, 0, false), new GroupStatus(1, 0, true));
        assertEquals(new GroupStatus(1, 0, false).hashCode(), new GroupStatus(1, 0, false).hashCode());
    }
}
