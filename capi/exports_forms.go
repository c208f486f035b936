package main

/*
#include "shim.h"
*/
import "C"

import (
	"context"
	"encoding"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/mattn/go-pointer"

	"github.com/pravega/pravega-client-go/client"
	"github.com/pravega/pravega-client-go/internal/fault"
)

// parseAll reads the texts of an array of C.
func parseAll[T any](texts C.shim_texts, count C.size_t, parse func(string) (T, error)) ([]T, error) {
	var all []T
	for _, s := range unsafe.Slice((**C.char)(unsafe.Pointer(texts)), count) {
		one, err := parse(C.GoString(s))
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func cutTexts(cuts []client.StreamCut) []string {
	texts := make([]string, len(cuts))
	for i, c := range cuts {
		texts[i] = c.String()
	}
	return texts
}

// lent are bytes that C looks at, pinned until they come back.
type lent struct{ pin runtime.Pinner }

// lend hands bytes to C.
func lend(to *C.struct_shim_loan, data []byte) {
	l := &lent{}
	if len(data) > 0 {
		l.pin.Pin(&data[0])
		to.data = C.uintptr_t(uintptr(unsafe.Pointer(&data[0])))
		to.len = C.size_t(len(data))
	}
	to.object = pointer.Save(l)
}

//export goTakeBack
func goTakeBack(of unsafe.Pointer) {
	pointer.Restore(of).(*lent).pin.Unpin()
	pointer.Unref(of)
}

//export goEventFetch
func goEventFetch(of unsafe.Pointer, at C.shim_text, event *C.struct_shim_loan, ms C.int, out *C.struct_shim_outcome) {
	call(of, ms, out, func(ctx context.Context, c *connection) error {
		p, err := client.ParseEventPointer(text(at))
		if err != nil {
			return err
		}
		data, err := c.FetchEvent(ctx, p)
		if err == nil {
			lend(event, data)
		}
		return err
	})
}

// encode hands what a text says to C as bytes.
func encode[T encoding.BinaryMarshaler](from C.shim_text, parse func(string) (T, error), to *C.struct_shim_loan) error {
	value, err := parse(text(from))
	if err != nil {
		return err
	}
	data, err := value.MarshalBinary()
	if err == nil {
		lend(to, data)
	}
	return err
}

// decode hands what bytes of C say to C as a text.
func decode[T fmt.Stringer, P interface {
	*T
	encoding.BinaryUnmarshaler
}](data C.shim_bytes, size C.size_t, to *C.struct_shim_strings) error {
	var value T
	err := P(&value).UnmarshalBinary(bytes(data, size))
	if err == nil {
		give(to, []string{value.String()})
	}
	return err
}

// bytes are those of C, to be looked at during the call only.
func bytes(data C.shim_bytes, size C.size_t) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(data)), size)
}

//export goCutInfo
func goCutInfo(cut C.shim_text, info *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	c, err := client.ParseStreamCut(text(cut))
	if err != nil {
		settle(out, err)
		return
	}
	pairs := []string{"scope", c.Scope(), "stream", c.Stream()}
	offsets := c.Offsets()
	for _, id := range slices.Sorted(maps.Keys(offsets)) {
		pairs = append(pairs, strconv.FormatInt(id, 10), strconv.FormatInt(offsets[id], 10))
	}
	give(info, pairs)
}

//export goCutToBytes
func goCutToBytes(cut C.shim_text, to *C.struct_shim_loan, out *C.struct_shim_outcome) {
	defer guard(out)
	settle(out, encode(cut, client.ParseStreamCut, to))
}

//export goCutFromBytes
func goCutFromBytes(data C.shim_bytes, size C.size_t, cut *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	settle(out, decode[client.StreamCut](data, size, cut))
}

//export goCheckpointToBytes
func goCheckpointToBytes(name C.shim_text, cuts C.shim_texts, count C.size_t, to *C.struct_shim_loan, out *C.struct_shim_outcome) {
	defer guard(out)
	all, err := parseAll(cuts, count, client.ParseStreamCut)
	if err != nil {
		settle(out, err)
		return
	}
	settle(out, encode(name, func(name string) (client.Checkpoint, error) { return client.NewCheckpoint(name, all...) }, to))
}

//export goCheckpointFromBytes
func goCheckpointFromBytes(data C.shim_bytes, size C.size_t, checkpoint *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	var c client.Checkpoint
	err := c.UnmarshalBinary(bytes(data, size))
	if err == nil && strings.Contains(c.Name(), "\x00") {
		err = fault.New(fault.InvalidArgument, "read checkpoint", strconv.Quote(c.Name()), "there is a NUL in its name, which a string of C cannot hold")
	}
	if err == nil {
		give(checkpoint, append([]string{c.Name()}, cutTexts(c.Cuts())...))
	}
	settle(out, err)
}

//export goPointerInfo
func goPointerInfo(at C.shim_text, info *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	p, err := client.ParseEventPointer(text(at))
	if err == nil {
		give(info, []string{"scope", p.Scope(), "stream", p.Stream(), "segment", p.Segment(),
			"offset", strconv.FormatInt(p.Offset(), 10), "size", strconv.Itoa(p.Size())})
	}
	settle(out, err)
}

//export goPointerToBytes
func goPointerToBytes(at C.shim_text, to *C.struct_shim_loan, out *C.struct_shim_outcome) {
	defer guard(out)
	settle(out, encode(at, client.ParseEventPointer, to))
}

//export goPointerFromBytes
func goPointerFromBytes(data C.shim_bytes, size C.size_t, at *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	settle(out, decode[client.EventPointer](data, size, at))
}

//export goPositionInfo
func goPositionInfo(position C.shim_text, info *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	p, err := client.ParsePosition(text(position))
	if err != nil {
		settle(out, err)
		return
	}
	var pairs []string
	offsets := p.Offsets()
	for _, segment := range slices.Sorted(maps.Keys(offsets)) {
		pairs = append(pairs, segment, strconv.FormatInt(offsets[segment], 10))
	}
	give(info, pairs)
}

//export goPositionToBytes
func goPositionToBytes(position C.shim_text, to *C.struct_shim_loan, out *C.struct_shim_outcome) {
	defer guard(out)
	settle(out, encode(position, client.ParsePosition, to))
}

//export goPositionFromBytes
func goPositionFromBytes(data C.shim_bytes, size C.size_t, position *C.struct_shim_strings, out *C.struct_shim_outcome) {
	defer guard(out)
	settle(out, decode[client.Position](data, size, position))
}
