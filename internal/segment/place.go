package segment

import "sync/atomic"

// Place is the store at which one of several segments was found that are always
// served together, such as one of a stream and those of its transactions: the next
// one of them is looked for there first, without asking the controller. That a
// guess is wrong is seen at once, and the controller is asked then. Safe for
// concurrent use; a nil Place knows nothing and learns nothing.
type Place struct{ endpoint atomic.Pointer[string] }

// guess is the endpoint, empty if none is known.
func (p *Place) guess() string {
	if p == nil {
		return ""
	}
	if endpoint := p.endpoint.Load(); endpoint != nil {
		return *endpoint
	}
	return ""
}

func (p *Place) found(endpoint string) {
	if p != nil && p.guess() != endpoint {
		p.endpoint.Store(&endpoint)
	}
}

// forget has the next one ask.
func (p *Place) forget() {
	if p != nil {
		p.endpoint.Store(nil)
	}
}
