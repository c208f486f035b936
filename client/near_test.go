package client

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// An error about an option that there is not names the ones that may be meant, and no
// others.
func TestUnknownOptionsNameNearOnes(t *testing.T) {
	for wrong, want := range map[string][]string{
		"writer.window.byte":   {"writer.window.bytes"},
		"writer_window_bytes":  {"writer.window.bytes"},
		"writerWindowBytes":    {"writer.window.bytes"},
		"write.window.bytes":   {"writer.window.bytes"},
		"stream.retention.mix": {"stream.retention.min", "stream.retention.max"},
		"txn.lifetime":         {"txn.lease", "txn.close", "txn.writer", "txn.block.bytes", "txn.window.bytes"},
		"windowbytes":          {"txn.window.bytes", "writer.window.bytes"},
		"window":               {"txn.window.bytes", "writer.window.bytes"},
		"max.outages":          {"max.outage"},
		"nonsense":             nil,
		"":                     nil,
	} {
		_, err := NewSettings().Get(wrong)
		if !errors.Is(err, ErrUnknownOption) || !strings.Contains(err.Error(), wrong) {
			t.Error(wrong, err)
		}
		_, list, _ := strings.Cut(err.Error(), "near ones are ")
		got := strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", wrong, err, want)
		}
	}
}
