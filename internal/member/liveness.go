package member

import (
	"slices"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// liveness notices which other readers of a group show no sign of life. All that
// counts is what the observer itself saw, by its own clock: records hold no times,
// and clocks of machines differ.
type liveness struct {
	limit  time.Duration   // 0: everybody is alive
	heard  map[string]sign // by reader
	looked time.Time       // when the group's state was last read
}

// sign is the last sign of a reader's life.
type sign struct {
	at time.Time // when its record was seen, or it was first looked at; zero: it is looked at anew
	// readers is the most that the group has had since. The reader may not have seen that
	// some have left, and goes by the limit of as many.
	readers int
}

// hear takes note of an update, after which the group has so many readers, unless nobody
// is ever taken for dead.
func (l *liveness) hear(u readergroup.Update, now time.Time, readers int) {
	if reader := readergroup.Author(u); reader != "" && l.limit > 0 {
		l.heard[reader] = sign{now, readers}
	}
	switch u := u.(type) {
	case readergroup.AddReader:
		l.grow(readers)
	case readergroup.RemoveReader:
		delete(l.heard, u.Reader)
	}
}

// grow notes that the group has so many readers.
func (l *liveness) grow(readers int) {
	for reader, sign := range l.heard {
		sign.readers = max(sign.readers, readers)
		l.heard[reader] = sign
	}
}

// restart gives everybody the whole limit again: the observer was away, and the
// others may have been kept from writing by the same cause, or it has missed records.
func (l *liveness) restart() {
	for reader, sign := range l.heard {
		sign.at = time.Time{}
		l.heard[reader] = sign
	}
}

// read takes note of a look at the state, of a group of so many readers. Looks are to be
// so long apart; one that is too late comes after a time in which the observer was not
// awake.
func (l *liveness) read(now time.Time, apart time.Duration, readers int) {
	if now.Sub(l.looked) > apart+livenessLimit(l.limit, readers)/2 {
		l.restart()
	}
	l.looked = now
}

// silent lists those of the other readers in the state, which was just read, that have
// shown no sign of life for the limit.
func (l *liveness) silent(others []string, now time.Time) []string {
	if l.limit <= 0 {
		return nil
	}
	for _, reader := range others {
		if l.heard[reader].at.IsZero() {
			l.heard[reader] = sign{now, l.heard[reader].readers}
		}
	}
	l.grow(len(others) + 1)
	var silent []string
	for _, reader := range others {
		if last := l.heard[reader]; now.Sub(last.at) >= livenessLimit(l.limit, last.readers) {
			silent = append(silent, reader)
		}
	}
	for reader := range l.heard {
		if !slices.Contains(others, reader) {
			delete(l.heard, reader)
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
func (m *Member) evictSilent(now time.Time) error {
	if !m.looked {
		return nil
	}
	m.looked = false
	others := slices.DeleteFunc(m.state.Readers(), func(id string) bool { return id == m.id })
	for _, id := range m.liveness.silent(others, now) {
		var out bool
		err := m.change(background.RemoveSilentReader, func() ([]readergroup.Update, error) {
			last := m.liveness.heard[id]
			if out = !last.at.IsZero() && m.now().Sub(last.at) >= leastLiveness; !out {
				return nil, nil // it was heard of meanwhile, or may have been
			}
			return m.state.Leave(id, nil), nil
		})
		if err != nil {
			return err
		}
		if out && !m.state.Online(id) {
			m.group.Cluster.Log.Warn("a reader showed no sign of life and was taken out of its group", "group", m.group.String(), "reader", id)
		}
	}
	return nil
}
