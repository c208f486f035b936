package client

import (
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/read"
)

// Error is what every call of this package reports: the kind of failure
// (Code), what was being done (Op) to what (Subject), and the cause. Find it
// with errors.As; ask for a kind with errors.Is(err, ErrStreamSealed). When a wait
// has ended with ErrTimedOut or ErrCancelled, Trouble is what stood in its way last:
// which server, at which address, and what it did. It is nil if nothing did, and the
// message then says what the wait was for. Trouble is not the cause of the error, so
// errors.Is and errors.As do not look into it.
type Error = fault.Error

// Code is a kind of failure. The numbers are the same in C, Python and Java.
type Code = fault.Code

// The kinds of failure. The text of each says what the user can do.
const (
	ErrClosed             = fault.Closed
	ErrBusy               = fault.Busy
	ErrInvalidArgument    = fault.InvalidArgument
	ErrUnknownOption      = fault.UnknownOption
	ErrWindowFull         = fault.WindowFull
	ErrTimedOut           = fault.TimedOut
	ErrCancelled          = fault.Cancelled
	ErrFromCallback       = fault.FromCallback
	ErrEventTooLarge      = fault.EventTooLarge
	ErrUnreachable        = fault.Unreachable
	ErrProtocol           = fault.Protocol
	ErrUnauthenticated    = fault.Unauthenticated
	ErrPermissionDenied   = fault.PermissionDenied
	ErrTLS                = fault.TLS
	ErrNoSuchScope        = fault.NoSuchScope
	ErrNoSuchStream       = fault.NoSuchStream
	ErrNoSuchReaderGroup  = fault.NoSuchReaderGroup
	ErrNoSuchSegment      = fault.NoSuchSegment
	ErrSegmentTruncated   = fault.SegmentTruncated
	ErrAlreadyExists      = fault.AlreadyExists
	ErrNotEmpty           = fault.NotEmpty
	ErrStreamSealed       = fault.StreamSealed
	ErrStreamNotSealed    = fault.StreamNotSealed
	ErrConflict           = fault.Conflict
	ErrConfigMismatch     = fault.ConfigMismatch
	ErrReaderNotInGroup   = fault.ReaderNotInGroup
	ErrGroupReinitialized = fault.GroupReinitialized
	ErrServer             = fault.ServerError
	ErrOutageTooLong      = fault.OutageTooLong
	ErrFenced             = fault.Fenced

	ErrTransactionAborted   = fault.TransactionAborted
	ErrTransactionCommitted = fault.TransactionCommitted
	ErrNoSuchTransaction    = fault.NoSuchTransaction
)

// ErrEnd is what Reader.Next returns when every segment that the group will
// ever have was read to its end: the streams are sealed.
var ErrEnd = read.ErrEnd

// CodeOf returns the kind of any error of this package; 0 for nil.
func CodeOf(err error) Code { return fault.CodeOf(err) }

// IsRetriable reports whether the same call may succeed later by itself.
func IsRetriable(err error) bool { return fault.Retriable(err) }

// IsFinal reports whether the object that reported err is finished and must be
// closed.
func IsFinal(err error) bool { return fault.Final(err) }

// MayBeStored reports whether what was asked for may have taken effect although an error
// was reported, or may take effect later: a wait for events that was given up does not
// keep their writer from storing them. If it is false, nothing of it was stored or
// recorded. Of a writer's final error, and of the error of its Close, it reports whether
// events above the number that Acked returns may be stored.
func MayBeStored(err error) bool { return fault.MayBeStored(err) }
