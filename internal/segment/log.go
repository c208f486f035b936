package segment

import (
	"context"
	"errors"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Log is a segment that several writers extend one record at a time, each only
// if nobody else did meanwhile. One goroutine may use it at a time.
type Log struct {
	name   string
	stores *segmentstore.Stores
	access segmentstore.Access
	length int64 // of a read

	writer  wire.UUID
	request int64
	number  int64              // of the newest conditional append
	conn    *segmentstore.Conn // on which the writer is set up, or nil
	token   string             // that was shown last
}

// NewLog opens a segment as a log. It does not connect.
func NewLog(stores *segmentstore.Stores, name string) *Log {
	return &Log{name: name, stores: stores, access: segmentstore.ReadWrite, length: ReadLength, writer: wire.NewUUID(), request: stores.Request()}
}

// ReadLog opens a segment that others write to as a log, to read some of its records
// at a time: Bounds and Read work.
func ReadLog(stores *segmentstore.Stores, name string) *Log {
	return &Log{name: name, stores: stores, access: segmentstore.Read, length: ReadLength / 64}
}

// Name of the segment.
func (l *Log) Name() string { return l.name }

// Bounds are the offsets of the first record that is left and of the next one
// to come.
func (l *Log) Bounds(ctx context.Context) (start, end int64, err error) {
	info, err := Info(ctx, l.stores, l.name, l.access)
	return info.StartOffset, info.WriteOffset, err
}

// Mark is the attribute in which users of the log note from where to read;
// ok is false if there is none.
func (l *Log) Mark(ctx context.Context) (offset int64, ok bool, err error) {
	value, err := Attribute(ctx, l.stores, l.name, segmentstore.ReadWrite, markAttribute)
	return value, err == nil && value != wire.NullAttribute, err
}

// MoveMark sets the mark if it is still where it is expected, or if that is negative, if
// there is none, and reports whether it is there now.
func (l *Log) MoveMark(ctx context.Context, from, to int64) (moved bool, err error) {
	if from < 0 {
		from = wire.NullAttribute
	}
	moved, err = compareAndSet(ctx, l.stores, "move mark of log", l.name, l.access, markAttribute, from, to)
	if err != nil || moved {
		return moved, err
	}
	mark, _, err := l.Mark(ctx) // an attempt whose reply was lost may have moved it
	if err != nil {
		return false, fault.Uncertain(err)
	}
	return mark == to, nil
}

// Truncate drops the records before an offset, at which one starts. That they
// are gone already is no error.
func (l *Log) Truncate(ctx context.Context, offset int64) error {
	const op = "truncate log"
	reply, err := l.stores.Call(ctx, op, l.name, segmentstore.ReadWrite, func(request int64, token string) wire.Command {
		return wire.TruncateSegment{RequestID: request, Segment: l.name, TruncationOffset: offset, Token: token}
	})
	if errors.Is(err, fault.SegmentTruncated) {
		return nil
	}
	if err != nil {
		return err
	}
	if _, ok := reply.(wire.SegmentTruncated); !ok {
		return fault.Uncertain(unexpected(op, l.name, reply))
	}
	return nil
}

// markAttribute is Java's RevisionStreamClientMark.
var markAttribute = wire.UUID{0x7d, 0xf9, 0xa8, 0x74, 0x24, 0x6c, 0xc9, 0xd6, 0x93, 0x97, 0xcd, 0xd1, 0x9e, 0xad, 0x68, 0xc5}

// Read visits the records from one offset to another, both at records' starts;
// next is where the record after it starts. The bytes are valid during the
// visit. SegmentTruncated tells that the start is gone.
func (l *Log) Read(ctx context.Context, from, to int64, visit func(record []byte, next int64) error) error {
	var rest []byte // the start of a record that a reply cut off
	for from < to {
		at := from + int64(len(rest))
		if at >= to {
			return fault.New(fault.Protocol, "read segment", l.name, "a record starts at offset %d and does not end at %d", from, to)
		}
		read, err := readSegment(ctx, l.stores, l.name, l.access, at, int32(min(to-at, l.length)))
		if err != nil {
			return err
		}
		data := read.Buffer.Bytes()
		if len(rest) > 0 {
			rest = append(rest, data...)
			data = rest
		}
		for err == nil {
			var record []byte
			var size int
			if record, size, err = wire.NextEvent(data); err != nil || size == 0 {
				break
			}
			from += int64(size)
			data = data[size:]
			err = visit(record, from)
		}
		rest = append(rest[:0], data...)
		read.Buffer.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// ReadLength is how much is asked for at once.
const ReadLength = segmentstore.ReadLength

// readSegment reads some bytes. They must be there: else it waits for them.
func readSegment(ctx context.Context, stores *segmentstore.Stores, name string, access segmentstore.Access, offset int64, length int32) (segmentstore.Data, error) {
	const op = "read segment"
	reply, err := stores.Call(ctx, op, name, access, func(request int64, token string) wire.Command {
		return wire.ReadSegment{Segment: name, Offset: offset, SuggestedLength: length, Token: token, RequestID: request}
	})
	if err != nil {
		return segmentstore.Data{}, err
	}
	read, ok := reply.(segmentstore.Data)
	if !ok {
		return read, unexpected(op, name, reply)
	}
	return read, nil
}

// AppendAt adds a record if the log ends at an offset, and reports whether it did
// and where it ends then. However often the connection breaks or a token has
// expired, the record is added at most once, and the answer is the true one;
// fault.MayBeStored holds for an error if it is not known.
func (l *Log) AppendAt(ctx context.Context, offset int64, record []byte) (end int64, added bool, err error) {
	l.number++
	added, uncertain, err := l.append(ctx, offset, record)
	if err != nil && uncertain {
		err = fault.Uncertain(err)
	}
	if err != nil || !added {
		return 0, false, err
	}
	return offset + int64(wire.EventHeader+len(record)), true, nil
}

// append tries until there is an answer. With an error, uncertain reports whether the
// record may have been added.
func (l *Log) append(ctx context.Context, offset int64, record []byte) (added, uncertain bool, err error) {
	refusals, begun, last := 0, time.Now(), error(nil)
	for attempt := 0; ; attempt++ {
		if !retry.Soon.Wait(ctx, attempt) {
			return false, uncertain, fault.Context(ctx, appendToLog, l.name).Because(fault.Untried, fault.Lasting(last, time.Since(begun)))
		}
		added, doubt, err := l.appendOnce(ctx, offset, record)
		if err == nil {
			fault.Trouble(ctx, nil)
			return added, false, nil
		}
		uncertain = uncertain || doubt
		l.conn = nil
		switch code := fault.CodeOf(err); {
		case code == fault.Unreachable, code == fault.WrongHost, code == fault.ServerError:
			l.stores.Logger().Debug("append to log is tried again", "segment", l.name, "err", err)
		case segmentstore.TokenRefused(err):
			if refusals++; refusals > segmentstore.Refusals {
				return false, uncertain, err
			}
			l.stores.Authorizer().Refused(l.name, segmentstore.ReadWrite, l.token)
		case ctx.Err() == nil || code != fault.TimedOut && code != fault.Cancelled:
			return false, uncertain, err
		}
		if last == nil || ctx.Err() == nil { // what the end of ctx broke off says less
			last = err
			fault.Trouble(ctx, err)
		}
	}
}

const appendToLog = "append to log"

// appendOnce tries on one connection. The answer may be that of an earlier try whose
// reply was lost. With an error, doubt reports whether this try may have come through.
func (l *Log) appendOnce(ctx context.Context, offset int64, record []byte) (added, doubt bool, err error) {
	ctx, cancel := fault.Within(ctx, l.stores.SetupTimeout(), appendToLog, l.name)
	defer cancel()
	if l.conn == nil {
		last, err := l.setUp(ctx)
		if err != nil || last == l.number {
			return err == nil, false, err
		}
	}
	frame, err := wire.Encode(nil, wire.ConditionalAppend{
		WriterID: l.writer, EventNumber: l.number, ExpectedOffset: offset, Event: record, RequestID: l.request})
	if err != nil {
		return false, false, err
	}
	reply, sent, err := l.exchange(ctx, frame)
	if err != nil {
		return false, sent, err
	}
	switch r := reply.(type) {
	case wire.DataAppended:
		if r.EventNumber != l.number {
			return false, true, l.implausible(r.EventNumber)
		}
		return true, false, nil
	case wire.ConditionalCheckFailed:
		// No earlier try was added after the set-up: a store compares the number first.
		return false, false, nil
	}
	return false, !segmentstore.Refusal(reply), l.failure(reply)
}

// setUp asks for the number of the last record that was added by this log.
func (l *Log) setUp(ctx context.Context) (last int64, err error) {
	token, expiry, err := l.stores.Authorizer().Token(ctx, l.name, segmentstore.ReadWrite)
	l.token = token
	if err != nil {
		return 0, err
	}
	if l.conn, err = l.stores.Connect(ctx, l.name, segmentstore.Requests); err != nil {
		return 0, fault.Wrap(fault.CodeOf(err), appendToLog, l.name, err)
	}
	if !l.conn.ExpireBy(expiry) {
		return 0, fault.New(fault.Unreachable, appendToLog, l.name, "the connection is about to end")
	}
	frame, err := wire.Encode(nil, wire.SetupAppend{RequestID: l.request, WriterID: l.writer, Segment: l.name, Token: token})
	if err != nil {
		return 0, err
	}
	reply, _, err := l.exchange(ctx, frame)
	if err != nil {
		if ctx.Err() == nil { // so a store that finds the token expired ends the connection
			l.stores.Authorizer().Refused(l.name, segmentstore.ReadWrite, token)
		}
		return 0, err
	}
	if setup, ok := reply.(wire.AppendSetup); ok {
		if last, isFenced := lastNumber(setup.LastEventNumber); !isFenced && 0 <= last && last <= l.number {
			return last, nil
		}
		return 0, l.implausible(setup.LastEventNumber)
	}
	return 0, l.failure(reply)
}

// implausible gives up a connection whose server does not keep to the protocol: it has a
// record that was never sent, up to which nothing must count as added.
func (l *Log) implausible(number int64) error {
	err := fault.New(fault.Protocol, appendToLog, l.name, "the store has record number %d, which was never sent", number)
	l.conn.Close(err)
	return err
}

// failure of an append or its set-up.
func (l *Log) failure(reply wire.Reply) error {
	if err := segmentstore.Failure(appendToLog, l.name, l.conn.Endpoint(), reply); err != nil {
		return err
	}
	return unexpected(appendToLog, l.name, reply)
}

// exchange gives the connection up when it does not answer: a second set-up on
// it might overtake what is still under way.
func (l *Log) exchange(ctx context.Context, frame []byte) (reply wire.Reply, sent bool, err error) {
	reply, sent, err = l.conn.Exchange(ctx, l.request, frame)
	if err != nil {
		l.conn.Retire()
	}
	return reply, sent, err
}
