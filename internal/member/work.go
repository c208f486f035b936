package member

import (
	"context"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// run does the reader's group work until the reader is closed or a failure is final.
func (m *Member) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-m.life.Ended():
			return
		case <-m.Reader.Due():
		case <-timer.C:
		}
		err := m.step()
		switch {
		case m.finished || m.life.Over():
			return
		case err != nil:
			timer.Reset(m.pause)
		default:
			timer.Reset(m.idle())
		}
	}
}

// idle is how long there is nothing to do unless somebody pokes.
func (m *Member) idle() time.Duration {
	next := m.refresh
	if len(m.state.SegmentsToAcquire(m.id)) > 0 && m.acquire.Before(next) {
		next = m.acquire
	}
	if m.lag.Before(next) {
		next = m.lag
	}
	if every := m.state.Config().CheckpointInterval(); every > 0 && !m.state.OngoingCheckpoint() && m.checkpoint.Add(every).Before(next) {
		next = m.checkpoint.Add(every)
	}
	return max(next.Sub(m.now()), time.Millisecond)
}

// step does what is due, in the order that lets segments move on fastest; what can be
// done while the controllers are away comes before what needs them. The error is one
// that ends the step, or what completions wait for.
func (m *Member) step() error {
	for _, work := range []func(now time.Time) error{
		m.compact, m.evictSilent, m.mend, m.reconcile, m.passCheckpoints, m.completeSegments, m.confirmEnd, m.giveSegment,
		m.takeSegments, m.tellLag, m.startCheckpoint, m.reconcile, m.renewConfig, m.publishCheckpoint,
	} {
		if err := m.refreshState(); err != nil {
			return err
		}
		if err := work(m.now()); err != nil {
			return err
		}
	}
	if err := m.stillMember(); err != nil {
		return err
	}
	return m.waits
}

// refreshState reads the state if that is due: between any two pieces of work, since
// each may take long.
func (m *Member) refreshState() error {
	now := m.now()
	if !m.partial && now.Before(m.refresh) {
		return m.stillMember()
	}
	m.refresh = now.Add(m.refreshInterval())
	return m.do(background.ReadGroupState, m.look)
}

// stillMember ends the reader if it is out of its group.
func (m *Member) stillMember() error {
	err := m.checkMember()
	if err != nil {
		err = m.do(background.ReadGroupState, func(context.Context) error { return err })
	}
	return err
}

// do makes an attempt at a piece of work. The error is one that ends the step: it is
// final, or the state has to be read again before anything else. Only that of a
// question to the controllers need not.
func (m *Member) do(work background.Work, call func(ctx context.Context) error) error {
	life := m.life
	verdict, err := life.Do(work, func(ctx context.Context) error {
		ctx, cancel := context.WithTimeout(ctx, m.attemptLimit)
		defer cancel()
		return call(ctx)
	})
	switch {
	case verdict == background.Fatal:
		m.finished = true
		m.Reader.Fail(err)
	case verdict == background.Ignored && work.Optional() && !m.partial:
		return nil
	case err != nil:
		m.pause = life.Backoff(work)
	}
	return err
}

// change writes to the group's state.
func (m *Member) change(work background.Work, propose func() ([]readergroup.Update, error)) error {
	return m.do(work, func(ctx context.Context) error { return m.write(ctx, propose) })
}

// ask asks the controllers. While they do not answer, completions wait, and nothing
// else does.
func (m *Member) ask(question func(ctx context.Context) error) error {
	err := m.do(background.FindGroupSuccessors, question)
	if err == nil || m.finished || m.life.Over() {
		return err
	}
	m.waits = err
	return nil
}
