package wire

import (
	"bytes"
	"errors"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
)

func TestGoldensHoldEveryCommandOnce(t *testing.T) {
	seen := map[Type]bool{}
	for _, g := range goldens {
		if seen[g.command.Type()] {
			t.Errorf("%v stands twice among the goldens", g.command.Type())
		}
		seen[g.command.Type()] = true
	}
	for code, known := range commands {
		if !seen[code] {
			t.Errorf("%s has no golden bytes", known.name)
		}
	}
}

func TestEncodeGivesTheGoldenBytes(t *testing.T) {
	for _, g := range goldens {
		want := g.bytes(t)
		if got := g.command.Append(nil); !bytes.Equal(got, want) {
			t.Errorf("%v\n got %x\nwant %x", g.command.Type(), got, want)
		}
		got, err := Encode([]byte("before"), g.command)
		if err != nil || !bytes.Equal(got, append([]byte("before"), want...)) {
			t.Errorf("%v after other bytes: %x, %v", g.command.Type(), got, err)
		}
	}
}

func TestDecodeReadsTheGoldenBytes(t *testing.T) {
	for _, g := range goldens {
		frame := g.bytes(t)
		code, length, err := ParseHeader(frame)
		if err != nil || code != g.command.Type() || length != len(frame)-HeaderSize {
			t.Errorf("%v: header says %v, %d, %v", g.command.Type(), code, length, err)
		}
		got, err := Decode(code, frame[HeaderSize:])
		if err != nil || !reflect.DeepEqual(got, g.command) {
			t.Errorf("%v\n got %+v, %v\nwant %+v", code, got, err, g.command)
		}
		if name := reflect.TypeOf(g.command).Name(); code.String() != name {
			t.Errorf("%s is called %v", name, code)
		}
	}
}

func TestFieldsOfANewerPeerAreIgnored(t *testing.T) {
	for _, g := range goldens {
		payload := append(g.bytes(t)[HeaderSize:], 1, 2, 3, 4, 5, 6, 7, 8, 9)
		got, err := Decode(g.command.Type(), payload)
		if err != nil || !reflect.DeepEqual(got, g.command) {
			t.Errorf("%v\n got %+v, %v\nwant %+v", g.command.Type(), got, err, g.command)
		}
	}
}

// A payload that ends early is either the command of an older peer, which ends
// between two fields and has defaults for the rest, or it is refused.
func TestPayloadCutAnywhere(t *testing.T) {
	for _, g := range goldens {
		payload := g.bytes(t)[HeaderSize:]
		for cut := 1; cut <= len(payload); cut++ {
			got, err := Decode(g.command.Type(), payload[:len(payload)-cut])
			if want, ok := g.older[cut]; ok {
				if err != nil || !reflect.DeepEqual(got, want) {
					t.Errorf("%v without the last %d bytes\n got %+v, %v\nwant %+v", g.command.Type(), cut, got, err, want)
				}
				continue
			}
			if got != nil || !errors.Is(err, fault.Protocol) || !strings.Contains(err.Error(), g.command.Type().String()) {
				t.Errorf("%v without the last %d bytes: %+v, %v", g.command.Type(), cut, got, err)
			}
		}
	}
}

func TestErrorNamesCommandFieldAndOffset(t *testing.T) {
	_, err := Decode(TypeAppendSetup, make([]byte, 8+2+10))
	want := "field WriterID at byte 10: 16 bytes expected, 10 left"
	if err == nil || !strings.HasPrefix(err.Error(), "decode AppendSetup: ") || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %q, want it to end in %q", err, want)
	}
}

