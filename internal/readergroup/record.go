package readergroup

import (
	"encoding/binary"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// The two kinds of records.
const (
	recordInitial int32 = 1
	recordUpdates int32 = 2
)

// Record is one event of a group's stream.
type Record struct {
	// Initial: the record holds one [Init] or [Compact], and what is before it in
	// the stream need not be read. Otherwise it holds changes that take effect
	// together; an Init may be among them.
	Initial bool
	Updates []Update
}

// RecordOf is the record that says updates, as [State] proposes them: a [Compact]
// starts a state, and is alone.
func RecordOf(updates []Update) Record {
	_, whole := updates[0].(Compact)
	return Record{Initial: whole, Updates: updates}
}

// Encode makes the event. The error is fault.InvalidArgument.
func (r Record) Encode() ([]byte, error) {
	if r.Initial {
		return EncodeInit(r.Updates[0])
	}
	return EncodeUpdates(r.Updates...)
}

// EncodeInit makes the event that starts a state, of an [Init] or a [Compact].
// The error is fault.InvalidArgument.
func EncodeInit(u Update) ([]byte, error) {
	if kind := u.kind(); kind != kindInit && kind != kindCompact {
		return nil, fault.New(fault.InvalidArgument, "encode reader group state", "", "an update of type %d does not start a state", kind)
	}
	w := encoder{versioned.NewWriter("reader group state")}
	w.Int32(recordInitial)
	u.encode(&w)
	return w.Finish()
}

// EncodeUpdates makes the event for changes that take effect together. The
// error is fault.InvalidArgument.
func EncodeUpdates(updates ...Update) ([]byte, error) {
	record := binary.BigEndian.AppendUint32(nil, uint32(recordUpdates))
	for _, u := range updates {
		w := encoder{versioned.NewWriter("reader group update")}
		u.encode(&w)
		update, err := w.Finish()
		if err != nil {
			return nil, err
		}
		record = binary.BigEndian.AppendUint32(record, uint32(len(update)))
		record = append(record, update...)
	}
	return record, nil
}

// DecodeRecord reads an event of a group's stream, whoever wrote it. The error
// is fault.Protocol.
func DecodeRecord(event []byte) (Record, error) {
	r := decoder{versioned.NewReader("reader group record", event)}
	var record Record
	switch kind := r.Int32(); kind {
	case recordInitial:
		// Java leaves zeros behind it, so what follows is not looked at.
		switch u := r.update().(type) {
		case Init, Compact:
			record = Record{Initial: true, Updates: []Update{u}}
		default:
			r.Fail("a state starts with an update of type %T", u)
		}
	case recordUpdates:
		for r.Len() > 0 {
			r.Part(int(r.Int32()), func() { record.Updates = append(record.Updates, r.update()) })
		}
	default:
		r.Fail("record of type %d is unknown", kind)
	}
	if err := r.Err(); err != nil {
		return Record{}, err
	}
	return record, nil
}
