package harness

import (
	"fmt"
	"math/rand/v2"
	"net"
)

// freePorts finds n ports that nothing listens on. They lie below those that
// the system gives to outgoing connections, so that a busy machine rarely takes
// one before the server does; when it happens all the same, start tries again.
func freePorts(n int) ([]int, error) {
	var ports []int
	for range 1000 {
		port := 12000 + rand.IntN(20000)
		listener, err := net.Listen("tcp", fmt.Sprintf(":%d", port))
		if err != nil {
			continue
		}
		defer listener.Close() // only now, so that no port is found twice
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("no %d free ports between 12000 and 32000", n)
}
