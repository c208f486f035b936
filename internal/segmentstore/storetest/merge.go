package storetest

// Merge makes what one segment holds the end of another, and removes it, as a
// commit does.
func (s *Server) Merge(target, source string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.extend(s.segments[target], s.segments[source].data)
	delete(s.segments, source)
}
