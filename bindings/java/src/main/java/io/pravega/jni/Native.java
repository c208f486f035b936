package io.pravega.jni;

import java.nio.ByteBuffer;

/**
 * Everything that crosses to C, and nothing else. Texts are UTF-8, options are name, value, name, value, ...; handles
 * are longs. Unless said otherwise a method throws the PravegaException of its failure.
 */
final class Native {
    private Native() {
    }

    // library.c
    static native int checkAbi();

    static native byte[] version();

    static native int[] statusCodes();

    static native byte[] statusName(int status);

    /** Bit 0: retriable; bit 1: final. */
    static native int statusFlags(int status);

    static native byte[] statusText(int status);

    /** The number of native objects that are open. */
    static native long live();

    static native byte[][] describe();

    // client.c
    /** Tokens of tokensNew, or 0. */
    static native long clientOpen(byte[][] options, long tokens);

    static native void clientClose(long client);

    static native boolean scopeCreate(long client, byte[] scope);

    static native boolean scopeDelete(long client, byte[] scope);

    static native boolean scopeDeleteRecursive(long client, byte[] scope);

    static native boolean scopeExists(long client, byte[] scope);

    static native byte[][] scopeList(long client);

    // stream.c
    static native boolean streamCreate(long client, byte[] scope, byte[] stream, byte[][] options);

    static native void streamUpdate(long client, byte[] scope, byte[] stream, byte[][] options);

    static native void streamSeal(long client, byte[] scope, byte[] stream);

    static native boolean streamDelete(long client, byte[] scope, byte[] stream);

    static native boolean streamExists(long client, byte[] scope, byte[] stream);

    static native byte[][] streamList(long client, byte[] scope, byte[] tag);

    static native void streamTruncate(long client, byte[] scope, byte[] stream, byte[] cut);

    static native byte[][] streamInfo(long client, byte[] scope, byte[] stream);

    /** Three numbers a segment: id, bits of low, bits of high. */
    static native long[] streamSegments(long client, byte[] scope, byte[] stream);

    static native void streamScale(long client, byte[] scope, byte[] stream, long[] seal, double[] into);

    // writer.c
    static native long writerOpen(long client, byte[] scope, byte[] stream, byte[][] options);

    static native long writerDurable(long writer);

    /** The event's number, or a negative status. */
    static native long write(long writer, byte[] key, byte[] event, int timeoutMs);

    /** The number of accepted events, or a negative status; last[0]: the number of the last one. */
    static native long writeMany(long writer, ByteBuffer keys, int keysAt, ByteBuffer keyLens, ByteBuffer events,
            int eventsAt, ByteBuffer lens, int from, int count, int timeoutMs, long[] last);

    /** Events back to back, as one. The number of the last one, or a negative status. */
    static native long writeBatch(long writer, byte[] key, byte[] events, int[] lens, int timeoutMs);

    /** A status; acked[0] is set in any case. */
    static native int writerWait(long writer, long number, int timeoutMs, long[] acked);

    /** A number, or a negative status. */
    static native long writerPending(long writer);

    /** False: not in time. */
    static native boolean writerFlush(long writer, int timeoutMs);

    static native void writerNoteTime(long writer, long timestamp, int timeoutMs);

    /** Throws the writer's final error, if it has one. */
    static native void writerRaise(long writer);

    /** Throws what keeps events from being acked, TimedOut for what they wait for; nothing if all are. */
    static native void writerTrouble(long writer);

    /** acked[0] is set also when it throws. */
    static native void writerClose(long writer, int timeoutMs, long[] acked);

    // txn.c
    static native long txnWriterOpen(long client, byte[] scope, byte[] stream, byte[][] options);

    static native void txnWriterClose(long writer, int timeoutMs);

    /** With id null begins one. */
    static native long txnEnter(long writer, byte[] id, int timeoutMs);

    static native byte[][] txnList(long writer);

    static native byte[] txnId(long txn);

    /** The event's number; WindowFull or TimedOut as a negative status. */
    static native long txnWrite(long txn, byte[] key, byte[] event, int timeoutMs);

    /** 0, WindowFull or TimedOut; accepted[0] is set also when it throws. */
    static native int txnWriteMany(long txn, ByteBuffer keys, int keysAt, ByteBuffer keyLens, ByteBuffer events,
            int eventsAt, ByteBuffer lens, int from, int count, int timeoutMs, int[] accepted);

    /** Events back to back, as one. As txnWrite. */
    static native long txnWriteBatch(long txn, byte[] key, byte[] events, int[] lens, int timeoutMs);

