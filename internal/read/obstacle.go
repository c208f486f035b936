package read

import (
	"context"
	"fmt"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// Op is what a reader does, in errors.
const Op = "read with reader"

// Trouble is what keeps the reader from events now, if anything does.
func (r *Reader) Trouble() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	why, trouble := r.obstacle()
	if trouble != nil && r.stale() {
		return &fault.Error{Code: fault.CodeOf(trouble), Op: Op, Subject: r.name, Detail: why, Err: trouble}
	}
	return trouble
}

// Waiting says what Next waits for while there is no Trouble.
func (r *Reader) Waiting() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	waiting, _ := r.obstacle()
	return waiting
}

// outOfTime is the error of a Next that ended first. The lock is held.
func (r *Reader) outOfTime(ctx context.Context) error {
	err := fault.Context(ctx, Op, r.name).Because(r.obstacle())
	if why := r.whyStale(); why != "" {
		err.Detail = why
	}
	return err
}

// obstacle is what keeps Next from a slice; if nothing is known to, waiting says what it
// waits for. The lock is held.
func (r *Reader) obstacle() (waiting string, trouble error) {
	if why := r.whyStale(); why != "" {
		return why, r.knows.trouble
	}
	idle, out, ready := 0, 0, 0
	for _, a := range r.order {
		switch {
		case a.out != nil:
			out++
		case a.available():
			ready++
		case !a.ended:
			idle++
			if err := a.fetcher.Trouble(); err != nil && trouble == nil {
				trouble = err
			}
		}
	}
	switch {
	case r.marker != nil && r.marker.passed == nil && out > 0:
		return "the group is at a checkpoint: what is out has to be given back first", nil
	case ready > 0:
		return "", nil
	case trouble != nil:
		return "", trouble
	case idle > 0:
		return fmt.Sprintf("nothing is there to read in %s", fault.Count(idle, "segment")), nil
	case out > 0:
		return "what is out has to be given back first", nil
	}
	return r.others, r.config.Life.Trouble() // a reader without segments waits for the group
}
