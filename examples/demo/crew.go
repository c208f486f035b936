package main

import (
	"context"
	"sync"
	"time"
)

// crew is a number of programs that run at once. When one fails, all are ended.
type crew struct {
	ctx       context.Context
	fail      context.CancelCauseFunc
	processes []*process
	running   sync.WaitGroup
	begun     time.Time
}

// launch starts programs. wait must be called in any case. It is for the main
// goroutine; see main.
func launch(ctx context.Context, programs ...program) *crew {
	c := &crew{begun: time.Now()}
	c.ctx, c.fail = context.WithCancelCause(ctx)
	for _, each := range programs {
		p, err := each.start(c.ctx)
		if err != nil {
			c.fail(err)
			break
		}
		c.processes = append(c.processes, p)
		c.running.Go(func() {
			if err := p.follow(); err != nil {
				c.fail(err)
			}
		})
	}
	return c
}

// beginTogether waits until all are ready, or have ended, and lets them go on.
func (c *crew) beginTogether() {
	for _, p := range c.processes {
		<-p.ready
	}
	c.begun = time.Now()
	for _, p := range c.processes {
		_ = p.begin() // that one has ended shows in wait
	}
}

// wait returns when all have ended, with the first failure. Meanwhile it has the
// progress shown.
func (c *crew) wait(show func(took time.Duration)) error {
	ended := make(chan struct{})
	go func() {
		c.running.Wait()
		close(ended)
	}()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			failure := context.Cause(c.ctx)
			c.fail(nil)
			return failure
		case <-tick.C:
			show(time.Since(c.begun))
		}
	}
}
