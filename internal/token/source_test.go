package token

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

func leave() { runtime.Goexit() }

// jwt makes a token of claims.
func jwt(claims string) string {
	encode := base64.RawURLEncoding.EncodeToString
	return encode([]byte(`{"alg":"HS512"}`)) + "." + encode([]byte(claims)) + "." + encode([]byte("signature"))
}

func TestTimesOfJWTs(t *testing.T) {
	for value, want := range map[string][2]int64{
		"":                                     {},
		"not.a.jwt":                            {},
		"a.b":                                  {},
		jwt(`{"exp":"soon"}`):                  {},
		jwt(`{"exp":-5,"iat":0}`):              {},
		jwt(`{"iat":5}`):                       {5},
		jwt(`{"iat":500,"exp":560}`):           {500, 560},
		jwt(`{"iat":1e300,"exp":1e308}`):       {253402300799, 253402300799},
		jwt(`{"iat":500,"exp":560}`) + ".five": {},
	} {
		issued, expires := JWT(value)
		for i, got := range []time.Time{issued, expires} {
			if want[i] == 0 && !got.IsZero() || want[i] != 0 && got.Unix() != want[i] {
				t.Errorf("time %d of %q is %v", i, value, got)
			}
		}
	}
}

// Whose token has ended already by this machine's clock, the servers may know better.
func TestExpiriesThatAreBelieved(t *testing.T) {
	now := time.Unix(10_000, 0)
	for what, tc := range map[string]struct {
		token Token
		left  time.Duration // 0: unknown
	}{
		"opaque":                       {Token{Value: "opaque"}, 0},
		"told":                         {Token{Value: "opaque", Expiry: now.Add(time.Minute)}, time.Minute},
		"told, and also a JWT":         {Token{Value: jwt(`{"exp":10500}`), Expiry: now.Add(time.Minute)}, time.Minute},
		"told to have ended":           {Token{Value: "opaque", Expiry: now.Add(-time.Minute)}, 0},
		"fresh":                        {Token{Value: jwt(`{"iat":10000,"exp":10060}`)}, time.Minute},
		"half over":                    {Token{Value: jwt(`{"iat":9940,"exp":10060}`)}, time.Minute},
		"without a start":              {Token{Value: jwt(`{"exp":10060}`)}, time.Minute},
		"of a clock that is ahead":     {Token{Value: jwt(`{"iat":20000,"exp":20060}`)}, time.Minute},
		"of a clock that is behind":    {Token{Value: jwt(`{"iat":9000,"exp":9060}`)}, 0},
		"over before it begins":        {Token{Value: jwt(`{"iat":20060,"exp":20000}`)}, 0},
		"of a time out of all reasons": {Token{Value: jwt(`{"exp":1e300}`)}, 1<<63 - 1},
	} {
		got := believed(tc.token, now)
		if tc.left == 0 && !got.IsZero() || tc.left != 0 && !got.Equal(now.Add(tc.left)) {
			t.Errorf("%s: it ends at %v", what, got)
		}
	}
}

func TestBadTokensAreNotShown(t *testing.T) {
	for _, bad := range []string{"", "secret\n", "sec\x00ret", "secret\r\nX-Header: 1", "s\u00e9cret", "\x7fsecret", strings.Repeat("secret", 1<<18)} {
		if err := Check(bad); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%.20q: %v", bad, err)
		}
	}
	for _, good := range []string{"s", "a.b-c_d~e+f/g=", strings.Repeat("x", 64<<10)} {
		if err := Check(good); err != nil {
			t.Errorf("%.20q: %v", good, err)
		}
	}
}

// asked makes the cache of a source, and what it logs.
func asked(t *testing.T, s Source) (c *Cache, log *bytes.Buffer) {
	life := newLife()
	t.Cleanup(life.End)
	log = new(bytes.Buffer)
	return Bearer(life, s, time.Minute, slog.New(slog.NewTextHandler(log, nil))), log
}

