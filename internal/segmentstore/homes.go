package segmentstore

import (
	"context"
	"strings"
	"sync"
)

// homes remembers where segments were found last, so that not every request has to
// ask the controller, or can do without while all controllers are away. What it says
// is a guess: who finds out that it is wrong forgets it, and asks.
type homes struct {
	mu sync.Mutex
	at map[string]string // endpoints by home
}

// mostHomes bounds the memory of a client that comes by very many segments.
const mostHomes = 10_000

// home is what decides at which store a segment is: its stream and its number.
// Those of its transactions and its large events, and segments of the same number in
// other epochs, are served with it.
func home(segment string) string {
	h, _, _ := strings.Cut(segment, ".#epoch.")
	return h
}

// Found tells at which store a segment is.
func (s *Stores) Found(segment, endpoint string) {
	h := home(segment)
	s.homes.mu.Lock()
	defer s.homes.mu.Unlock()
	if s.homes.at == nil || len(s.homes.at) == mostHomes {
		s.homes.at = make(map[string]string)
	}
	if s.homes.at[h] != endpoint {
		s.homes.at[strings.Clone(h)] = endpoint
	}
}

// Lost tells that a segment is not where it was found last, or nobody knows.
func (s *Stores) Lost(segment string) {
	s.homes.mu.Lock()
	defer s.homes.mu.Unlock()
	delete(s.homes.at, home(segment))
}

// Find tells where a segment is: where it was found last, if there is a connection
// to that store, which is a guess, or where the controller says.
func (s *Stores) Find(ctx context.Context, segment string) (endpoint string, guessed bool, err error) {
	s.homes.mu.Lock()
	endpoint = s.homes.at[home(segment)]
	s.homes.mu.Unlock()
	if endpoint != "" && s.connected(endpoint) {
		return endpoint, true, nil
	}
	endpoint, err = s.Locate(ctx, segment, "")
	return endpoint, false, err
}

// connected reports whether there is a shared connection to a store.
func (s *Stores) connected(endpoint string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for at, place := range s.shelves {
		if at.endpoint == endpoint && place.conn != nil && place.conn.alive() {
			return true
		}
	}
	return false
}
