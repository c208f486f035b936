package segment

import (
	"context"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/segmentstore"
)

// end is what an appender knows of where its segment ends behind its own events.
type end struct {
	offset int64 // the highest that an ack told; -1 for none
	behind bool  // events were stored whose ack was lost, or went to an earlier incarnation
}

func (e *end) told(offset int64) { e.offset, e.behind = max(e.offset, offset), false }

// End is an offset of the segment behind every event of this writer that is known
// to be stored, those of earlier incarnations too: what the last ack told, -1 if
// it has written none. If that ack was lost, the segment is asked. Call it without the lock.
func (a *Appender) End(ctx context.Context) (int64, error) {
	a.lock.Lock()
	known := a.end
	a.lock.Unlock()
	if !known.behind {
		return known.offset, nil
	}
	info, err := Info(ctx, a.stores, a.Name, segmentstore.Write)
	if fault.CodeOf(err) == fault.NoSuchSegment { // truncated away
		return known.offset, nil
	}
	if err != nil {
		return 0, err
	}
	a.lock.Lock()
	a.end.offset = max(a.end.offset, info.WriteOffset)
	offset := a.end.offset
	a.lock.Unlock()
	return offset, nil
}
