package main

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
)

// piece is a slice that a reader was given.
type piece struct {
	reader     string
	segment    string
	start, end int64 // offsets in the segment
	received   int64 // when, in nanoseconds of the machine's clock
	numbers    []int // of its flights
}

// readResult reads the file of one reader. The events must be the flights, byte
// for byte.
func readResult(reader, path string, flights []flight) ([]piece, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	pieces, err := parseResult(reader, file, flights)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return pieces, nil
}

func parseResult(reader string, from io.Reader, flights []flight) ([]piece, error) {
	var pieces []piece
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		p := piece{reader: reader}
		var events int
		if _, err := fmt.Sscanf(lines.Text(), "slice %s %d %d %d %d", &p.segment, &p.start, &p.end, &p.received, &events); err != nil {
			return nil, fmt.Errorf("%q should start a slice: %w", lines.Text(), err)
		}
		for range events {
			if !lines.Scan() {
				return nil, errors.New("the last slice is not whole")
			}
			number, err := flightNumber(lines.Bytes(), flights)
			if err != nil {
				return nil, err
			}
			p.numbers = append(p.numbers, number)
		}
		pieces = append(pieces, p)
	}
	return pieces, lines.Err()
}

// flightNumber is the number of the flight that an event is about.
func flightNumber(event []byte, flights []flight) (int, error) {
	digits, line, _ := bytes.Cut(event, []byte(","))
	number, err := strconv.Atoi(string(digits))
	if err != nil || number < 1 || number > len(flights) || !bytes.Equal(line, flights[number-1].line) {
		return 0, fmt.Errorf("%q was never written", event)
	}
	return number, nil
}

// check tells what is wrong with what the readers were given; nil if every
// flight came exactly once and those of each plane in order. Every reader's
// pieces are in the order in which it was given them.
func check(flights []flight, readers ...[]piece) error {
	return errors.Join(checkOnce(flights, readers), checkOrder(flights, readers))
}

func checkOnce(flights []flight, readers [][]piece) error {
	times := make([]int, len(flights)+1)
	for _, pieces := range readers {
		for _, p := range pieces {
			for _, number := range p.numbers {
				times[number]++
			}
		}
	}
	missing, repeated := 0, 0
	for _, n := range times[1:] {
		switch {
		case n == 0:
			missing++
		case n > 1:
			repeated++
		}
	}
	if missing > 0 || repeated > 0 {
		return fmt.Errorf("%d flights were never read, %d were read more than once", missing, repeated)
	}
	return nil
}

// checkOrder puts the pieces of each segment, of whatever readers, in the order
// of their offsets. They must follow each other without gap or overlap, and in
// time: what one reader leaves, the next one goes on with. The flights of a
// plane, which are all in one segment, must then be in order.
func checkOrder(flights []flight, readers [][]piece) error {
	segments := make(map[string][]piece)
	for _, pieces := range readers {
		for _, p := range pieces {
			segments[p.segment] = append(segments[p.segment], p)
		}
	}
	type place struct {
		segment string
		number  int
	}
	last := make(map[string]place)
	for segment, pieces := range segments {
		slices.SortStableFunc(pieces, func(a, b piece) int { return cmp.Compare(a.start, b.start) })
		var before piece
		for _, p := range pieces {
			if p.start != before.end {
				return fmt.Errorf("%s was read up to %d and then, by %s, from %d", segment, before.end, p.reader, p.start)
			}
			if p.received < before.received {
				return fmt.Errorf("%s: %s was given offset %d before %s was given what precedes it", segment, p.reader, p.start, before.reader)
			}
			before = p
			for _, number := range p.numbers {
				plane := flights[number-1].plane
				if plane == noPlane {
					continue
				}
				was, known := last[plane]
				if known && was.segment != segment {
					return fmt.Errorf("flights of %s are in %s and in %s", plane, was.segment, segment)
				}
				if was.number >= number {
					return fmt.Errorf("flight %d of %s was read after flight %d", number, plane, was.number)
				}
				last[plane] = place{segment, number}
			}
		}
	}
	return nil
}
