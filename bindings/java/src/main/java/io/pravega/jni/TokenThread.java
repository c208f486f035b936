package io.pravega.jni;

import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The daemon thread that calls a token provider. It refers to its client in no way, which may be garbage. */
final class TokenThread implements Runnable {
    private final TokenProvider provider;
    private final long tokens = Native.tokensNew();
    private boolean started;

    TokenThread(TokenProvider provider) {
        this.provider = provider;
    }

    /** What the library is given; until end. */
    long tokens() {
        return tokens;
    }

    void start() {
        Thread thread = new Thread(this, "pravega-tokens");
        thread.setDaemon(true);
        thread.start();
        started = true;
    }

    /** To be called once, when the library asks no more. It does not wait for the provider. */
    void end() {
        if (started) {
            Native.tokensEnd(tokens);
        } else {
            Native.tokensFree(tokens);
        }
    }

    @Override
    public void run() {
        for (long request = Native.tokensTake(tokens); request != 0; request = Native.tokensTake(tokens)) {
            try {
                answer(request);
            } catch (Throwable lost) {
                // even to say why there is no token needs memory: the library gives the request up
            }
        }
        Native.tokensFree(tokens);
    }

    private void answer(long request) {
        try {
            Token token = Objects.requireNonNull(provider.token(), "the token is null");
            Native.tokenSet(request, Text.token(token.value()), token.expiryMillis());
        } catch (Throwable failure) {
            Native.tokenFail(request, failure.toString().replace('\0', '?').getBytes(StandardCharsets.UTF_8));
        }
    }
}
