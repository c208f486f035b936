package client

import "github.com/pravega/pravega-client-go/internal/readergroup"

// groupReplica applies the records of a group's stream to a state.
type groupReplica struct {
	state   *readergroup.State
	witness func(readergroup.Update) // of each update, or nil
	skipped func()                   // called when records that come next are gone, or nil
}

// Restart forgets the state.
func (g *groupReplica) Restart() {
	if g.skipped != nil && g.state.Started() {
		g.skipped()
	}
	*g.state = readergroup.State{}
}

// Apply takes in one record. What stands before a record with a whole state
// does not matter.
func (g *groupReplica) Apply(event []byte) error {
	record, err := readergroup.DecodeRecord(event)
	if err != nil {
		return err
	}
	if !record.Initial && !g.state.Started() {
		return nil
	}
	for _, update := range record.Updates {
		if err := g.state.Apply(update); err != nil {
			return err
		}
		if g.witness != nil {
			g.witness(update)
		}
	}
	return nil
}
