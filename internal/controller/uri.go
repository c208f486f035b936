package controller

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// DefaultPort is the port of a controller whose URI names none.
const DefaultPort = 9090

// URI says where the controllers are and how to talk to them.
type URI struct {
	Endpoints []Endpoint // at least one, none twice
	TLS       bool       // tls, ssl and pravegas
	Discovery bool       // pravega and pravegas: the endpoints know all controllers
}

// schemes by name; the ones that [URI.String] writes come first.
var schemes = []struct {
	name           string
	tls, discovery bool
}{
	{"tcp", false, false},
	{"tls", true, false},
	{"pravega", false, true},
	{"pravegas", true, true},
	{"ssl", true, false},
}

// ParseURI reads "scheme://host:port,host:port". The scheme is tcp, tls, ssl,
// pravega or pravegas, and tcp if there is none; it may be repeated before each
// host. A host is a name, an IPv4 address or an IPv6 address in brackets; the
// port is 9090 if there is none. The error is fault.InvalidArgument and names
// what is wrong.
func ParseURI(s string) (URI, error) {
	bad := func(format string, args ...any) (URI, error) {
		return URI{}, fault.New(fault.InvalidArgument, "read controller URI", strconv.Quote(s), format, args...)
	}
	var u URI
	scheme := ""
	for i, item := range strings.Split(s, ",") {
		item = strings.TrimSpace(item)
		name, rest, named := strings.Cut(item, "://")
		switch {
		case !named:
			rest = item
		case i > 0 && !strings.EqualFold(name, scheme):
			return bad("%q differs from the scheme of the first controller", name+"://")
		}
		if i == 0 {
			scheme = "tcp"
			if named {
				scheme = strings.ToLower(name)
			}
			known := false
			for _, s := range schemes {
				if s.name == scheme {
					u.TLS, u.Discovery, known = s.tls, s.discovery, true
				}
			}
			if !known {
				return bad("the scheme is %q, not tcp, tls, ssl, pravega or pravegas", name)
			}
		}
		endpoint, complaint := parseEndpoint(strings.TrimSuffix(rest, "/"))
		if complaint != "" {
			return bad("controller %d of the list: %s", i+1, complaint)
		}
		if !slices.Contains(u.Endpoints, endpoint) {
			u.Endpoints = append(u.Endpoints, endpoint)
		}
	}
	return u, nil
}

// String is the URI in the form that ParseURI reads.
func (u URI) String() string {
	var b strings.Builder
	for _, s := range schemes {
		if s.tls == u.TLS && s.discovery == u.Discovery {
			b.WriteString(s.name + "://")
			break
		}
	}
	for i, e := range u.Endpoints {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(e.String())
	}
	return b.String()
}

// parseEndpoint reads host, host:port, [address] or [address]:port, and says
// what is wrong if it cannot.
func parseEndpoint(s string) (e Endpoint, complaint string) {
	port, hasPort := "", false
	if strings.HasPrefix(s, "[") {
		host, after, closed := strings.Cut(s[1:], "]")
		if !closed {
			return e, "the bracket of the IPv6 address is not closed"
		}
		address, err := netip.ParseAddr(host)
		if err != nil || !address.Is6() {
			return e, strconv.Quote(host) + " in brackets is not an IPv6 address"
		}
		if port, hasPort = strings.CutPrefix(after, ":"); !hasPort && after != "" {
			return e, strconv.Quote(after) + " follows the IPv6 address"
		}
		e.Host = address.String()
	} else {
		e.Host, port, hasPort = strings.Cut(s, ":")
		if strings.Contains(port, ":") {
			return e, strconv.Quote(s) + " has more than one colon: an IPv6 address needs brackets"
		}
		if complaint := checkHost(e.Host); complaint != "" {
			return e, complaint
		}
	}
	e.Port = DefaultPort
	if hasPort {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return e, strconv.Quote(port) + " is not a port from 1 to 65535"
		}
		e.Port = uint16(n)
	}
	return e, ""
}

func checkHost(host string) (complaint string) {
	const longest = 253 // of a DNS name
	if host == "" {
		return "the host is missing"
	}
	if len(host) > longest {
		return "the host name is longer than 253 characters"
	}
	for i := 0; i < len(host); i++ {
		switch c := host[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '.', c == '-', c == '_':
		default:
			return strconv.Quote(host) + " is not a host name or an IPv4 address"
		}
	}
	return ""
}
