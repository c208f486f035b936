package client

// window bounds the bytes that a writer holds because they are not stored yet.
// What is stored leaves at once, even while older events wait elsewhere.
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

// roomy tells whether an eighth of the window is free, and of what a segment may
// hold.
func (w *window) roomy(ofSegment, segments int) bool {
	most := w.most(segments)
	return w.used <= w.limit-w.limit/8 && ofSegment <= most-most/8
}

// admits tells whether an event may come in. An event larger than what its
// segment may hold is let in when nothing else is there.
func (w *window) admits(size, ofSegment, segments int) bool {
	most := w.most(segments)
	if ofSegment == 0 && size > most {
		return w.used == 0
	}
	return w.used+size <= w.limit && ofSegment+size <= most
}
