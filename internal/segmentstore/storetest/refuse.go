package storetest

import "github.com/pravega/pravega-client-go/internal/wire"

// reasons of the refusal of a token.
var reasons = map[Verdict]int32{Expired: wire.TokenExpired, Refused: wire.TokenCheckFailed}

// token reports whether a command shows one, and with which request id the store
// refuses it: where a read's should be, the real one puts the offset.
func token(command wire.Command) (shows bool, id int64) {
	switch c := command.(type) {
	case wire.SetupAppend:
		return true, c.RequestID
	case wire.ReadSegment:
		return true, c.Offset
	case wire.GetStreamSegmentInfo:
		return true, c.RequestID
	case wire.GetSegmentAttribute:
		return true, c.RequestID
	case wire.UpdateSegmentAttribute:
		return true, c.RequestID
	case wire.TruncateSegment:
		return true, c.RequestID
	case wire.CreateTransientSegment:
		return true, c.RequestID
	case wire.MergeSegments:
		return true, c.RequestID
	case wire.DeleteSegment:
		return true, c.RequestID
	}
	return false, 0
}

// request is the id of a command that asks for an answer.
func request(command wire.Command) (id int64, ok bool) {
	switch c := command.(type) {
	case wire.ReadSegment:
		return c.RequestID, true
	case wire.ConditionalAppend:
		return c.RequestID, true
	case wire.AppendBlockEnd:
		return c.RequestID, true
	}
	ok, id = token(command)
	return id, ok
}

// wrong is an answer that serves nobody.
func wrong(verdict Verdict, id int64) wire.Command {
	switch verdict {
	case Failed:
		return wire.ErrorMessage{RequestID: id, Message: "out of order"}
	case Missing:
		return wire.NoSuchSegment{RequestID: id}
	}
	return wire.SegmentCreated{RequestID: id, Segment: "another"}
}

// denial is the answer to a change whose condition does not hold; nil to others.
func denial(command wire.Command) wire.Command {
	switch c := command.(type) {
	case wire.UpdateSegmentAttribute:
		return wire.SegmentAttributeUpdated{RequestID: c.RequestID}
	case wire.MergeSegments:
		return wire.SegmentAttributeUpdated{RequestID: c.RequestID}
	case wire.ConditionalAppend:
		return wire.ConditionalCheckFailed{RequestID: c.RequestID, WriterID: c.WriterID, EventNumber: c.EventNumber}
	}
	return nil
}
