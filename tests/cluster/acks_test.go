//go:build cluster

package cluster

import "github.com/pravega/pravega-client-go/tests/harness"

// acks measures the time between acknowledgements of a writer.
type acks struct {
	harness.Gaps
	acked int64
}

// note is told by the writer through which number all is stored, also when that
// has not changed.
func (a *acks) note(acked int64, _ error) {
	if acked > a.acked {
		a.acked = acked
		a.Note()
	}
}
