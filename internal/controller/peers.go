package controller

import (
	"errors"
	"net"
	"strings"
	"sync"

	"google.golang.org/grpc/resolver"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// peers remembers what is wrong with the servers at the addresses of a channel.
// gRPC tries to connect for ever and does not tell an address where nobody
// listens yet from one that will never do; peers does, so that a call can fail
// in time and say why.
type peers struct {
	mu        sync.Mutex
	endpoints [][]string              // the addresses of each endpoint
	wrong     map[string]*fault.Error // by address: what time alone will not mend
	failed    map[string]string       // by address: why the last attempt to connect failed, in plain words
	unfound   string                  // why there are no addresses, likewise
	suspicion string                  // what may be wrong, if nothing better is known
}

func newPeers() *peers {
	return &peers{wrong: make(map[string]*fault.Error), failed: make(map[string]string)}
}

// found notes the result of a look-up.
func (p *peers) found(endpoints []resolver.Endpoint) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.endpoints, p.unfound = p.endpoints[:0], ""
	old, failed := p.wrong, p.failed
	p.wrong, p.failed = make(map[string]*fault.Error), make(map[string]string)
	for _, e := range endpoints {
		var addresses []string
		for _, a := range e.Addresses {
			addresses = append(addresses, a.Addr)
			if err := old[a.Addr]; err != nil {
				p.wrong[a.Addr] = err
			}
			if why, ok := failed[a.Addr]; ok {
				p.failed[a.Addr] = why
			}
		}
		p.endpoints = append(p.endpoints, addresses)
	}
}

// blame notes what is wrong with the server at an address.
func (p *peers) blame(address net.Addr, err *fault.Error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.wrong[address.String()] = err
}

// absolve forgets what was wrong at an address: a server works there.
func (p *peers) absolve(address net.Addr) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.wrong, address.String())
	delete(p.failed, address.String())
}

// note notes why an attempt to connect to an address failed.
func (p *peers) note(address, why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.failed[address] = why
}

// missed notes why there was no server at an address, so that nothing is wrong with it.
func (p *peers) missed(address string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.wrong, address)
	p.failed[address] = fault.Plain(err)
}

// lost notes why there are no addresses.
func (p *peers) lost(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var look *fault.Error
	if errors.As(err, &look) && look.Err != nil {
		err = look.Err // whose address this is about is said
	}
	p.unfound = fault.Plain(err)
}

// obstacles is what keeps each address from being connected to, as far as is known, or "".
func (p *peers) obstacles() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.unfound != "" {
		return p.unfound
	}
	var all []string
	for _, addresses := range p.endpoints {
		for _, a := range addresses {
			if p.failed[a] != "" {
				all = append(all, a+": "+p.failed[a])
			}
		}
	}
	return strings.Join(all, ", ")
}

// suspect notes what may be wrong with a server; "" that one works.
func (p *peers) suspect(what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.suspicion = what
}

// hint is what may be wrong, or "".
func (p *peers) hint() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.suspicion
}

// verdict is what keeps every endpoint from working, whatever time passes; nil
// if one of them may still come to work.
func (p *peers) verdict() *fault.Error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var verdict *fault.Error
	for _, addresses := range p.endpoints {
		var wrong *fault.Error
		for _, a := range addresses {
			if p.wrong[a] != nil {
				wrong = p.wrong[a]
			}
		}
		if wrong == nil {
			return nil
		}
		verdict = wrong
	}
	return verdict
}
