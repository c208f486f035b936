package wire

import (
	"bytes"
	"errors"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
)

func TestEventsFollowEachOther(t *testing.T) {
	var b []byte
	payloads := []string{"hi", "", "third"}
	for _, p := range payloads {
		b = AppendEvent(b, []byte(p))
	}
	if want := "\x00\x00\x00\x00\x00\x00\x00\x02hi\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x05third"; string(b) != want {
		t.Fatalf("got %q, want %q", b, want)
	}
	for _, want := range payloads {
		payload, size, err := NextEvent(b)
		if err != nil || string(payload) != want || size != EventHeader+len(want) {
			t.Fatalf("got %q, %d, %v, want %q", payload, size, err, want)
		}
		if cap(payload) != len(payload) {
			t.Errorf("an append to %q would overwrite the next event", want)
		}
		b = b[size:]
	}
	if payload, size, err := NextEvent(b); payload != nil || size != 0 || err != nil {
		t.Errorf("behind the last event: %q, %d, %v", payload, size, err)
	}
}

func TestIncompleteEvent(t *testing.T) {
	whole := AppendEvent(nil, []byte("payload"))
	for n := range whole {
		if payload, size, err := NextEvent(whole[:n]); payload != nil || size != 0 || err != nil {
			t.Errorf("%d bytes: %q, %d, %v", n, payload, size, err)
		}
		want := 0
		if n >= EventHeader {
			want = len(whole)
		}
		if size, err := EventSize(whole[:n]); size != want || err != nil {
			t.Errorf("%d bytes: size %d, %v, want %d", n, size, err, want)
		}
	}
}

func TestNoEventStartsHere(t *testing.T) {
	for name, header := range map[string]string{
		"another type":     "\x00\x00\x00\x01\x00\x00\x00\x00",
		"padding":          "\xff\xff\xff\xff\x00\x00\x00\x00",
		"negative length":  "\x00\x00\x00\x00\xff\xff\xff\xff",
		"inside a payload": "payload ",
	} {
		if payload, size, err := NextEvent([]byte(header)); payload != nil || size != 0 || !errors.Is(err, fault.Protocol) {
			t.Errorf("%s: %q, %d, %v", name, payload, size, err)
		}
	}
	greatest := []byte("\x00\x00\x00\x00\x7f\xff\xff\xff")
	if size, err := EventSize(greatest); size != EventHeader+0x7fffffff || err != nil {
		t.Errorf("the greatest length: %d, %v", size, err)
	}
}

func TestBlockInPlaceIsTheCommand(t *testing.T) {
	for _, events := range [][]string{{}, {"hi"}, {"a", "", "longer"}} {
		block := make([]byte, BlockPrefix, 1024)
		for _, e := range events {
			block = AppendEvent(block, []byte(e))
		}
		data := bytes.Clone(block[BlockPrefix:])
		PutBlockPrefix(block, writer, len(data))
		block = AppendBlockTrailer(block, int32(len(events)), 42, request)

		want := AppendBlockEnd{
			WriterID: writer, SizeOfWholeEvents: int32(len(data)), Data: data,
			NumEvents: int32(len(events)), LastEventNumber: 42, RequestID: request,
		}.Append(nil)
		if !bytes.Equal(block, want) {
			t.Errorf("%q\n got %x\nwant %x", events, block, want)
		}
		if len(block) != BlockPrefix+len(data)+BlockTrailer {
			t.Errorf("%q: %d bytes", events, len(block))
		}
	}
}

// block builds a block of events in place, as a writer does.
func block(b []byte, payload []byte, events int) []byte {
	b = b[:BlockPrefix]
	for range events {
		b = AppendEvent(b, payload)
	}
	PutBlockPrefix(b, writer, len(b)-BlockPrefix)
	return AppendBlockTrailer(b, int32(events), 42, request)
}

func TestHotPathAllocatesNothing(t *testing.T) {
	b, payload := make([]byte, 0, 1<<16), make([]byte, 100)
	if n := testing.AllocsPerRun(100, func() { b = block(b, payload, 100) }); n != 0 {
		t.Errorf("building a block allocates %v times", n)
	}
	events := b[BlockPrefix : len(b)-BlockTrailer]
	if n := testing.AllocsPerRun(100, func() {
		for rest := events; len(rest) > 0; {
			_, size, err := NextEvent(rest)
			if err != nil || size == 0 {
				t.Fatal(size, err)
			}
			rest = rest[size:]
		}
	}); n != 0 {
		t.Errorf("iterating over events allocates %v times", n)
	}
	ack := DataAppended{WriterID: writer, EventNumber: 7, RequestID: request}
	if n := testing.AllocsPerRun(100, func() { b = ack.Append(b[:0]) }); n != 0 {
		t.Errorf("encoding into a buffer with room allocates %v times", n)
	}
}

func BenchmarkBlock(b *testing.B) {
	const events, size = 100, 100
	buffer, payload := make([]byte, 0, 1<<16), make([]byte, size)
	b.ReportAllocs()
	b.SetBytes(events * (size + EventHeader))
	for b.Loop() {
		buffer = block(buffer, payload, events)
	}
}

func BenchmarkNextEvent(b *testing.B) {
	const events, size = 100, 100
	var data []byte
	for range events {
		data = AppendEvent(data, make([]byte, size))
	}
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		for rest := data; len(rest) > 0; {
			_, n, err := NextEvent(rest)
			if err != nil || n == 0 {
				b.Fatal(n, err)
			}
			rest = rest[n:]
		}
	}
}

func BenchmarkDecodeDataAppended(b *testing.B) {
	payload := DataAppended{WriterID: writer, EventNumber: 7, RequestID: request}.Append(nil)[HeaderSize:]
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Decode(TypeDataAppended, payload); err != nil {
			b.Fatal(err)
		}
	}
}
