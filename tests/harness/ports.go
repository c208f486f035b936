package harness

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// freePort finds a port that nothing listens on. It lies below those that the
// system gives to outgoing connections, so that a busy machine rarely takes it
// before the server does; when it happens all the same, start tries again.
func freePort() (int, error) {
	for range 100 {
		port := 12000 + rand.IntN(20000)
		if listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port)); err == nil {
			return port, listener.Close()
		}
	}
	return 0, fmt.Errorf("no free port between 12000 and 32000")
}
