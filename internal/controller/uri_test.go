package controller

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/pravega/pravega-client-go/internal/fault"
)

func TestParseURI(t *testing.T) {
	local := []Endpoint{{"localhost", 9090}}
	for s, want := range map[string]URI{
		"tcp://localhost:9090":                    {Endpoints: local},
		"localhost":                               {Endpoints: local},
		"localhost:9090":                          {Endpoints: local},
		"TCP://localhost":                         {Endpoints: local},
		"tcp://localhost/":                        {Endpoints: local},
		"tls://localhost":                         {Endpoints: local, TLS: true},
		"ssl://localhost":                         {Endpoints: local, TLS: true},
		"pravega://localhost":                     {Endpoints: local, Discovery: true},
		"pravegas://localhost":                    {Endpoints: local, TLS: true, Discovery: true},
		"tcp://a:1,b,c.d-e_f:3":                   {Endpoints: []Endpoint{{"a", 1}, {"b", 9090}, {"c.d-e_f", 3}}},
		"tcp://a:1, tcp://b:2 ,a:1":               {Endpoints: []Endpoint{{"a", 1}, {"b", 2}}},
		"tcp://[::1]:9091":                        {Endpoints: []Endpoint{{"::1", 9091}}},
		"[::1]":                                   {Endpoints: []Endpoint{{"::1", 9090}}},
		"tls://[2001:DB8:0:0::1],127.0.0.1:65535": {Endpoints: []Endpoint{{"2001:db8::1", 9090}, {"127.0.0.1", 65535}}, TLS: true},
		"tcp://[fe80::1%eth0]:1":                  {Endpoints: []Endpoint{{"fe80::1%eth0", 1}}},
	} {
		got, err := ParseURI(s)
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ParseURI(%q) = %+v, %v, want %+v", s, got, err, want)
		}
	}
}

func TestBadURIsSayWhatIsWrong(t *testing.T) {
	for s, hint := range map[string]string{
		"":                                  "host is missing",
		"tcp://":                            "host is missing",
		"tcp://:9090":                       "host is missing",
		"http://localhost":                  `scheme is "http"`,
		"://localhost":                      `scheme is ""`,
		"tcp://a,,b":                        "controller 2",
		"tcp://a,tls://b":                   `"tls://" differs`,
		"a,tls://b":                         `"tls://" differs`,
		"tcp://a:0":                         `"0" is not a port`,
		"tcp://a:65536":                     `"65536" is not a port`,
		"tcp://a:":                          `"" is not a port`,
		"tcp://a:port":                      `"port" is not a port`,
		"tcp://a:+1":                        "is not a port",
		"tcp://::1":                         "needs brackets",
		"tcp://::1:9090":                    "needs brackets",
		"tcp://[::1":                        "not closed",
		"tcp://[::1]9090":                   "follows the IPv6",
		"tcp://[127.0.0.1]:1":               "not an IPv6 address",
		"tcp://[host]:1":                    "not an IPv6 address",
		"tcp://user@host":                   "not a host name",
		"tcp://host/path":                   "not a host name",
		"tcp://höst":                        "not a host name",
		"tcp://ho st":                       "not a host name",
		"tcp://" + strings.Repeat("x", 254): "longer than 253",
	} {
		u, err := ParseURI(s)
		if !errors.Is(err, fault.InvalidArgument) || !strings.Contains(err.Error(), hint) {
			t.Errorf("ParseURI(%q) = %+v, %v, want an error about %s", s, u, err, hint)
		}
	}
}

func FuzzParseURI(f *testing.F) {
	for _, s := range []string{"tcp://a:1,b", "pravegas://[::1]:9090", "localhost", "ssl://x,ssl://y:7/"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		u, err := ParseURI(s)
		if err != nil {
			return
		}
		if again, err := ParseURI(u.String()); err != nil || !reflect.DeepEqual(again, u) {
			t.Fatalf("%q is %+v, which is %q, which is %+v, %v", s, u, u.String(), again, err)
		}
		c, err := New(Config{Endpoints: u.Endpoints, Discovery: u.Discovery})
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		c.Close()
	})
}
