package client

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// compact shortens the log of the group's state now and then. Members take turns
// by chance, as Java's do.
func (m *membership) compact(ctx context.Context) error {
	if rand.Float64() >= m.compactChance {
		return nil
	}
	compaction := encoded(func() ([]readergroup.Update, error) { return m.state.Compaction(), nil })
	return m.reader.group.deleted(m.log.Compact(ctx, m.compactAfter, compaction))
}

// renewConfig looks for a newer configuration while the state says that there
// may be one: whoever was about to write it there may have crashed, or the
// controller may have refused it. The longer there is none, the less often it looks.
func (m *membership) renewConfig(ctx context.Context, now time.Time) error {
	if !m.state.UpdatingConfig() || now.Before(m.renew) {
		return nil
	}
	m.renew = now.Add(readergroup.ConfigPoll << m.renewals)
	ctx, cancel := m.attempt(ctx)
	defer cancel()
	_, err := m.reader.group.renew(ctx, &m.state, m.log)
	if err == nil {
		m.renewals = min(m.renewals+1, leastOften)
	}
	return err
}

// leastOften is how many times the interval is doubled at which members look for a
// newer configuration.
const leastOften = 6

// renew writes the controller's configuration to the group's state, unless the
// state has it, and returns it.
func (g *ReaderGroup) renew(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer) (readergroup.Config, error) {
	config, err := g.client.controller.ReaderGroupConfig(ctx, g.scope, g.name)
	if err != nil || config.Generation <= state.Config().Generation {
		return config, err
	}
	heads, err := g.client.heads(ctx, config)
	if err != nil {
		return config, err
	}
	init, err := readergroup.NewInit(config, heads)
	if err != nil {
		return config, err
	}
	return config, g.write(ctx, log, func() ([]readergroup.Update, error) { return state.Renew(init), nil })
}

// encoded makes the record of the updates that propose makes; nil for none.
func encoded(propose func() ([]readergroup.Update, error)) func() ([]byte, error) {
	return func() ([]byte, error) {
		updates, err := propose()
		if err != nil || len(updates) == 0 {
			return nil, err
		}
		return readergroup.RecordOf(updates).Encode()
	}
}