    static native long txnAcked(long txn);

    /** False: not in time. */
    static native boolean txnFlush(long txn, int timeoutMs);

    static native int txnStatus(long txn, int timeoutMs);

    static native void txnCommit(long txn, boolean timed, long timestamp, int timeoutMs);

    static native void txnCommitAndWait(long txn, int timeoutMs);

    static native void txnWaitReadable(long txn, int timeoutMs);

    static native void txnAbort(long txn, int timeoutMs);

    static native void txnClose(long txn, int timeoutMs);

    // ack.c
    static native int ackWakeOpen();

    static native void ackWake(int wake);

    static native int ackWatch(long writer);

    static native void ackForget(int fd);

    /** True when ackWake ended the wait. */
    static native boolean ackPoll(int wake, int[] fds, boolean[] ready);

    // group.c
    static native boolean groupCreate(long client, byte[] scope, byte[] name, byte[][] streams, byte[][] options);

    static native void groupDelete(long client, byte[] scope, byte[] name);

    static native byte[][] groupList(long client, byte[] scope);

    static native long groupOpen(long client, byte[] scope, byte[] name);

    static native byte[][] groupReaders(long group);

    /** With position null by what the group knows. */
    static native void groupReaderOffline(long group, byte[] reader, byte[] position);

    static native byte[][] groupInfo(long group);

    /** Texts of cuts. */
    static native byte[][] groupCheckpoint(long group, byte[] name, int timeoutMs);

    static native void groupCancelCheckpoints(long group);

    /** Texts of cuts. */
    static native byte[][] groupCuts(long group, int timeoutMs);

    static native void groupReset(long group, byte[][] streams, byte[][] options);

    static native void groupResetTo(long group, byte[][] cuts);

    static native void groupResetToLastCheckpoint(long group);

    static native void groupUpdateRetentionCut(long group, byte[][] cuts);

    static native long groupUnreadBytes(long group);

    /** False: still the status. It is segments, readers and end of data; with -1 segments any other one is a change. */
    static native boolean groupWaitChange(long group, long[] status, int timeoutMs);

    static native void groupClose(long group);

    // reader.c
    static native long readerOpen(long group, byte[] id, byte[][] options);

    /** The bytes of a slice or null; out: status, handle, start, end, skipped. */
    static native byte[] readerNext(long reader, int timeoutMs, long[] out);

    /** Throws the failure that next reported last, if there is one. */
    static native void readerRaise(long reader);

    /** Throws what keeps the reader from events, TimedOut for what it waits for; nothing if a slice is there. */
    static native void readerTrouble(long reader);

    /** The name of the checkpoint that next came to last, or null. */
    static native byte[] readerCheckpoint(long reader);

    static native byte[] readerPosition(long reader);

    /** bounds: lower and upper. */
    static native void readerTimeWindow(long reader, byte[] scope, byte[] stream, long[] bounds);

    static native void readerClose(long reader, int timeoutMs);

    /** The reader lives on when it throws InvalidArgument or Panic. */
    static native void readerCloseAt(long reader, byte[] position, int timeoutMs);

    static native byte[] sliceSegment(long slice);

    static native byte[] slicePosition(long slice, long next);

    /** A status. */
    static native int sliceRelease(long slice, long next);

    // forms.c
    static native byte[][] cutInfo(byte[] cut);

    static native byte[] cutToBytes(byte[] cut);

    static native byte[][] cutFromBytes(byte[] bytes);

    static native byte[] checkpointToBytes(byte[] name, byte[][] cuts);

    static native byte[][] checkpointFromBytes(byte[] bytes);

    static native byte[][] pointerInfo(byte[] pointer);

    static native byte[] pointerToBytes(byte[] pointer);

    static native byte[][] pointerFromBytes(byte[] bytes);

    static native byte[][] positionInfo(byte[] position);

    static native byte[] positionToBytes(byte[] position);

    static native byte[][] positionFromBytes(byte[] bytes);

    static native byte[] eventFetch(long client, byte[] pointer);

    // token.c
    static native long tokensNew();

    /** Waits for a request; 0 after tokensEnd. */
    static native long tokensTake(long tokens);

    static native void tokensEnd(long tokens);

    static native void tokensFree(long tokens);

    static native void tokenSet(long request, byte[] value, long expiryMs);

    static native void tokenFail(long request, byte[] reason);

    // log.c
    static native void logSet(int level, long session);

    static native byte[] logTake(long session, int[] level);
}
