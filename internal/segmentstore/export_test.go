package segmentstore

// Kept counts what is kept of single stores, besides look-ups.
func (s *Stores) Kept() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.shelves) + len(s.alone) + len(s.open)
}

// LookUps counts those that are shared.
func (s *Stores) LookUps() int {
	s.lookups.mu.Lock()
	defer s.lookups.mu.Unlock()
	return len(s.lookups.lost)
}
