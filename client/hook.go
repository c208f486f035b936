package client

// hook is what a writer's user wants to be called at progress, and when the
// window opens again. It has a goroutine of its own, so that the functions can
// hold up neither acks nor other writers, and so that calls which come too fast
// become one.
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
