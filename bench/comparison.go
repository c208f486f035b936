package main

import (
	"fmt"
	"os"

	"github.com/pravega/pravega-client-go/bench/measure"
)

// comparison is of clients with the reference, in one work and one cell.
type comparison struct {
	work       string
	cell       cell
	references []measure.Result // of all pairs
	clients    []row
}

// pair is a run of a client and the run of the reference right before or after.
type pair struct{ client, reference measure.Result }

// add runs a client and the reference in pairs. In turn one and the other goes
// first, so that neither always finds what the other left.
func (m *comparison) add(c client, pairs int, run func(by client, argument string) (measure.Result, error)) error {
	var all []pair
	for i := range pairs {
		var p pair
		steps := []func() error{
			func() (err error) { p.reference, err = run(reference, reference.works[m.work]); return err },
			func() (err error) { p.client, err = run(c, c.works[m.work]); return err },
		}
		for j := range steps {
			if err := steps[(i+j)%2](); err != nil {
				return fmt.Errorf("%s, %s: %w", m.work, m.cell, err)
			}
		}
		all = append(all, p)
		m.references = append(m.references, p.reference)
	}
	r := compared(m.work, c.name, m.cell, all)
	m.clients = append(m.clients, r)
	fmt.Fprintln(os.Stderr, r)
	return nil
}

// rows are what was found, the reference first.
func (m *comparison) rows() []row {
	if len(m.references) == 0 {
		return nil
	}
	return append([]row{measured(m.work, reference.name, m.cell, m.references)}, m.clients...)
}
