package write

// window bounds the bytes that a writer holds because they are not stored yet.
// What is stored leaves at once, even while older events wait elsewhere. An event
// comes in when there is any room, however large it is: one that had to wait until
// all of it fits would wait for ever beside others that are small.
type window struct {
	limit int
	used  int
	// full tells that somebody was refused. He is told when it is worth while
	// to come back: who came for every few bytes would write small blocks for
	// ever.
	full bool
}

// most is how much a segment may hold: half the window, so that one that is down
// leaves room for the others, unless there are no others.
func (w *window) most(segments int) int {
	if segments > 1 {
		return w.limit / 2
	}
	return w.limit
}

// share is what a segment takes of the window. It may hold more, by its last event
// or because it has followed others, but not at the cost of the rest.
func (w *window) share(ofSegment, segments int) int { return min(ofSegment, w.most(segments)) }

// roomy reports whether an eighth of the window is free, and of what a segment may
// hold.
func (w *window) roomy(ofSegment, segments int) bool {
	most := w.most(segments)
	return w.used <= w.limit-w.limit/8 && ofSegment <= most-most/8
}

// admits reports whether an event may come in for a segment.
func (w *window) admits(ofSegment, segments int) bool {
	return w.used < w.limit && ofSegment < w.most(segments)
}

// moved notes that a segment holds another number of bytes than before.
func (w *window) moved(before, now, segments int) {
	w.used += w.share(now, segments) - w.share(before, segments)
}
