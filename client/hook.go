package client

// hook is the function that a writer's user wants to be called at progress. It
// has a goroutine of its own, so that the function can hold up neither acks nor
// other writers, and so that calls which come too fast become one.
type hook struct {
	call func(acked int64, err error)
	due  chan struct{}
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
		acked, err := w.Acked()
		w.hook.call(acked, err)
		if err != nil {
			return
		}
	}
}
