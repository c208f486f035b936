package io.pravega.jni;

import java.time.Duration;

/**
 * A program that reads and never ends by itself, to be killed or stopped. It prints a line for each event and each
 * checkpoint, and one with the exception that ends it.
 */
final class Crashing {
    private Crashing() {
    }

    public static void main(String[] args) {
        try (PravegaClient client = PravegaClient.open(args[0]);
                ReaderGroup group = client.openReaderGroup(args[1], args[2]);
                EventReader reader = group.openReader(args[3], Options.none(), name -> System.out.println("checkpoint " + name))) {
            for (;;) {
                for (Event event : reader.events(Duration.ofSeconds(1))) {
                    System.out.println(event.text());
                }
            }
        } catch (PravegaException e) {
            System.out.println(e.getClass().getSimpleName());
        }
    }
}
