package segmentstore_test

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/waittest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

// Whoever sends, and however full the socket is: nobody waits, and everything
// arrives once, whole, and in the order of its sender.
func TestSendersDoNotWaitForAPeerThatDoesNotRead(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	accepted := make(chan net.Conn, 1)
	go func() {
		defer close(accepted)
		peer, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = peer.Write(wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil))
		_, _ = io.CopyN(io.Discard, peer, int64(len(wire.Hello{}.Append(nil))))
		accepted <- peer
	}()
	patient := dialer
	patient.Silence = time.Hour
	conn, err := patient.Dial(waittest.Within(t, time.Minute), listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	peer := <-accepted
	defer peer.Close()

	// What the socket does not take goes before what others send meanwhile.
	const first, second = 32 << 20, 16
	conn.Now(&meanwhile{pieces{frameOf(0, 0, first)}, func() { conn.Send(frameOf(0, 1, second)) }})

	const senders, each = 8, 200
	lengths := []int{16, 100 << 10, 16, 17 << 10}
	var done sync.WaitGroup
	for i := range senders {
		done.Go(func() {
			for n := range each {
				frame := frameOf(i, n, lengths[(i+n)%len(lengths)])
				switch i % 4 {
				case 0:
					conn.Send(frame)
				case 1:
					conn.Ready(pieces{frame})
				case 2:
					conn.Now(pieces{frame})
				case 3:
					conn.Now(pieces{frame[:12], frame[12:]})
				}
			}
		})
	}
	done.Wait() // before the peer reads anything: far more than a socket takes

	_ = peer.SetReadDeadline(time.Now().Add(time.Minute))
	for n, length := range []int{first, second} {
		if got := nextFrame(t, peer); got != [3]int{0, n, length} {
			t.Fatal(n, got)
		}
	}
	var next [senders]int
	for range senders * each {
		got := nextFrame(t, peer)
		i, n := got[0], got[1]
		if n != next[i] || got[2] != lengths[(i+n)%len(lengths)] {
			t.Fatal(i, next[i], got)
		}
		next[i]++
	}
	conn.Close(errors.New("the test is over"))
	<-conn.Done()
	if more, err := io.Copy(io.Discard, peer); more > 0 {
		t.Fatal(more, err)
	}
}

// frameOf is a frame that tells its sender, its number and its length.
func frameOf(sender, number, length int) []byte {
	frame := make([]byte, length)
	for i, n := range []int{sender, number, length} {
		binary.NativeEndian.PutUint32(frame[4*i:], uint32(n))
	}
	return frame
}

// nextFrame reads a frame: its sender, number and length.
func nextFrame(t *testing.T, peer io.Reader) (is [3]int) {
	t.Helper()
	var head [12]byte
	if _, err := io.ReadFull(peer, head[:]); err != nil {
		t.Fatal(err)
	}
	for i := range is {
		is[i] = int(binary.NativeEndian.Uint32(head[4*i:]))
	}
	if _, err := io.CopyN(io.Discard, peer, int64(is[2]-len(head))); err != nil {
		t.Fatal(err)
	}
	return is
}

// pieces is a Source of one frame.
type pieces [][]byte

func (p pieces) Pull(frames net.Buffers) net.Buffers { return append(frames, p...) }
func (pieces) UnderWay() int                         { return 0 }
func (pieces) Retire()                               {}

// meanwhile is a Source that has something else happen while it is pulled.
type meanwhile struct {
	pieces
	happens func()
}

func (m *meanwhile) Pull(frames net.Buffers) net.Buffers {
	m.happens()
	return m.pieces.Pull(frames)
}
