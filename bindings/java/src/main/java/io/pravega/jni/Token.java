package io.pravega.jni;

import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/** A bearer token, and when it ends. Immutable. */
public final class Token {
    private final String value;
    private final Instant expiry;

    private Token(String value, Instant expiry) {
        this.value = Objects.requireNonNull(value, "value");
        this.expiry = expiry;
    }

    /**
     * A token of which it is not known when it ends: when it says so itself, if it is a JSON web token with the claim
     * {@code exp}; else it is used until a server refuses it.
     *
     * @param value 1 to 65536 characters of printable ASCII
     * @return the token
     */
    public static Token of(String value) {
        return new Token(value, null);
    }

    /**
     * A token that ends.
     *
     * @param value 1 to 65536 characters of printable ASCII
     * @param expiry when it ends
     * @return the token
     */
    public static Token of(String value, Instant expiry) {
        return new Token(value, Objects.requireNonNull(expiry, "expiry"));
    }

    /**
     * What is shown to servers.
     *
     * @return the token itself
     */
    public String value() {
        return value;
    }

    /**
     * When the token ends.
     *
     * @return the time, if it is known
     */
    public Optional<Instant> expiry() {
        return Optional.ofNullable(expiry);
    }

    /** In milliseconds since 1970, as C takes it; 0 is not known. */
    long expiryMillis() {
        if (expiry == null) {
            return 0;
        }
        try {
            return Math.max(1, expiry.toEpochMilli());
        } catch (ArithmeticException e) {
            return expiry.isAfter(Instant.EPOCH) ? Long.MAX_VALUE : 1;
        }
    }

    /** Without the value, which is a secret. */
    @Override
    public String toString() {
        return expiry == null ? "Token" : "Token[expiry=" + expiry + "]";
    }
}
