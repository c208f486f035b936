package streamcut

import (
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/versioned"
)

// Checkpoint is where all readers of a group stood when they passed one point:
// a cut of each stream.
type Checkpoint struct {
	Name string
	Cuts map[naming.Stream]Cut
}

// Encode makes the bytes that Java's Checkpoint.fromBytes reads. The error is
// fault.InvalidArgument: a checkpoint cannot hold unbounded cuts.
func (c Checkpoint) Encode() ([]byte, error) {
	w := versioned.NewWriter("checkpoint")
	w.Single(0, func() {
		w.UTF(c.Name)
		versioned.WriteMap(w, c.Cuts, CompareStreams, func(s naming.Stream) { WriteStream(w, s) }, func(cut Cut) {
			if cut.Unbounded() {
				w.Fail("checkpoint %+q has an unbounded cut", c.Name)
				return
			}
			cut.write(w)
		})
	})
	return w.Finish()
}

// DecodeCheckpoint reads what [Checkpoint.Encode] and Java's Checkpoint.toBytes
// write. The error is fault.InvalidArgument.
func DecodeCheckpoint(data []byte) (Checkpoint, error) {
	r := versioned.NewArgument("checkpoint", data)
	var c Checkpoint
	r.Single([]func(){func() {
		c.Name = r.UTF()
		c.Cuts = versioned.ReadMap(r, func() naming.Stream { return ReadStream(r) }, func() Cut { return readCut(r) })
	}})
	if err := r.Err(); err != nil {
		return Checkpoint{}, err
	}
	return c, nil
}
