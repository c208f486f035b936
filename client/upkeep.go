package client

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pravega/pravega-client-go/internal/background"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/readergroup"
	"github.com/pravega/pravega-client-go/internal/synchronizer"
)

// compact shortens the log of the group's state now and then. Members take turns
// by chance, as Java's do.
func (m *membership) compact(time.Time) error {
	if !m.looked || rand.Float64() >= m.compactChance {
		return nil
	}
	return m.do(background.CompactGroupState, func(ctx context.Context) error {
		began := m.reader.now()
		err := m.log.Compact(ctx, m.compactAfter, encoded(func() ([]readergroup.Update, error) { return m.state.Compaction(), nil }))
		m.reached(began, err)
		return m.reader.group.deleted(err)
	})
}

// renewConfig looks for a newer configuration while the state says that there
// may be one: whoever was about to write it there may have crashed, or the
// controller may have refused it. The longer there is none, the less often it looks.
// Without it the reader goes on with the one that it has.
func (m *membership) renewConfig(now time.Time) error {
	if !m.state.UpdatingConfig() || now.Before(m.renew) {
		return nil
	}
	m.renew = now.Add(readergroup.ConfigPoll << m.renewals)
	return m.do(background.RenewGroupConfig, func(ctx context.Context) error {
		_, newer, err := m.reader.group.newest(ctx, &m.state)
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
func (m *membership) finishReset(ctx context.Context) error {
	g := m.reader.group
	ctx, cancel := context.WithTimeout(ctx, m.attemptLimit)
	defer cancel()
	_, err := g.renew(ctx, &m.state, m.log)
	if unusable(err) {
		return &fault.Error{Code: fault.CodeOf(err), Op: "open reader", Subject: m.reader.name, Err: err,
			Detail: "somebody began to reset the group to a configuration that cannot come into force; reset it again"}
	}
	return nil // it may be done later, and by others
}

// unusable reports whether a configuration cannot come into force by what newest failed
// with: it has a stream that does not exist.
func unusable(err error) bool {
	switch fault.CodeOf(err) {
	case fault.NoSuchStream, fault.NoSuchScope, fault.InvalidArgument:
		return true
	}
	return false
}

// leastOften is how many times the interval is doubled at which members look for a
// newer configuration.
const leastOften = 6

// newest asks for the controller's configuration, and makes the record of it if the
// state does not have it.
func (g *ReaderGroup) newest(ctx context.Context, state *readergroup.State) (config readergroup.Config, newer *readergroup.Init, err error) {
	config, err = g.client.cluster.Controller.ReaderGroupConfig(ctx, g.scope, g.name)
	if err != nil || config.Generation <= state.Config().Generation {
		return config, nil, err
	}
	heads, err := g.client.cluster.Heads(ctx, config)
	if err != nil {
		return config, nil, err
	}
	init, err := readergroup.NewInit(config, heads)
	return config, &init, err
}

// renew writes the controller's configuration to the group's state, unless the
// state has it, and returns it.
func (g *ReaderGroup) renew(ctx context.Context, state *readergroup.State, log *synchronizer.Synchronizer) (readergroup.Config, error) {
	config, newer, err := g.newest(ctx, state)
	if err != nil || newer == nil {
		return config, err
	}
	return config, g.write(ctx, log, func() ([]readergroup.Update, error) { return state.Renew(*newer), nil })
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
