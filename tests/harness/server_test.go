package harness

import (
	"encoding/base64"
	"errors"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

// checkAndStop shows that a server works right after its start and leaves no
// process and no data behind.
func checkAndStop(t *testing.T, s *Server, processes int) {
	t.Helper()
	if err := s.awaitReady(t.Context()); err != nil {
		t.Error(err)
	}
	pids := s.Pids()
	if len(pids) != processes {
		t.Errorf("%d processes instead of %d", len(pids), processes)
	}
	for _, pid := range pids {
		if !alive(pid) {
			t.Errorf("process %d is not there", pid)
		}
	}
	s.Stop()
	s.Stop() // does nothing
	for _, pid := range pids {
		if alive(pid) {
			t.Errorf("process %d is still there", pid)
		}
	}
	if _, err := os.Stat(s.Dir()); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("its folder stayed: %v", err)
	}
}

func TestStandalone(t *testing.T) {
	s, err := Standalone(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(s.Log("standalone")); err != nil {
		t.Error(err)
	}
	checkAndStop(t, s, 1)
}

func TestInMemory(t *testing.T) {
	s, err := InMemory(t.Context(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	checkAndStop(t, s, 3)
}

func TestSecure(t *testing.T) {
	s, err := Secure(t.Context(), Options{Accounts: []Account{{User: "nobody", Password: "nobody_pw"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer checkAndStop(t, s, 1)
	if !strings.HasPrefix(s.ControllerURI(), "tls://localhost:") {
		t.Errorf("its address is %s", s.ControllerURI())
	}
	conn, err := s.dial()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	for account, want := range map[string]codes.Code{
		"nobody:nobody_pw": codes.PermissionDenied,
		"nobody:wrong":     codes.Unauthenticated,
	} {
		ctx := metadata.AppendToOutgoingContext(t.Context(), "authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(account)))
		if _, err := call(ctx, conn, "createScope", appendField(nil, 1, "secret"), 1); status.Code(err) != want {
			t.Errorf("%s gets %v, want %v", account, err, want)
		}
	}
}

// Another Pravega on the port would answer in the place of ours.
func TestTakenPortIsNoticed(t *testing.T) {
	other := Shared(t)
	address, err := url.Parse(other.ControllerURI())
	if err != nil {
		t.Fatal(err)
	}
	taken, err := strconv.Atoi(address.Port())
	if err != nil {
		t.Fatal(err)
	}
	enough := errors.New("enough")
	var tried []int
	_, err = start(t.Context(), Options{}, func(s *Server, j java, controllerPort int) error {
		s.uri = other.ControllerURI()
		if tried = append(tried, controllerPort); len(tried) == 2 {
			return enough
		}
		return s.emulate(j, taken)
	})
	if !errors.Is(err, enough) || len(tried) != 2 || tried[0] == tried[1] {
		t.Errorf("after trying %d: %v", tried, err)
	}
}

func TestSharedIsOne(t *testing.T) {
	first, second := Shared(t), Shared(t)
	if first != second {
		t.Errorf("two servers: %s and %s", first.ControllerURI(), second.ControllerURI())
	}
}
