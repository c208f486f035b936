// Command wire is the reference that the benchmark measures clients against: no
// client at all, but sockets that carry what was built beforehand. It writes
// AppendBlockEnds of 256 KiB, as many as fit 16 MiB in flight, over one
// connection a segment; and it reads with one ReadSegment of 1 MiB at a time,
// segment after segment; and it measures how long an event takes from one
// socket to the other. See the package measure.
package main

import (
	"context"
	"fmt"

	"github.com/pravega/pravega-client-go/bench/measure"
	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/naming"
)

func main() { measure.Main(run) }

func run(t measure.Task) (measure.Result, error) {
	segments, err := find(context.Background(), t)
	if err != nil {
		return measure.Result{}, err
	}
	switch t.Work {
	case "write":
		return write(t, segments)
	case "latency":
		return latency(t, segments[0])
	case "tail":
		return tail(t, segments[0])
	case "read":
		return read(t, segments)
	}
	return measure.Result{}, fmt.Errorf("there is no work %q", t.Work)
}

// place is where a segment is.
type place struct{ segment, store string }

// find asks the controller where the segments of the stream are, those that it
// began with.
func find(ctx context.Context, t measure.Task) ([]place, error) {
	uri, err := controller.ParseURI(t.URI)
	if err != nil {
		return nil, err
	}
	c, err := controller.New(controller.Config{Endpoints: uri.Endpoints})
	if err != nil {
		return nil, err
	}
	defer c.Close()
	stream := naming.Stream{Scope: t.Scope, Name: t.Stream}
	places := make([]place, t.Segments)
	for i := range places {
		id := naming.NewSegmentID(int32(i), 0)
		store, err := c.SegmentStore(ctx, stream, id)
		if err != nil {
			return nil, err
		}
		places[i] = place{naming.SegmentName(stream, id), store.String()}
	}
	return places, nil
}
