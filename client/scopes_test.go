package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/segmentstore/storetest"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// furnish puts streams, groups and tables into the cluster's scope, and a group whose
// creation was not finished.
func (c *testCluster) furnish(client *Client) {
	c.T.Helper()
	for i := range 3 {
		c.AddStream(naming.Stream{Scope: "scope", Name: fmt.Sprint("more-", i)})
		c.AddTable("scope", fmt.Sprint("table-", i))
		config := ReaderGroupConfig{Streams: []GroupStream{{Scope: "scope", Stream: "stream"}}}
		if created, err := client.CreateReaderGroup(waittest.Limit(c.T), "scope", fmt.Sprint("group-", i), config); !created || err != nil {
			c.T.Fatal(created, err)
		}
	}
	c.AddStream(naming.Stream{Scope: "scope", Name: "_MARKmore-0"})
	c.Register(&pb.ReaderGroupConfig{Scope: "scope", Name: "half", Id: "00000000-0000-0000-0000-000000000001"})
	c.Create("scope/_RGhalf/0.#epoch.0")
}

// furniture counts what is in the cluster's scope.
func (c *testCluster) furniture() (n int) {
	for _, name := range []string{"stream", "more-0", "more-1", "more-2", "_MARKmore-0"} {
		if _, there := c.StreamOf(naming.Stream{Scope: "scope", Name: name}); there {
			n++
		}
	}
	for _, name := range []string{"group-0", "group-1", "group-2", "half"} {
		if c.Group("scope", name) != nil {
			n++
		}
	}
	return n + c.Tables("scope")
}

