package enginetest

import (
	"testing"

	"github.com/pravega/pravega-client-go/internal/naming"
)

// The segments of MergedStream.
var (
	Left   = naming.NewSegmentID(0, 0)
	Right  = naming.NewSegmentID(1, 0)
	Merged = naming.NewSegmentID(2, 1)
)

// MergedStream has an event in each of two segments, and one in that which follows both and is
// sealed.
func MergedStream(t *testing.T) *Cluster {
	c := Start(t, 0, 0.5, 1)
	c.Put(c.Name(Left), []byte("left"))
	c.Put(c.Name(Right), []byte("right"))
	c.Scale([]naming.SegmentID{Left, Right}, 0, 1)
	c.Put(c.Name(Merged), []byte("merged"))
	c.Seal(c.Name(Merged))
	return c
}
