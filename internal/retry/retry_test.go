package retry

import (
	"context"
	"testing"
	"time"
)

func TestDelaysGrowUpToTheLast(t *testing.T) {
	b := Backoff{First: 10 * time.Millisecond, Last: time.Second}
	if d := b.Delay(0); d != 0 {
		t.Fatal("the first attempt waits", d)
	}
	for attempt, whole := range map[int]time.Duration{1: 10 * time.Millisecond, 2: 20 * time.Millisecond, 7: 640 * time.Millisecond, 8: time.Second, 1000: time.Second} {
		for range 100 {
			if d := b.Delay(attempt); d < whole/2 || d > whole {
				t.Fatalf("attempt %d waits %v of %v", attempt, d, whole)
			}
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if b.Wait(ctx, 0) || b.Wait(ctx, 100) {
		t.Fatal("the end of the context was not told")
	}
}
