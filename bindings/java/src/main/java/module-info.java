/**
 * A client for Pravega over the native library libpravega: streams, exactly-once writers, and reader groups that are
 * shared with the official Java client. Begin with {@link io.pravega.jni.PravegaClient}.
 */
module io.pravega.jni {
    exports io.pravega.jni;
}
