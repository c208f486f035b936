package client

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/pravega/pravega-client-go/internal/group"
	"github.com/pravega/pravega-client-go/internal/waittest"
)

// fieldOf finds the field of the settings that an option sets.
func fieldOf(t *testing.T, o Option) func(*Settings) reflect.Value {
	t.Helper()
	before, after := NewSettings(), NewSettings()
	for _, text := range []string{"true", "false", "20s", "5", "1000000", "9000000", "tcp://other:1", string(AuthBasic), string(GroupRetentionManual), string(CloseKeeps), string(ScalingDataRate), string(RetentionSize)} {
		if o.set(after, text) == nil && o.get(after) != o.get(before) {
			break
		}
	}
	var found func(*Settings) reflect.Value
	var walk func(a, b reflect.Value, path []int)
	walk = func(a, b reflect.Value, path []int) {
		for i := range a.NumField() {
			here := append(slices.Clone(path), i)
			switch {
			case a.Field(i).Kind() == reflect.Struct:
				walk(a.Field(i), b.Field(i), here)
			case !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()):
				found = func(s *Settings) reflect.Value { return reflect.ValueOf(s).Elem().FieldByIndex(here) }
			}
		}
	}
	walk(reflect.ValueOf(*before), reflect.ValueOf(*after), nil)
	if found == nil {
		t.Fatalf("no field of the settings belongs to option %s", o.Name)
	}
	return found
}

// valuesFor draws values of a type, also those that no option accepts.
func valuesFor(of reflect.Type) *rapid.Generator[reflect.Value] {
	integers := rapid.OneOf(rapid.Int64(), rapid.Int64Range(-2, 2000), rapid.SampledFrom([]int64{math.MinInt64, math.MaxInt64, 1 << 20, 1<<20 + 1, 1 << 30, 1<<30 + 1, 1<<32 + 3, 64<<10 - 1}),
		rapid.Map(rapid.Int64Range(-5, 5000), func(ms int64) int64 { return ms * int64(time.Millisecond) }))
	texts := rapid.SampledFrom([]string{"", "a", "a.b-C", "a/b", "\xff", "a b", "http://h:1", "tcp://h:1", "tcp://", "basic", "kerberos", "none", "fixed", "abort", strings.Repeat("x", 250), strings.Repeat("x", 251)})
	tags := rapid.SampledFrom([][]string{nil, {"a"}, {"a", ""}, {""}, {strings.Repeat("x", 255)}, {strings.Repeat("x", 256)}, {"\xff"}, slices.Repeat([]string{"t"}, 127), slices.Repeat([]string{"t"}, 128)})
	return rapid.Custom(func(t *rapid.T) reflect.Value {
		v := reflect.New(of).Elem()
		switch of.Kind() {
		case reflect.Int, reflect.Int64:
			v.SetInt(integers.Draw(t, "integer"))
		case reflect.Bool:
			v.SetBool(rapid.Bool().Draw(t, "flag"))
		case reflect.String:
			v.SetString(texts.Draw(t, "text"))
		default:
			v.Set(reflect.ValueOf(tags.Draw(t, "tags")))
		}
		return v
	})
}

// What is zero becomes the default, in Go as by name.
func TestZeroConfigsAreTheDefaults(t *testing.T) {
	for _, object := range []string{ObjectClient, ObjectWriter, ObjectTransactionalWriter, ObjectReader, ObjectReaderGroup, ObjectStream} {
		var zero Settings
		if err := zero.complete(object); err != nil {
			t.Errorf("%s: %v", object, err)
		}
		byName := NewSettings()
		for _, o := range Options() {
			if o.Object == object && o.get(&zero) != o.get(byName) {
				t.Errorf("%s is %q, not %q", o.Name, o.get(&zero), o.get(byName))
			}
		}
	}
}

