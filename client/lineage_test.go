package client

import (
	"testing"

	"github.com/pravega/pravega-client-go/internal/waittest"
)

// A writer with an id that lives through many scales asks for each epoch a few times,
// although it keeps none of them.
func TestLongLineIsNotWalkedAgainAndAgain(t *testing.T) {
	c := startCluster(t, keyspace...)
	w := c.writer(func(_ *Config, config *WriterConfig) { config.ID = "writer" })
	const scales = 50
	asked := c.Calls("getEpochSegments")
	for n := int64(1); n <= scales; n++ {
		writeNumbered(t, w, "", n, n)
		flush(t, w, n)
		c.Scale(c.Current(), 0, 1)
	}
	writeNumbered(t, w, "", scales+1, scales+1)
	flush(t, w, scales+1)
	if n := c.Calls("getEpochSegments") - asked; n > 5*scales {
		t.Errorf("%d epochs were asked for over %d scales", n, scales)
	}
	if err := w.Close(waittest.Limit(t)); err != nil {
		t.Fatal(err)
	}
	c.Expect(1, scales+1, c.Segments()...)
}
