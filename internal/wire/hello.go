package wire

const (
	// Version is the newest version of the protocol that this package speaks.
	Version = 17
	// OldestVersion is the oldest that it still understands.
	OldestVersion = 5
)

// Hello is the first command in each direction of a connection: the versions
// that its sender speaks. Nobody waits for it before sending requests.
type Hello struct {
	HighVersion int32
	LowVersion  int32
}

// Type is TypeHello.
func (c Hello) Type() Type { return TypeHello }

// Append appends the frame; see Command.
func (c Hello) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int32(c.HighVersion)
	e.int32(c.LowVersion)
	return e.end()
}

func decodeHello(c *cursor) Command {
	return Hello{
		HighVersion: c.int32("HighVersion"),
		LowVersion:  c.int32("LowVersion"),
	}
}

// KeepAlive shows that its sender is there; a server sends it back.
type KeepAlive struct{}

// Type is TypeKeepAlive.
func (c KeepAlive) Type() Type { return TypeKeepAlive }

// Append appends the frame; see Command.
func (c KeepAlive) Append(b []byte) []byte {
	e := begin(b, c.Type())
	return e.end()
}

func decodeKeepAlive(*cursor) Command { return KeepAlive{} }
