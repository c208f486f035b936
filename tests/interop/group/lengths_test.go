package group

import (
	"bytes"
	"context"
	"fmt"
	"hash/crc32"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/client"
)

// The official Java reader reads a batch and large events of ours as what they
// are, between others of the same key.
func TestJavaReadsBatchesAndLargeEvents(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute)
	defer cancel()
	c, controller := connect(t)
	scope, stream := fmt.Sprint("interop-lengths-", time.Now().UnixNano()), "s"
	_, err := c.CreateScope(ctx, scope)
	succeeds(t, err)
	_, err = c.CreateStream(ctx, scope, stream, client.StreamConfig{})
	succeeds(t, err)
	w, err := c.OpenWriter(ctx, scope, stream, client.WriterConfig{})
	succeeds(t, err)

	random := rand.NewChaCha8([32]byte{7})
	var want bytes.Buffer
	event := func(size int) []byte {
		e := make([]byte, size)
		_, _ = random.Read(e)
		fmt.Fprintln(&want, size, crc32.ChecksumIEEE(e))
		return e
	}
	single := func(size int) {
		_, err := w.Write(ctx, client.Event{Key: []byte("k"), Data: event(size)})
		succeeds(t, err)
	}
	single(10)
	_, err = w.WriteBatch(ctx, []byte("k"), [][]byte{event(1), event(0), event(100_000), event(7)}...)
	succeeds(t, err)
	single(20 << 20)
	single(11)
	single(client.MaxEventSize + 1)
	_, err = w.WriteBatch(ctx, []byte("k"), [][]byte{event(12), event(13)}...)
	succeeds(t, err)
	succeeds(t, w.Close(ctx))

	cmd := java(ctx, t, "Lengths.java", controller, scope, stream, fmt.Sprint(bytes.Count(want.Bytes(), []byte("\n"))))
	var got bytes.Buffer
	cmd.Stdout = &got
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v\n%s%s", err, got.String(), cmd.Stderr)
	}
	if got.String() != want.String() {
		t.Fatalf("Java read\n%sof\n%s", got.String(), want.String())
	}
}
