package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// ReadEvent reads the event whose header is at an offset, and which has a length
// with its header. That there is none is fault.InvalidArgument;
// fault.SegmentTruncated and fault.NoSuchSegment tell that it is gone.
func ReadEvent(ctx context.Context, stores *segmentstore.Stores, name string, offset int64, length int) ([]byte, error) {
	const op = "read event of segment"
	info, err := Info(ctx, stores, name, segmentstore.Read)
	if err != nil {
		return nil, err
	}
	none := func(why string) error {
		return fault.New(fault.InvalidArgument, op, name, "%s from offset %d, of %d bytes, in a segment from %d to %d", why, offset, length, info.StartOffset, info.WriteOffset)
	}
	switch {
	case offset < info.StartOffset && offset >= 0:
		return nil, fault.New(fault.SegmentTruncated, op, name, "offset %d, the segment starts at %d", offset, info.StartOffset)
	case offset < 0 || length < wire.EventHeader || int64(length) > info.WriteOffset-offset:
		return nil, none("there is no event") // and a read there would wait for one
	}
	var data []byte
	for empty := 0; len(data) < length; {
		if !retry.Soon.Wait(ctx, empty) {
			return nil, fault.Context(ctx, op, name).Because(fault.Tried(empty, "the segment store answers with nothing: the segment is being moved"), nil)
		}
		read, err := readSegment(ctx, stores, name, segmentstore.Read, offset+int64(len(data)), int32(min(length-len(data), ReadLength)))
		if err != nil {
			return nil, err
		}
		if empty++; len(read.Data) > 0 { // else the segment is being moved
			empty = 0
		}
		data = append(data, read.Buffer.Bytes()...)
		read.Buffer.Release()
		if size, err := wire.EventSize(data); err != nil || size != length && len(data) >= wire.EventHeader {
			return nil, none("there is no event")
		}
	}
	return data[wire.EventHeader:length], nil
}
