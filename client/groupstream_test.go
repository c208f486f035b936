package client

import (
	"errors"
	"testing"

	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/streamcut"
)

func cutOf(scope, stream string, offset int64) StreamCut {
	return StreamCut{streamcut.Cut{Stream: naming.Stream{Scope: scope, Name: stream}, Offsets: map[naming.SegmentID]int64{0: offset}}}
}

// The text of a group's stream says where reading starts and where it ends.
func TestGroupStreamsAsText(t *testing.T) {
	from, to := cutOf("scope", "stream", 10), cutOf("scope", "stream", 20)
	for text, want := range map[string]GroupStream{
		"scope/stream":                                      {},
		"scope/stream@tail":                                 {FromTail: true},
		"scope/stream@" + from.String():                     {From: from},
		"scope/stream@head@" + to.String():                  {To: to},
		"scope/stream@tail@" + to.String():                  {FromTail: true, To: to},
		"scope/stream@" + from.String() + "@" + to.String(): {From: from, To: to},
		"scope/stream@head":                                 {},
		"scope/stream@UNBOUNDED@UNBOUNDED":                  {},
		"scope/stream@" + from.String() + "@" + "UNBOUNDED": {From: from},
	} {
		want.Scope, want.Stream = "scope", "stream"
		for _, text := range []string{text, want.String()} {
			got, err := ParseGroupStream(text)
			if err != nil || got.Scope != "scope" || got.Stream != "stream" || got.FromTail != want.FromTail ||
				!got.From.cut.Equal(want.From.cut) || !got.To.cut.Equal(want.To.cut) {
				t.Errorf("%s: %v, %v", text, got, err)
			}
		}
	}
	for _, text := range []string{"", "stream", "scope/stream@x", "scope/stream@head@x", "scope/stream@head@tail", "scope/stream@head@UNBOUNDED@"} {
		if _, err := ParseGroupStream(text); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func TestCheckpointsOfNameAndCuts(t *testing.T) {
	a, b := cutOf("scope", "a", 10), cutOf("scope", "b", 20)
	c, err := NewCheckpoint("name", b, a)
	if cuts := c.Cuts(); err != nil || c.Name() != "name" || len(cuts) != 2 || !cuts[0].cut.Equal(a.cut) || !cuts[1].cut.Equal(b.cut) {
		t.Fatal(c, err)
	}
	for _, wrong := range [][]StreamCut{{a, a}, {a, {}}} {
		if _, err := NewCheckpoint("name", wrong...); !errors.Is(err, ErrInvalidArgument) {
			t.Errorf("%v: %v", wrong, err)
		}
	}
}
