package group

import "github.com/pravega/pravega-client-go/internal/readergroup"

// Replica applies the records of a group's stream to a state.
type Replica struct {
	State   *readergroup.State
	Witness func(readergroup.Update) // of each update, or nil
	Skipped func()                   // called when records that come next are gone, or nil
}

// Restart forgets the state.
func (r *Replica) Restart() {
	if r.Skipped != nil && r.State.Started() {
		r.Skipped()
	}
	*r.State = readergroup.State{}
}

// Apply takes in one record. What stands before a record with a whole state
// does not matter.
func (r *Replica) Apply(event []byte) error {
	record, err := readergroup.DecodeRecord(event)
	if err != nil {
		return err
	}
	if !record.Initial && !r.State.Started() {
		return nil
	}
	for _, update := range record.Updates {
		if err := r.State.Apply(update); err != nil {
			return err
		}
		if r.Witness != nil {
			r.Witness(update)
		}
	}
	return nil
}
