package client

import "testing"

// settleAll makes everything up to a number stored; the lock is held.
func (w *Writer) settleAll(number int64) {
	for _, m := range w.table.members {
		m.Settle(number)
	}
}

// Who waits for room is not woken for every few bytes, but for an eighth of the
// window, or after a moment.
func TestWindowOpensWhenItIsWorthWhile(t *testing.T) {
	w := desk(t)
	event := make([]byte, 1<<10)
	fill := func() {
		for {
			if _, err := w.TryWrite(event); err != nil {
				if err != errWindowFull {
					t.Fatal(err)
				}
				return
			}
		}
	}
	told := make(chan struct{}, 10)
	w.NotifyRoom(func(int64, error) {}, func() { told <- struct{}{} })
	defer func() { w.end(errWindowFull); w.work.Wait() }()

	fill()
	w.mu.Lock()
	w.settleAll(100)
	if !w.window.full || w.late == nil {
		t.Error("the window opened for 100 KiB of 16 MiB")
	}
	w.mu.Unlock()
	<-told // the moment is over

	fill()
	w.mu.Lock()
	w.settleAll(w.last / 2)
	if w.window.full || w.late != nil {
		t.Error("the window did not open for 8 MiB of 16 MiB")
	}
	w.mu.Unlock()
	<-told

	// Who waits in Write is woken by either.
	for _, share := range []int64{1000, 2} {
		fill()
		written := make(chan error, 1)
		go func() {
			_, err := w.Write(within(t), event)
			written <- err
		}()
		eventually(t, "the writer waits", func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.room != nil
		})
		w.mu.Lock()
		oldest := w.progress.Through(w.last)
		w.settleAll(oldest + (w.last-oldest)/share)
		w.mu.Unlock()
		if err := <-written; err != nil {
			t.Fatal(err)
		}
	}
}
