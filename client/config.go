// Package client is Pravega's Event API in Go: writers that store every event
// exactly once, reader groups that hand every event to exactly one reader, and
// the management of scopes and streams around them.
//
// A Client is made once for a cluster and is safe for concurrent use; writers,
// reader groups and readers are opened from it and share its connections.
package client

import (
	"context"
	"crypto/tls"
	"log/slog"
	"net"
	"time"

	"github.com/pravega/pravega-client-go/internal/write"
)

// MaxEventSize is the largest event in bytes that is stored by one append. A
// writer accepts larger ones up to WriterConfig.LargeEventBytes; they take
// longer, and hold up what is behind them on their segment.
const MaxEventSize = write.MaxEventSize

// Config says where the cluster is and how to talk to it. The zero value of each field is its
// default, here as in every other config. New copies it.
type Config struct {
	// ControllerURI lists the controllers: tcp://host:port or tls://host:port,
	// several separated by commas; pravega:// and pravegas:// ask the named
	// controllers for the list of all, which are used as soon as one of them can
	// be reached. Option controller.uri.
	ControllerURI string
	// Dial makes the connections to controllers and segment stores; nil for TCP. ctx ends after
	// ConnectTimeout; network is "tcp" and address is host:port, as ControllerURI or the servers
	// name it. It may be called by several goroutines at a time.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// TLS is how connections are secured, if ControllerURI asks for that, in place of CAFile and
	// SkipHostVerification, which must be zero then. Without a ServerName each connection is
	// verified for the host that was dialled. It is cloned. Nil for TLS 1.2 or later, with the
	// certificates of CAFile or the system's.
	TLS *tls.Config
	// CAFile is a PEM file with the certificates to trust instead of the
	// system's. Option tls.ca.file.
	CAFile string
	// SkipHostVerification accepts a server's certificate that names another host than the one
	// that was dialled; who signed it is checked all the same. Option tls.verify.host, turned
	// round.
	SkipHostVerification bool
	// AuthMethod says how the client identifies itself. Option auth.method.
	AuthMethod AuthMethod
	// AuthUser and AuthPassword are used by basic. Options auth.user and
	// auth.password.
	AuthUser, AuthPassword string
	// AuthToken is a bearer token that never changes. At most one source of bearer
	// tokens may be set: this, AuthTokenFile, AuthTokenEnv or TokenProvider. Option
	// auth.token.
	AuthToken string
	// AuthTokenFile is a file that holds the bearer token; line ends behind it are
	// ignored. It is read again whenever it has changed, and after a server has refused
	// the token, so that it may be replaced, best by renaming another file. A failure
	// to read it is treated as an error of a TokenProvider. Option auth.token.file.
	AuthTokenFile string
	// AuthTokenEnv is the name of an environment variable that holds the bearer token,
	// of which the same is true. Option auth.token.env.
	AuthTokenEnv string
	// TokenProvider gets bearer tokens that end.
	TokenProvider TokenProvider
	// ConnectTimeout limits one attempt to connect. Option connect.timeout.
	ConnectTimeout time.Duration
	// RequestTimeout limits a request to a server, with its retries, when the
	// caller's context has no earlier end. A connection on which a writer's
	// appends get no answer for so long is replaced. Option request.timeout.
	RequestTimeout time.Duration
	// KeepAliveTimeout is how long a peer that owes an answer may be silent
	// before its connection is given up. Option keepalive.timeout.
	KeepAliveTimeout time.Duration
	// ConnectionsPerStore is how many connections carry the appends to one
	// segment store. Option connections.per.store.
	ConnectionsPerStore int
	// MaxOutage is how long a writer waits for any of its events to be stored,
	// whatever is in the way, before it fails for good with ErrOutageTooLong;
	// 0 means no limit. Acked then tells what is stored, MayBeStored whether
	// events after it may be. Option max.outage.
	MaxOutage time.Duration
	// Logger receives what the client has to say; nil: nothing is logged. When a
	// segment store, or all controllers, have been away for a second, there is a WARN
	// with the address and the cause, further ones at growing intervals, and an INFO
	// when the outage has ended. Other WARNs are about what the application may want to
	// change, such as a reader that was taken out of its group. Single attempts are
	// DEBUG. The handler may be called from any goroutine, must not block, and must not
	// call the client, which may hold a lock.
	Logger *slog.Logger
}

// AuthMethod says how a client identifies itself to the servers.
type AuthMethod string

// The methods.
const (
	AuthDefault AuthMethod = "" // AuthBearer if there is a source of bearer tokens, else none
	AuthBasic   AuthMethod = "basic"
	AuthBearer  AuthMethod = "bearer"
)

// WriterConfig sets the limits of one writer.
type WriterConfig struct {
	// ID makes a writer that can be continued after its process has died: open
	// one with the same ID, and go on after its Durable number. Letters, digits,
	// '.' and '-', at most 250; empty for a writer that cannot. Option writer.id.
	ID string
	// WindowBytes bounds the bytes that are written and not yet acknowledged;
	// one segment may hold half of it. An event is taken while less than that is
	// held, whatever its own size, so that many small events do not keep a larger
	// one out. Option writer.window.bytes.
	WindowBytes int
	// BlockBytes is the most that one append carries, unless a single event is
	// larger. Option writer.block.bytes.
	BlockBytes int
	// LargeEventBytes is the size of the largest event that is accepted. Those
	// above MaxEventSize have no part in WindowBytes: one is taken while fewer
	// bytes than this are not yet acknowledged of such. Option
	// writer.large.event.bytes.
	LargeEventBytes int
	// TimeMarkInterval is how often the wall clock is noted as the time of what
	// was written, if something was; 0 for never. See NoteTime. Option
	// writer.time.mark.interval.
	TimeMarkInterval time.Duration
}

// ReaderConfig sets the limits of one reader.
type ReaderConfig struct {
	// BufferBytes bounds the memory of what was read ahead and of the slices
	// that are out. All segments of the reader share it, of which each may take 16 KiB
	// in any case. An event longer than 1 MiB takes as much as its length while it is
	// put together, and is a slice by itself, also if that is more than the buffer.
	// Option reader.buffer.bytes.
	BufferBytes int
	// Checkpoints makes Next tell of the group's checkpoints, automatic ones among
	// them, with an AtCheckpoint. Without it they are passed in the background,
	// with what was given back. Option reader.checkpoints.
	Checkpoints bool
	// LivenessTimeout is how long any other reader of the group may show no sign of
	// life until this one takes it out, as ReaderGroup.ReaderOffline does: its
	// segments go to the others, from its last checkpoint or where it acquired them,
	// and if it is alive after all it is told ReaderNotInGroup. 0 is never. Readers of
	// this library give signs in the background, every second and one more for each
	// reader of the group; official Java readers only when their application asks
	// for an event, so the limit must be longer than it ever takes for one.
	// Less than 30 s, or than 10 s for each reader and one more, counts as that. It
	// is counted while this reader can itself read the group's state, and anew after
	// it could not. Option group.liveness.timeout.
	LivenessTimeout time.Duration
}
