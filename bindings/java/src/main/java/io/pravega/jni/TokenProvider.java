package io.pravega.jni;

/**
 * Gets bearer tokens that end, for example from an identity provider; see {@link PravegaClient#open(Options,
 * TokenProvider)}.
 *
 * <p>The client calls it when it first needs a token, when about half of a token's life is over, and after a server has
 * refused it: one call at a time, in a daemon thread that is there for it ({@code pravega-tokens}). A call that takes
 * longer than option {@code request.timeout} counts as failed.
 *
 * <p>An exception, or an invalid {@link Token}, ends nothing. It is logged to {@link PravegaLog}. A token that has
 * not ended is used on, and the provider is called again, with pauses of up to 2 s, as long as a call needs a token. A
 * call of the client that gets none in time throws {@link PravegaException.TimedOut} or
 * {@link PravegaException.Unauthenticated}, whose message holds the last failure.
 *
 * <p>It must not use the client that it gets tokens for, which would wait for it.
 */
@FunctionalInterface
public interface TokenProvider {
    /**
     * Gets a token. It may block.
     *
     * @return the token
     * @throws Exception there is none now
     */
    Token token() throws Exception;
}
