package wire

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Whatever arrives is either refused as a protocol fault or understood; what is
// understood is the same after it was encoded and decoded again.
func FuzzDecode(f *testing.F) {
	for _, g := range goldens {
		f.Add(int32(g.command.Type()), g.bytes(f)[HeaderSize:])
	}
	f.Fuzz(func(t *testing.T, code int32, payload []byte) {
		command, err := Decode(Type(code), payload)
		if err != nil {
			if command != nil || !errors.Is(err, fault.Protocol) {
				t.Fatalf("%+v, %v", command, err)
			}
			return
		}
		frame, err := Encode(nil, command)
		if err != nil {
			t.Fatalf("%+v cannot be encoded: %v", command, err)
		}
		again, length, err := ParseHeader(frame)
		if err != nil || again != Type(code) || length != len(frame)-HeaderSize {
			t.Fatalf("header of %+v: %v, %d, %v", command, again, length, err)
		}
		second, err := Decode(again, frame[HeaderSize:])
		if err != nil || !reflect.DeepEqual(second, command) {
			t.Fatalf("%+v became %+v, %v", command, second, err)
		}
	})
}

// Events are found one behind the other until the bytes end, are incomplete or
// are no events; those found make up the bytes they were found in.
func FuzzNextEvent(f *testing.F) {
	f.Add([]byte{})
	f.Add(AppendEvent(AppendEvent(nil, []byte("hi")), nil))
	f.Add(AppendEvent(nil, []byte("cut"))[:EventHeader+1])
	f.Fuzz(func(t *testing.T, b []byte) {
		var events []byte
		for rest := b; ; {
			payload, size, err := NextEvent(rest)
			if err != nil && !errors.Is(err, fault.Protocol) {
				t.Fatal(err)
			}
			if size == 0 {
				if payload != nil {
					t.Fatalf("payload %q without a size", payload)
				}
				break
			}
			if size != EventHeader+len(payload) {
				t.Fatalf("size %d of a payload of %d bytes", size, len(payload))
			}
			events = AppendEvent(events, payload)
			rest = rest[size:]
		}
		if !bytes.HasPrefix(b, events) {
			t.Fatalf("found %x in %x", events, b)
		}
	})
}
