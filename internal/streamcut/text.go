package streamcut

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"io"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/naming"
)

const (
	unbounded   = "UNBOUNDED"
	textVersion = "0"
	// maxText bounds what a short text may unpack to: some 100,000 segments.
	maxText = 4 << 20
)

// Text is the form to keep in files and to hand to other programs, as Java's
// StreamCut.asText: base64 of gzip of
// "0:scope/stream:numbers:epochs:offsets", where the last three are lists of
// equal length separated by commas; and "UNBOUNDED" for an unbounded cut.
func (c Cut) Text() string {
	if c.Unbounded() {
		return unbounded
	}
	var numbers, epochs, offsets []string
	for _, id := range c.ids() {
		numbers = append(numbers, strconv.Itoa(int(id.Number())))
		epochs = append(epochs, strconv.Itoa(int(id.Epoch())))
		offsets = append(offsets, strconv.FormatInt(c.Offsets[id], 10))
	}
	plain := strings.Join([]string{textVersion, c.Stream.String(),
		strings.Join(numbers, ","), strings.Join(epochs, ","), strings.Join(offsets, ",")}, ":")
	var packed bytes.Buffer
	zip := gzip.NewWriter(&packed)
	// A bytes.Buffer takes everything.
	_, _ = io.WriteString(zip, plain)
	_ = zip.Close()
	return base64.StdEncoding.EncodeToString(packed.Bytes())
}

// ParseText reads what [Cut.Text] and Java's StreamCut.asText write. The error
// is fault.InvalidArgument.
func ParseText(text string) (Cut, error) {
	if text == unbounded {
		return Cut{}, nil
	}
	packed, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return Cut{}, invalid("stream cut", "the text is not base64: %v", err)
	}
	plain, err := unzip(packed)
	if err != nil {
		return Cut{}, invalid("stream cut", "the text does not unpack: %v", err)
	}
	parts := strings.Split(plain, ":")
	if len(parts) != 5 || parts[0] != textVersion {
		return Cut{}, invalid("stream cut", "the text is not %s:stream:numbers:epochs:offsets", textVersion)
	}
	stream, ok := parseStream(parts[1])
	if !ok {
		return Cut{}, invalid("stream cut", "%+q is not the name of a stream", parts[1])
	}
	c := Cut{stream, make(map[naming.SegmentID]int64)}
	numbers, epochs, offsets := list(parts[2]), list(parts[3]), list(parts[4])
	if len(numbers) != len(epochs) || len(numbers) != len(offsets) {
		return Cut{}, invalid("stream cut", "%d segments have %d epochs and %d offsets", len(numbers), len(epochs), len(offsets))
	}
	for i := range numbers {
		number, err1 := strconv.ParseUint(numbers[i], 10, 31)
		epoch, err2 := strconv.ParseUint(epochs[i], 10, 31)
		offset, err3 := strconv.ParseInt(offsets[i], 10, 64)
		id := naming.NewSegmentID(int32(number), int32(epoch))
		_, twice := c.Offsets[id]
		if err1 != nil || err2 != nil || err3 != nil || offset < Completed || twice {
			return Cut{}, invalid("stream cut", "segment %+q of epoch %+q at %+q", numbers[i], epochs[i], offsets[i])
		}
		c.Offsets[id] = offset
	}
	return c, nil
}

func list(text string) []string {
	if text == "" {
		return nil
	}
	parts := strings.Split(text, ",")
	for i := range parts {
		parts[i] = strings.TrimSpace(parts[i])
	}
	return parts
}

func unzip(packed []byte) (string, error) {
	zip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return "", err
	}
	var plain strings.Builder
	switch n, err := io.Copy(&plain, io.LimitReader(zip, maxText+1)); {
	case err != nil:
		return "", err
	case n > maxText:
		return "", io.ErrShortBuffer
	}
	return plain.String(), nil
}
