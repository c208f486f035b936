package write

// window bounds the bytes of events that are not stored yet. Bytes leave as soon as they are stored,
// even while older events wait elsewhere. An event is let in if there is any room at all, whatever its
// size: one that waited until all of it fits could wait for ever beside small events.
type window struct {
	limit int
	used  int
	// full is set when a caller was refused. Callers are woken only once there is
	// enough room, so that they do not write tiny blocks for ever.
	full bool
}

// most is how much one segment may hold: half the window, so that a segment that is down leaves room
// for others; all of it if there are no others.
func (w *window) most(segments int) int {
	if segments > 1 {
		return w.limit / 2
	}
	return w.limit
}

// share is what a segment takes of the window. It may hold more, through its last event or because it
// followed other segments, but not at the cost of the rest.
func (w *window) share(ofSegment, segments int) int { return min(ofSegment, w.most(segments)) }

// roomy reports whether an eighth is free, both of the window and of what a segment may hold.
func (w *window) roomy(ofSegment, segments int) bool {
	most := w.most(segments)
	return w.used <= w.limit-w.limit/8 && ofSegment <= most-most/8
}

// admits reports whether an event for a segment may be let in.
func (w *window) admits(ofSegment, segments int) bool {
	return w.used < w.limit && ofSegment < w.most(segments)
}

// moved records that the number of bytes that a segment holds has changed.
func (w *window) moved(before, now, segments int) {
	w.used += w.share(now, segments) - w.share(before, segments)
}
