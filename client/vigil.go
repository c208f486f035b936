package client

import (
	"context"
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// vigil notices which other readers of a group show no sign of life. All that
// counts is what the observer itself saw, by its own clock: records hold no times,
// and clocks of machines differ.
type vigil struct {
	limit  time.Duration        // 0: everybody is alive
	heard  map[string]time.Time // when a record of a reader was last seen, or it was first looked at
	looked time.Time            // when the group's state was last read
}

// hear takes note of an update, unless nobody is ever taken for dead.
func (v *vigil) hear(u readergroup.Update, now time.Time) {
	if left, ok := u.(readergroup.RemoveReader); ok {
		delete(v.heard, left.Reader)
	}
	if reader := readergroup.Author(u); reader != "" && v.limit > 0 {
		v.heard[reader] = now
	}
}

// restart gives everybody the whole limit again: the observer was away, and the
// others may have been kept from writing by the same cause.
func (v *vigil) restart() { clear(v.heard) }

// worked takes note of how long the observer's own work took: what held it up may
// have kept the others from writing too.
func (v *vigil) worked(from, to time.Time) {
	if to.Sub(from) > leastLiveness/4 {
		v.restart()
	}
}

// silent lists those of the other readers in the state, which was just read, as it is
// every so often, that have shown no sign of life for the limit.
func (v *vigil) silent(others []string, now time.Time, every time.Duration) []string {
	if v.limit <= 0 {
		return nil
	}
	limit := livenessLimit(v.limit, len(others)+1)
	if now.Sub(v.looked) > every+limit/4 {
		v.restart()
	}
	v.looked = now
	var silent []string
	for _, reader := range others {
		if at, known := v.heard[reader]; !known {
			v.heard[reader] = now
		} else if now.Sub(at) >= limit {
			silent = append(silent, reader)
		}
	}
	for reader := range v.heard {
		if !slices.Contains(others, reader) {
			delete(v.heard, reader)
		}
	}
	return silent
}

// The least limits; the second for each reader and one more. A reader writes every
// second, and a second more for each reader in the group; one of Java's only when its
// application asks for an event.
const (
	leastLiveness     = 30 * time.Second
	livenessPerReader = 10 * time.Second
)

// livenessLimit is how long a reader of so many may show no sign of life.
func livenessLimit(wanted time.Duration, readers int) time.Duration {
	return max(wanted, leastLiveness, livenessPerReader*time.Duration(readers+1))
}

// evictSilent takes readers that show no sign of life out of the group, as
// ReaderGroup.ReaderOffline does.
func (m *membership) evictSilent(ctx context.Context, now time.Time) error {
	others := slices.DeleteFunc(m.state.Readers(), func(id string) bool { return id == m.reader.id })
	for _, id := range m.vigil.silent(others, now, m.refreshInterval()) {
		m.reader.group.client.log.Warn("a reader shows no sign of life and is taken out of its group", "group", m.reader.group.String(), "reader", id)
		err := m.write(ctx, func() ([]readergroup.Update, error) {
			if time.Since(m.vigil.heard[id]) < leastLiveness { // it was heard of meanwhile
				return nil, nil
			}
			return m.state.Leave(id, nil), nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}