func collected(t *testing.T, each func(func(string, error) bool)) (names []string) {
	t.Helper()
	for name, err := range each {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// A scope that holds anything is left as it is: the controller, which would spoil it, is
// not even asked.
func TestScopeThatIsNotEmptyIsNotTouched(t *testing.T) {
	for what, fill := range map[string]func(*testCluster, *Client){
		"stream stream": func(c *testCluster, _ *Client) { c.AddStream(c.Stream) },
		"reader group g": func(c *testCluster, client *Client) {
			c.AddStream(naming.Stream{Scope: "other", Name: "s"})
			if _, err := client.CreateReaderGroup(waittest.Limit(c.T), "scope", "g", ReaderGroupConfig{Streams: []GroupStream{{Scope: "other", Stream: "s"}}}); err != nil {
				c.T.Fatal(err)
			}
		},
		"key-value table t":   func(c *testCluster, _ *Client) { c.AddTable("scope", "t") },
		"stream _MARKorphan":  func(c *testCluster, _ *Client) { c.AddStream(naming.Stream{Scope: "scope", Name: "_MARKorphan"}) },
		"stream a and 7 more": func(c *testCluster, _ *Client) { c.AddStream(naming.Stream{Scope: "scope", Name: "a"}) },
	} {
		c := startCluster(t, keyspace...)
		client := c.client(Config{})
		if err := client.SealStream(waittest.Limit(t), "scope", "stream"); err != nil {
			t.Fatal(err)
		}
		if _, err := client.DeleteStream(waittest.Limit(t), "scope", "stream"); err != nil {
			t.Fatal(err)
		}
		fill(c, client)
		if name, more := strings.CutSuffix(what, " and 7 more"); more {
			for i := range 9 {
				c.AddStream(naming.Stream{Scope: "scope", Name: fmt.Sprint("b", i)})
			}
			what = name
		}
		deleted, err := client.DeleteScope(waittest.Limit(t), "scope")
		if deleted || !errors.Is(err, ErrNotEmpty) || MayBeStored(err) || !strings.Contains(err.Error(), "it holds "+what) {
			t.Errorf("%s: %v, %v", what, deleted, err)
		}
		if c.Calls("deleteScope") != 0 || c.Spoilt("scope") || !c.HasScope("scope") {
			t.Errorf("%s: the controller was asked", what)
		}
	}
}

func TestScopeIsDeletedWithAllThatIsInIt(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	c.furnish(client)
	if got, want := collected(t, client.ReaderGroups(waittest.Limit(t), "scope")), []string{"group-0", "group-1", "group-2", "half"}; !slices.Equal(got, want) {
		t.Fatal(got)
	}
	if got, want := collected(t, client.Streams(waittest.Limit(t), "scope")), []string{"more-0", "more-1", "more-2", "stream"}; !slices.Equal(got, want) {
		t.Fatal(got)
	}
	if deleted, err := client.DeleteScopeRecursive(waittest.Limit(t), "scope"); !deleted || err != nil {
		t.Fatal(deleted, err)
	}
	if c.HasScope("scope") || c.furniture() != 0 || c.Spoilt("scope") || c.Has("scope/_RGhalf/0.#epoch.0") {
		t.Fatal("something is left")
	}
	for _, call := range []func(context.Context, string) (bool, error){client.DeleteScopeRecursive, client.DeleteScope} {
		if deleted, err := call(waittest.Limit(t), "scope"); deleted || err != nil {
			t.Fatal(deleted, err)
		}
		if deleted, err := call(waittest.Limit(t), "_system"); deleted || !errors.Is(err, ErrInvalidArgument) {
			t.Fatal(deleted, err)
		}
	}
	for name, err := range client.ReaderGroups(waittest.Limit(t), "scope") {
		if !errors.Is(err, ErrNoSuchScope) {
			t.Fatal(name, err)
		}
	}
}

// A list of groups may be left early.
func TestFirstReaderGroupOnly(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	c.furnish(client)
	asked := c.Calls("listStreamsInScope")
	for range client.ReaderGroups(waittest.Limit(t), "scope") {
		break
	}
	if c.Calls("listStreamsInScope") != asked+1 {
		t.Fatal("it went on")
	}
}

// Whatever interrupts the deletion of a scope, calling it again finishes it, and nothing
// was deleted by a call that says so.
func TestInterruptedDeletionOfAScope(t *testing.T) {
	for _, with := range interruptions {
		t.Run(with.name, func(t *testing.T) {
			t.Parallel()
			for step := int64(1); ; step++ {
				c := newCluster(t, keyspace...)
				ctx := newEndedByHand()
				client := c.client(Config{})
				c.furnish(client)
				before := c.furniture()
				mend := c.interrupt(step, with, ctx)
				deleted, err := client.DeleteScopeRecursive(ctx, "scope")
				more := mend()
				about := fmt.Sprintf("call %d: %v, %v", step, deleted, err)
				switch {
				case deleted != (err == nil):
					t.Fatal(about)
				case deleted && (c.HasScope("scope") || c.furniture() != 0):
					t.Fatalf("%s: something is left", about)
				case err != nil && !MayBeStored(err) && c.furniture() != before:
					t.Fatalf("%s: %d of %d are left", about, c.furniture(), before)
				case err != nil && with.ends != nil && !errors.Is(err, with.ends):
					t.Fatal(about)
				}
				gone := !c.HasScope("scope")
				if again, err := client.DeleteScopeRecursive(waittest.Limit(t), "scope"); again == gone || err != nil {
					t.Fatalf("%s: %v, %v", about, again, err)
				}
				if c.HasScope("scope") || c.furniture() != 0 || c.Spoilt("scope") {
					t.Fatalf("%s: something is left", about)
				}
				client.Close()
				c.Close()
				if !more {
					if err != nil || step < 20 {
						t.Fatalf("nothing was interrupted: %s", about)
					}
					return
				}
			}
		})
	}
}

// What comes in while a scope is deleted, or is listed and not there, is told.
func TestScopeThatDoesNotGetEmpty(t *testing.T) {
	c := startCluster(t, keyspace...)
	client := c.client(Config{})
	c.SetCalls(func(method string, call int) storetest.Verdict {
		if method == "deleteScope" && call == 1 {
			c.AddStream(naming.Stream{Scope: "scope", Name: "late"})
		}
		return storetest.Serve
	})
	if deleted, err := client.DeleteScopeRecursive(waittest.Limit(t), "scope"); deleted || !errors.Is(err, ErrNotEmpty) || !MayBeStored(err) {
		t.Fatal(deleted, err)
	}
	c.Instead("sealStream", &pb.UpdateStreamReply{Status: pb.UpdateStreamReply_NO_STREAM})
	if deleted, err := client.DeleteScopeRecursive(waittest.Limit(t), "scope"); deleted || !errors.Is(err, ErrNotEmpty) || !strings.Contains(err.Error(), "stream late") {
		t.Fatal(deleted, err)
	}
	c.Instead("sealStream", nil)
	if deleted, err := client.DeleteScopeRecursive(waittest.Limit(t), "scope"); !deleted || err != nil {
		t.Fatal(deleted, err)
	}
}
