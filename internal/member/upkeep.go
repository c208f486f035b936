package member

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/readergroup"
)

// compact shortens the log of the group's state now and then. Members take turns
// by chance, as Java's do.
func (m *Member) compact(time.Time) error {
	if !m.looked || rand.Float64() >= m.compactChance {
		return nil
	}
	return m.do(background.CompactGroupState, func(ctx context.Context) error {
		began := m.now()
		err := m.group.Compact(ctx, &m.state, m.log, m.compactAfter)
		m.reached(began, err)
		return m.group.Deleted(err)
	})
}

// renewConfig looks for a newer configuration while the state says that there
// may be one: whoever was about to write it there may have crashed, or the
// controller may have refused it. The longer there is none, the less often it looks.
// Without it the reader goes on with the one that it has.
func (m *Member) renewConfig(now time.Time) error {
	if !m.state.UpdatingConfig() || now.Before(m.renew) {
		return nil
	}
	m.renew = now.Add(readergroup.ConfigPoll << m.renewals)
	return m.do(background.RenewGroupConfig, func(ctx context.Context) error {
		_, newer, err := m.group.Newest(ctx, &m.state)
		if err != nil {
			return err
		}
		m.renewals = min(m.renewals+1, leastOften)
		if newer == nil {
			return nil
		}
		return m.write(ctx, func() ([]readergroup.Update, error) { return m.state.Renew(*newer), nil })
	})
}

// finishReset brings the newest configuration into force before the reader joins. If that
// is impossible, the group's readers go on with the old one, and the join fails.
func (m *Member) finishReset(ctx context.Context) error {
	g := m.group
	ctx, cancel := context.WithTimeout(ctx, m.attemptLimit)
	defer cancel()
	_, err := g.Renew(ctx, &m.state, m.log)
	if group.Unusable(err) {
		return &fault.Error{Code: fault.CodeOf(err), Op: "open reader", Subject: m.name, Err: err,
			Detail: "somebody began to reset the group to a configuration that cannot come into force; reset it again"}
	}
	return nil // it may be done later, and by others
}

// leastOften is how many times the interval is doubled at which members look for a
// newer configuration.
const leastOften = 6
