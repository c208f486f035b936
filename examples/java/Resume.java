import io.pravega.jni.*;

/**
 * Writes 1000 orders, each once, however often it is killed and run again: java -cp pravega-jni-0.1.0.jar Resume.java
 * tcp://127.0.0.1:9090 my-scope
 */
class Resume {
    public static void main(String[] args) {
        String scope = args[1];
        try (PravegaClient client = PravegaClient.open(args[0])) {
            client.createScope(scope);
            client.createStream(scope, "orders", Options.of("stream.segments", "2"));
            try (EventWriter writer = client.openWriter(scope, "orders", Options.of("writer.id", "importer"))) {
                System.out.println("goes on after order " + writer.durable());
                for (long n = writer.durable() + 1; n <= 1000; n++) { // order n is always the same, and gets number n
                    writer.write("customer " + n % 10, ("order " + n).getBytes());
                }
            }
            System.out.println("1000 orders are stored");
        }
    }
}
