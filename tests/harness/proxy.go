package harness

import (
	"fmt"
	"io"
	"net"
	"sync"
)

// Proxy stands between the clients and the segment store of a server that was
// started with Options.Proxied, and breaks connections when a test wants it.
// Safe for concurrent use; it ends with the server.
type Proxy struct {
	listener net.Listener
	target   string
	work     sync.WaitGroup

	mu      sync.Mutex
	sockets map[net.Conn]struct{}
	closed  bool
}

// startProxy listens on a free port; serve starts it.
func startProxy() (*Proxy, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	return &Proxy{listener: listener, sockets: make(map[net.Conn]struct{})}, nil
}

// port that the proxy listens on.
func (p *Proxy) port() int { return p.listener.Addr().(*net.TCPAddr).Port }

// serve forwards to a port until close.
func (p *Proxy) serve(port int) {
	p.target = fmt.Sprintf("127.0.0.1:%d", port)
	p.work.Add(1)
	go func() {
		defer p.work.Done()
		for {
			client, err := p.listener.Accept()
			if err != nil {
				return
			}
			store, err := net.Dial("tcp", p.target)
			if err != nil {
				client.Close()
				continue
			}
			p.forward(client, store)
		}
	}()
}

// forward copies both ways until one side ends, then closes both.
func (p *Proxy) forward(client, store net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		client.Close()
		store.Close()
		return
	}
	p.sockets[client], p.sockets[store] = struct{}{}, struct{}{}
	for _, way := range [][2]net.Conn{{client, store}, {store, client}} {
		p.work.Add(1)
		go func() {
			defer p.work.Done()
			_, _ = io.Copy(way[0], way[1])
			p.drop(client)
			p.drop(store)
		}()
	}
}

func (p *Proxy) drop(c net.Conn) {
	c.Close()
	p.mu.Lock()
	delete(p.sockets, c)
	p.mu.Unlock()
}

// Cut breaks every connection, wherever in a frame it is, without a word to
// either side about what was under way. It returns how many were broken.
func (p *Proxy) Cut() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.sockets {
		if tcp, ok := c.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0) // a reset: what is buffered is lost
		}
		c.Close()
	}
	return len(p.sockets) / 2
}

func (p *Proxy) close() {
	p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Cut()
	p.work.Wait()
}
