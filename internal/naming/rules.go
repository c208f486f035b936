package naming

import (
	"fmt"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// The longest names, in characters (which are all ASCII, so also in bytes).
// What a user names leaves room for the prefix of an internal stream.
const (
	MaxLength         = 250
	MaxInternalLength = 255
)

// internalPrefix starts the names of what Pravega creates for itself.
const internalPrefix = '_'

// Check reports whether a user may give this name to a scope, stream, reader
// group, reader or writer: 1 to 250 of A-Z, a-z, 0-9, '.' and '-'. The servers
// apply the same rule, but later and with fewer words. The error is
// fault.InvalidArgument; op is what was being done and kind what the name is
// of ("scope", "stream", "reader group").
func Check(op, kind, name string) error {
	if fits(name, MaxLength) {
		return nil
	}
	return fault.New(fault.InvalidArgument, op, "",
		"%s name %s: a name is 1 to %d of A-Z, a-z, 0-9, '.' and '-'", kind, shown(name), MaxLength)
}

// CheckInternal is Check for names that Pravega may have created itself: one
// '_' in front is allowed, and up to 255 characters.
func CheckInternal(op, kind, name string) error {
	rest := name
	if rest != "" && rest[0] == internalPrefix {
		rest = rest[1:]
	}
	if len(name) <= MaxInternalLength && fits(rest, MaxInternalLength) {
		return nil
	}
	return fault.New(fault.InvalidArgument, op, "",
		"%s name %s: a name is 1 to %d of A-Z, a-z, 0-9, '.' and '-', with one '_' in front if it is internal", kind, shown(name), MaxInternalLength)
}

func fits(name string, limit int) bool {
	if name == "" || len(name) > limit {
		return false
	}
	for i := 0; i < len(name); i++ {
		switch c := name[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-':
		default:
			return false
		}
	}
	return true
}

// shown quotes a bad name for a message, which stays readable however long or
// odd the name is.
func shown(name string) string {
	const most = 64
	if len(name) > most {
		return fmt.Sprintf("%+q... (%d bytes)", name[:most], len(name))
	}
	return fmt.Sprintf("%+q", name)
}
