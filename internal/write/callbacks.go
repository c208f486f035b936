package write

// hook holds the functions that are called at progress and when the window reopens. They have a
// goroutine of their own, so that they hold up neither acknowledgements nor other writers, and so that
// calls in quick succession merge into one.
type hook struct {
	call func(acked int64, err error)
	open func()
	due  chan struct{}
	room bool // open is to be called
}

// wake asks for a call. It never blocks.
func (h *hook) wake() {
	if h.due == nil {
		return
	}
	select {
	case h.due <- struct{}{}:
	default:
	}
}

// runHook calls the hook until the writer has ended.
func (w *Writer) runHook() {
	defer w.work.Done()
	for range w.hook.due {
		w.mu.Lock()
		room, acked, err := w.hook.room, w.acked.Load(), w.err
		w.hook.room = false
		w.mu.Unlock()
		if room {
			w.hook.open()
		}
		w.hook.call(acked, err)
		if err != nil {
			return
		}
	}
}

// Notify sets the function that is called with the acknowledged number.
func (w *Writer) Notify(f func(acked int64, err error)) { w.NotifyRoom(f, func() {}) }

// NotifyRoom is Notify with a second function, which is called once an eighth of the window
// is free, or after 10 ms if less is, which keeps callers from writing tiny blocks; and once
// more when the writer has failed. It is called before the first function.
func (w *Writer) NotifyRoom(f func(acked int64, err error), room func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hook.call, w.hook.open = f, room
	w.hook.due = make(chan struct{}, 1)
	if w.err != nil {
		w.hook.wake() // nothing else will
	}
	w.work.Add(1)
	go w.runHook()
}