func TestMalformedPayloads(t *testing.T) {
	block := func(length int32) []byte {
		e := encoder{}
		e.uuid(writer)
		e.int32(0)
		e.int32(length)
		return append(e.b, make([]byte, 40)...)
	}
	event := func(kind, length int32) []byte {
		e := encoder{}
		e.uuid(writer)
		e.int64(1)
		e.int64(0)
		e.int32(kind)
		e.int32(length)
		return append(e.b, make([]byte, 40)...)
	}
	list := func(count int32, between ...string) []byte {
		e := encoder{}
		e.int64(request)
		for _, s := range between {
			e.string(s)
		}
		e.int32(count)
		return append(e.b, make([]byte, 40)...)
	}
	for name, c := range map[string]struct {
		code    Type
		payload []byte
		field   string
	}{
		"data of negative length":          {TypeAppendBlockEnd, block(-1), "Data"},
		"data beyond the payload":          {TypeAppendBlockEnd, block(41), "Data"},
		"data of the greatest length":      {TypeAppendBlockEnd, block(math.MaxInt32), "Data"},
		"event of another type":            {TypeConditionalAppend, event(-2, 3), "Event"},
		"event of negative length":         {TypeConditionalAppend, event(0, math.MinInt32), "Event"},
		"event beyond the payload":         {TypeConditionalAppend, event(0, 41), "Event"},
		"updates of negative number":       {TypeMergeSegments, list(-1, "", "", ""), "AttributeUpdates"},
		"more updates than bytes":          {TypeMergeSegments, list(2, "", "", ""), "AttributeUpdates"},
		"updates of the greatest number":   {TypeMergeSegments, list(math.MaxInt32, "", "", ""), "AttributeUpdates"},
		"more sources than bytes":          {TypeMergeSegmentsBatch, list(21, ""), "Sources"},
		"sources of the greatest number":   {TypeMergeSegmentsBatch, list(math.MaxInt32, ""), "Sources"},
		"merged sources of negative count": {TypeSegmentsBatchMerged, list(math.MinInt32, ""), "Sources"},
		"more merged sources than bytes":   {TypeSegmentsBatchMerged, list(5, ""), "Sources"},
	} {
		got, err := Decode(c.code, c.payload)
		if got != nil || !errors.Is(err, fault.Protocol) || !strings.Contains(err.Error(), "field "+c.field+" at byte") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestUnknownCommand(t *testing.T) {
	for _, code := range []Type{-1, -2, 0, 3, 6, 41, 42, 101, math.MinInt32, math.MaxInt32} {
		if got, err := Decode(code, make([]byte, 100)); got != nil || !errors.Is(err, fault.Protocol) {
			t.Errorf("%v: %+v, %v", code, got, err)
		}
	}
	if got := Type(41).String(); got != "command 41" {
		t.Errorf("an unknown type is called %q", got)
	}
}

func TestHeader(t *testing.T) {
	header := func(length int32) []byte {
		e := encoder{}
		e.int32(int32(TypeKeepAlive))
		e.int32(length)
		return e.b
	}
	for _, length := range []int32{0, 1, MaxFrame - HeaderSize} {
		code, got, err := ParseHeader(header(length))
		if code != TypeKeepAlive || got != int(length) || err != nil {
			t.Errorf("length %d: %v, %d, %v", length, code, got, err)
		}
	}
	for _, length := range []int32{-1, math.MinInt32, MaxFrame - HeaderSize + 1, math.MaxInt32} {
		if _, _, err := ParseHeader(header(length)); !errors.Is(err, fault.Protocol) {
			t.Errorf("length %d: %v", length, err)
		}
	}
	for short := range HeaderSize {
		if _, _, err := ParseHeader(header(0)[:short]); !errors.Is(err, fault.Protocol) {
			t.Errorf("%d bytes: %v", short, err)
		}
	}
}

func TestDecodedBytesArePartsOfThePayload(t *testing.T) {
	for _, code := range []Type{TypeAppendBlockEnd, TypeConditionalAppend, TypeConditionalBlockEnd, TypeSegmentRead} {
		for _, g := range goldens {
			if g.command.Type() != code {
				continue
			}
			payload := g.bytes(t)[HeaderSize:]
			got, err := Decode(code, payload)
			if err != nil {
				t.Fatal(err)
			}
			var data []byte
			switch c := got.(type) {
			case AppendBlockEnd:
				data = c.Data
			case ConditionalAppend:
				data = c.Event
			case ConditionalBlockEnd:
				data = c.Data
			case SegmentRead:
				data = c.Data
			}
			at := bytes.Index(payload, []byte("hi")) + len("hi") - len(data)
			if &data[0] != &payload[at] {
				t.Errorf("%v: the bytes were copied", code)
			}
			if cap(data) != len(data) {
				t.Errorf("%v: an append to the bytes would overwrite the field behind them", code)
			}
		}
	}
}

// A name whose length does not fit its field must not reach the connection,
// where it would shift every byte behind it.
func TestWhatCannotBeExpressedAppendsNothing(t *testing.T) {
	long := strings.Repeat("x", MaxString)
	for _, fits := range []Command{
		SealSegment{Segment: long, Token: long},
		AppendBlockEnd{Data: make([]byte, MaxBlockData)},
	} {
		frame, err := Encode(nil, fits)
		if err != nil {
			t.Fatal(err)
		}
		code, length, err := ParseHeader(frame)
		if err != nil || length != len(frame)-HeaderSize {
			t.Fatalf("%v: %d, %v", code, length, err)
		}
		if got, err := Decode(code, frame[HeaderSize:]); err != nil || !reflect.DeepEqual(got, fits) {
			t.Errorf("%v at its limit was not read back: %v", code, err)
		}
	}
	for name, c := range map[string]Command{
		"segment": SealSegment{Segment: long + "x"},
		"token":   SealSegment{Token: long + "x"},
		"source":  MergeSegmentsBatch{Sources: []string{"ok", long + "x"}},
		"frame":   AppendBlockEnd{Data: make([]byte, MaxBlockData+1)},
	} {
		before := []byte("before")
		if got := c.Append(before); string(got) != "before" {
			t.Errorf("%s: %d bytes appended", name, len(got)-len(before))
		}
		if got, err := Encode(before, c); string(got) != "before" || !errors.Is(err, fault.InvalidArgument) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func TestRepliesTellTheRequestTheyAnswer(t *testing.T) {
	replies := map[Type]bool{
		TypeAppendSetup: true, TypeDataAppended: true, TypeConditionalCheckFailed: true, TypeSegmentRead: true,
		TypeStreamSegmentInfo: true, TypeSegmentCreated: true, TypeSegmentSealed: true, TypeSegmentDeleted: true,
		TypeSegmentAttribute: true, TypeSegmentAttributeUpdated: true, TypeSegmentTruncated: true, TypeWrongHost: true,
		TypeSegmentIsSealed: true, TypeSegmentAlreadyExists: true, TypeNoSuchSegment: true, TypeInvalidEventNumber: true,
		TypeSegmentIsTruncated: true, TypeOperationUnsupported: true, TypeSegmentsMerged: true,
		TypeAuthTokenCheckFailed: true, TypeErrorMessage: true, TypeSegmentsBatchMerged: true,
	}
	for _, g := range goldens {
		reply, ok := g.command.(Reply)
		switch {
		case ok != replies[g.command.Type()]:
			t.Errorf("%v is a reply: %t", g.command.Type(), ok)
		case ok && reply.Request() != request:
			t.Errorf("%v answers request %x", g.command.Type(), reply.Request())
		}
	}
}
