package naming

import (
	"encoding/hex"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// SegmentID identifies a segment of one stream: the epoch that created it in
// the upper 32 bits, its number in the lower ones. The number alone is unique
// too, except after a transaction was committed over a scale.
type SegmentID int64

// epochDelimiter stands between a segment's number and its epoch. Segments of
// servers older than 0.4 have no epoch in their names, which means 0.
const epochDelimiter = ".#epoch."

// NewSegmentID puts an id together. Neither part may be negative.
func NewSegmentID(number, epoch int32) SegmentID {
	return SegmentID(int64(epoch)<<32 | int64(uint32(number)))
}

// Number of the segment within its stream, from 0.
func (id SegmentID) Number() int32 { return int32(id) }

// Epoch that created the segment, from 0; each scale starts a new one.
func (id SegmentID) Epoch() int32 { return int32(id >> 32) }

// String is the last part of the segment's name, "number.#epoch.epoch".
func (id SegmentID) String() string {
	return strconv.Itoa(int(id.Number())) + epochDelimiter + strconv.Itoa(int(id.Epoch()))
}

// SegmentName is the name of a segment on the wire:
// "scope/stream/number.#epoch.epoch".
func SegmentName(s Stream, id SegmentID) string {
	return s.Scope + "/" + s.Name + "/" + id.String()
}

// transactionDelimiter stands between the name of a segment and the id of the
// transaction whose events become part of it.
const transactionDelimiter = "#transaction."

// TransactionSegmentName is the name of the segment that holds the events of a
// transaction until they become part of a segment of the stream.
func TransactionSegmentName(s Stream, id SegmentID, transaction [16]byte) string {
	return SegmentName(s, id) + transactionDelimiter + hex.EncodeToString(transaction[:])
}

// ParentSegmentName is the name of the segment that one of a transaction belongs
// to, and is served with; any other name is returned as it is.
func ParentSegmentName(name string) string {
	if at := len(name) - len(transactionDelimiter) - 32; at > 0 && strings.HasPrefix(name[at:], transactionDelimiter) {
		return name[:at]
	}
	return name
}

// ParseSegmentName takes a segment's name apart. A name without an epoch is of
// epoch 0. Names of transactions' and transient segments are refused. The error
// is fault.InvalidArgument.
func ParseSegmentName(name string) (Stream, SegmentID, error) {
	scope, rest, _ := strings.Cut(name, "/")
	stream, last, _ := strings.Cut(rest, "/")
	s := Stream{Scope: scope, Name: stream}
	number, epoch, dated := strings.Cut(last, epochDelimiter)
	if !dated {
		epoch = "0"
	}
	n, okNumber := ordinal(number)
	e, okEpoch := ordinal(epoch)
	if !okNumber || !okEpoch || s.CheckInternal("") != nil {
		return Stream{}, 0, fault.New(fault.InvalidArgument, "parse segment name", "",
			"%s is not scope/stream/number%sepoch", shown(name), epochDelimiter)
	}
	return s, NewSegmentID(n, e), nil
}

// ordinal reads a number of 31 bits in the one form that the servers write: no
// sign, no leading zero.
func ordinal(s string) (int32, bool) {
	if s == "" || (s[0] == '0' && len(s) > 1) {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 31)
	return int32(n), err == nil
}
