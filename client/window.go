package client

// window bounds the bytes that a writer holds because they are not stored yet.
// What is stored leaves at once, even while older events wait elsewhere.
type window struct {
	limit int
	used  int
}

// admits tells whether an event may come in. A segment may fill half the window,
// so that one that is down leaves room for the others, unless there are no
// others. An event larger than that is let in when nothing else is there.
func (w *window) admits(size, ofSegment, segments int) bool {
	most := w.limit
	if segments > 1 {
		most /= 2
	}
	if ofSegment == 0 && size > most {
		return w.used == 0
	}
	return w.used+size <= w.limit && ofSegment+size <= most
}
