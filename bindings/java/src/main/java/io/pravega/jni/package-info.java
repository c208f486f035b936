/**
 * A client for Pravega over the native library libpravega.
 *
 * <p>{@link io.pravega.jni.PravegaClient} is the start: it manages scopes and streams and opens
 * {@link io.pravega.jni.EventWriter writers} and {@link io.pravega.jni.ReaderGroup reader groups}, whose
 * {@link io.pravega.jni.EventReader readers} hand out {@link io.pravega.jni.Slice slices} of
 * {@link io.pravega.jni.Event events}.
 *
 * <h2>Rules for every class</h2>
 * <ul>
 * <li><b>Closing.</b> Close what you open. {@code close} may be called twice and from any thread; a call that waits
 * in another thread then ends with {@link io.pravega.jni.PravegaException.Closed}. What was forgotten is closed when
 * it is garbage collected, at some time. Closing a client closes what was opened from it. Nothing is flushed by
 * itself when the process ends.</li>
 * <li><b>Failures</b> are {@link io.pravega.jni.PravegaException}s, unchecked, one subclass for each kind. A
 * {@code null} where it is not allowed is a {@link java.lang.NullPointerException}.</li>
 * <li><b>Waiting.</b> Calls with a {@link java.time.Duration} wait at most so long; {@link java.time.Duration#ZERO}
 * never waits. Calls without one that ask a server wait by the options {@code request.timeout} and
 * {@code connect.timeout} of the client.</li>
 * <li><b>Interrupts.</b> Writers and readers that wait notice {@link java.lang.Thread#interrupt} within a tenth of a
 * second: they throw {@link io.pravega.jni.PravegaException.Cancelled} and leave the interrupt status set. Calls that
 * ask the controller are not ended by interrupts, but by their limits.</li>
 * <li><b>Threads.</b> All classes may be used by several threads at once, except {@link io.pravega.jni.EventBatch} and
 * the iterators.</li>
 * <li><b>Names</b> of scopes, streams, groups and readers are checked by the library; texts must be well-formed
 * Unicode (no lone surrogates), and names hold no NUL.</li>
 * </ul>
 *
 * <h2>Signals</h2>
 * The native library installs handlers for SIGSEGV, SIGBUS, SIGFPE, SIGPIPE and SIGURG and passes on what is not its
 * own, so the virtual machine works as before. {@code -Xcheck:jni} prints "Handler was modified! ... Consider using
 * jsig library": this is expected. Do <b>not</b> preload libjsig: with it the first fault that the library would
 * survive ends the process.
 *
 * <h2>Where the native library comes from</h2>
 * The folder named by the system property {@code pravega.library.path}; else the copy inside the jar, which is
 * extracted to {@code java.io.tmpdir} for the moment of loading; else {@code java.library.path}.
 */
package io.pravega.jni;
