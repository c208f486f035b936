// Command brokenstore is a controller whose segment store talks nonsense, until a
// line comes in. It prints the controller's address and ends with its input.
package main

import (
	"bufio"
	"fmt"
	"os"

	"github.com/pravega/pravega-client-go/internal/controller/clustertest"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/wire"
)

func main() {
	hello := wire.Hello{HighVersion: 16, LowVersion: 5}.Append(nil)
	frame := wire.KeepAlive{}.Append(nil)
	nonsense, ok := map[string][]byte{
		"garbage":         []byte("HTTP/1.1 502 Bad Gateway\r\n\r\n"),
		"absurd-length":   append(hello, 0, 0, 0, 7, 0x7f, 0xff, 0xff, 0xff),
		"another-version": wire.Hello{HighVersion: 99, LowVersion: 98}.Append(nil),
		"half-a-frame":    append(hello, frame[:5]...),
	}[os.Args[1]]
	if !ok {
		fmt.Fprintln(os.Stderr, "no such nonsense:", os.Args[1])
		os.Exit(2)
	}
	c, err := clustertest.New(0, 1)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	defer c.Close()
	c.Greet(nonsense)
	c.Set(func(_ int, command wire.Command) storetest.Verdict {
		if _, ok := command.(wire.Hello); ok {
			return storetest.Serve
		}
		return storetest.CloseNow
	})
	fmt.Println(c.URI)
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		c.Greet(nil)
		c.Set(nil)
		fmt.Println("well again")
	}
}