// What is wrong with a source is Unauthenticated, and logged; it is asked again.
func TestSourcesThatFail(t *testing.T) {
	answers := []func() (Token, error){
		func() (Token, error) { return Token{}, errors.New("the office is closed") },
		func() (Token, error) { panic("the office burns") },
		func() (Token, error) { return Token{Value: "a\nb"}, nil },
		func() (Token, error) { return Token{}, nil },
		func() (Token, error) { return Token{Value: "good"}, nil },
	}
	texts := []string{"the office is closed", "the office burns", "not printable", "empty"}
	turn := 0
	c, log := asked(t, Source{Name: "the office", Ask: func(context.Context) (Token, error) {
		defer func() { turn++ }()
		return answers[turn]()
	}})
	for _, text := range texts {
		_, err := c.Get(context.Background())
		if !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), "from the office") || !strings.Contains(err.Error(), text) {
			t.Errorf("%v does not say %q", err, text)
		}
	}
	if got, err := c.Get(context.Background()); got.Value != "good" || err != nil {
		t.Error(got, err)
	}
	for _, want := range []string{"level=WARN msg=\"no bearer token\"", "the office is closed", "level=ERROR", "the office burns", "source_test.go", "level=INFO msg=\"there is a bearer token again\""} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not hold %q:\n%s", want, log)
		}
	}
	if strings.Contains(log.String(), "good") {
		t.Error("the token is logged")
	}
}

func TestTokensOfFiles(t *testing.T) {
	path := filepath.Join(t.TempDir(), "token")
	c, _ := asked(t, File(path))
	is := func(want string) {
		t.Helper()
		got, err := c.Get(context.Background())
		if err != nil || got.Value != want {
			t.Fatalf("%q, not %q: %v", got.Value, want, err)
		}
	}
	becomes := func(want string) { // after failures, in a moment
		t.Helper()
		waittest.Until(t, "the other token is used", func() bool { got, _ := c.Get(context.Background()); return got.Value == want })
	}
	write := func(path, content string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := c.Get(context.Background()); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), path) {
		t.Errorf("no file: %v", err)
	}
	write(path, "first\r\n")
	becomes("first")
	write(path, "number two\n\n")
	becomes("number two")
	// Replaced by a file of the same size and time.
	info, _ := os.Stat(path)
	write(path+".new", "number too\n\n")
	if err := os.Chtimes(path+".new", time.Time{}, info.ModTime()); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(path+".new", path); err != nil {
		t.Fatal(err)
	}
	becomes("number too")
	// What cannot be read, or is empty while somebody writes it, changes nothing.
	write(path, "")
	is("number too")
	os.Remove(path)
	is("number too")
	os.Mkdir(path, 0o700)
	is("number too")
	os.Remove(path)
	write(path, "third")
	becomes("third")
	// Only a refusal tells of a change within the file's time and size.
	info, _ = os.Stat(path)
	write(path, "thirD")
	os.Chtimes(path, time.Time{}, info.ModTime())
	is("third")
	c.Refused("third")
	becomes("thirD")
	write(path, strings.Repeat("x", 1<<20))
	is("thirD")
}

func TestTokensOfTheEnvironment(t *testing.T) {
	const name = "PRAVEGA_TEST_TOKEN"
	c, _ := asked(t, Variable(name))
	if _, err := c.Get(context.Background()); !errors.Is(err, fault.Unauthenticated) || !strings.Contains(err.Error(), name) {
		t.Errorf("not set: %v", err)
	}
	for _, value := range []string{"one", "two"} {
		t.Setenv(name, value)
		waittest.Until(t, "the other token is used", func() bool { got, _ := c.Get(context.Background()); return got.Value == value })
	}
	os.Unsetenv(name)
	if got, err := c.Get(context.Background()); got.Value != "two" || err != nil {
		t.Errorf("%q after the end of the variable: %v", got.Value, err)
	}
}