// makers are the calls that take the options of each kind of object.
func makers(t *testing.T) map[string]func(context.Context, Settings) []error {
	config := Config{}
	config.ControllerURI = "tcp://127.0.0.1:1"
	c, err := New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	g := &ReaderGroup{c, &group.Group{Cluster: c.cluster, Scope: "scope", Name: "group", Segment: "scope/_RGgroup/0.#epoch.0"}}
	return map[string]func(context.Context, Settings) []error{
		ObjectClient: func(_ context.Context, s Settings) []error {
			made, err := New(s.Client)
			if err == nil {
				err = made.Close()
			}
			return []error{err}
		},
		ObjectWriter: func(ctx context.Context, s Settings) []error {
			_, err := c.OpenWriter(ctx, "scope", "stream", s.Writer)
			return []error{err}
		},
		ObjectTransactionalWriter: func(ctx context.Context, s Settings) []error {
			_, err := c.OpenTransactionalWriter(ctx, "scope", "stream", s.Txn)
			return []error{err}
		},
		ObjectReader: func(ctx context.Context, s Settings) []error {
			_, err := g.OpenReader(ctx, "reader", s.Reader)
			return []error{err}
		},
		ObjectReaderGroup: func(ctx context.Context, s Settings) []error {
			s.Group.Streams = []GroupStream{{Scope: "scope", Stream: "stream"}}
			_, err := c.CreateReaderGroup(ctx, "scope", "group", s.Group)
			return []error{err, g.Reset(ctx, s.Group)}
		},
		ObjectStream: func(ctx context.Context, s Settings) []error {
			_, err := c.CreateStream(ctx, "scope", "stream", s.Stream)
			return []error{err, c.UpdateStream(ctx, "scope", "stream", s.Stream)}
		},
	}
}

// The configurations of Go accept of each option what Set accepts, and zero, which is the
// default; they refuse the rest before a server is asked.
func TestConfigsAreCheckedByTheTableOfOptions(t *testing.T) {
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	calls := makers(t)
	for _, o := range Options() {
		field, refused := fieldOf(t, o), 0
		rapid.Check(t, func(t *rapid.T) {
			given, read := NewSettings(), NewSettings()
			field(given).Set(valuesFor(field(given).Type()).Draw(t, "value"))
			zero := field(given).IsZero()
			byText := o.set(read, o.get(given))
			if byText == nil && !zero && o.get(given) != "" && !reflect.DeepEqual(field(read).Interface(), field(given).Interface()) {
				t.Fatalf("%s: the text %q became %v", o.Name, o.get(given), field(read))
			}
			completed := *given
			want := completed.complete(o.Object)
			if zero && want != nil {
				t.Fatalf("%s: zero is %v", o.Name, want)
			}
			if !zero && reflect.DeepEqual(field(read).Interface(), field(given).Interface()) != (want == nil) {
				t.Fatalf("%s: %v by its text, %v by the configuration", o.Name, byText, want)
			}
			if want != nil {
				refused++
			}
			for _, err := range calls[o.Object](ended, *given) {
				named := errors.Is(err, ErrInvalidArgument) && strings.Contains(err.Error(), "set option "+o.Name+": ")
				if named != (want != nil) {
					t.Fatalf("%s of %v: %v, want %v", o.Name, field(given), err, want)
				}
			}
		})
		limited := field(NewSettings()).Kind() != reflect.Bool && !slices.Contains([]string{"tls.ca.file", "auth.user", "auth.password", "auth.token.file", "auth.token.env"}, o.Name)
		if limited != (refused > 0) {
			t.Errorf("%s: %d values were refused", o.Name, refused)
		}
	}
}

// What a text must not be is told in words of the options.
func TestTextsThatAreNoValues(t *testing.T) {
	for name, text := range map[string]string{
		"keepalive.timeout": "5", "connections.per.store": "two", "stream.retention.max": "99999999999999999999",
		"writer.window.bytes": "1e3", "reader.buffer.bytes": "9999999999GiB", "tls.verify.host": "perhaps", "controller.uri": "http://localhost:9090",
	} {
		err := NewSettings().Set(name, text)
		if !errors.Is(err, ErrInvalidArgument) || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), text) {
			t.Errorf("%s: %v", name, err)
		}
		for _, foreign := range []string{"strconv", "time:", "parsing"} {
			if strings.Contains(err.Error(), foreign) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
}

func TestEveryOptionBelongsToAKindOfObject(t *testing.T) {
	calls := makers(t)
	for _, o := range Options() {
		if calls[o.Object] == nil {
			t.Errorf("%s belongs to %q", o.Name, o.Object)
		}
	}
}

// A writer's id is a name.
func TestWriterIDIsAName(t *testing.T) {
	c := startCluster(t, keyspace...)
	limits := WriterConfig{}
	limits.ID = "no/name"
	if _, err := c.client(Config{}).OpenWriter(waittest.Limit(t), c.Stream.Scope, c.Stream.Name, limits); !errors.Is(err, ErrInvalidArgument) {
		t.Fatal(err)
	}
}
