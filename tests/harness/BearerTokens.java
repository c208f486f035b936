import io.pravega.auth.AuthHandler;
import io.pravega.auth.AuthenticationException;
import java.security.Principal;

/** Lets everybody do everything who shows the bearer token until-MILLISECONDS (since 1970) before that time. */
public final class BearerTokens implements AuthHandler {
    @Override
    public String getHandlerName() {
        return "Bearer";
    }

    @Override
    public Principal authenticate(String token) {
        try {
            long end = Long.parseLong(token.substring("until-".length()));
            if (token.startsWith("until-") && System.currentTimeMillis() < end) {
                return () -> "bearer";
            }
        } catch (RuntimeException notATime) {
            // no token of ours
        }
        throw new AuthenticationException("the bearer token is not good any more");
    }

    @Override
    public Permissions authorize(String resource, Principal principal) {
        return Permissions.READ_UPDATE;
    }
}
