package client

import (
	"fmt"
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// Settings holds every option of the client: what C, Python and Java set by
// name, and where the Go defaults come from.
type Settings struct {
	Client Config
	Writer WriterConfig
	Reader ReaderConfig
	Group  ReaderGroupConfig
	Stream StreamConfig
	Txn    TransactionalWriterConfig
}

// Option describes one setting that can be given by name.
type Option struct {
	Name    string // for example writer.window.bytes
	Default string
	Range   string // the values that are accepted
	Doc     string
	set     func(*Settings, string) error
	get     func(*Settings) string
}

// Options lists every option, by name.
func Options() []Option {
	all := make([]Option, len(options))
	copy(all, options)
	sort.Slice(all, func(i, j int) bool { return all[i].Name < all[j].Name })
	return all
}

var options = []Option{
	text("controller.uri", "tcp://localhost:9090", "tcp://, tls://, pravega:// or pravegas:// host:port, separated by commas",
		"the controllers of the cluster", func(s *Settings) *string { return &s.Client.ControllerURI }),
	text("tls.ca.file", "", "a path, or empty for the system's certificates",
		"PEM file with the certificate authorities to trust", func(s *Settings) *string { return &s.Client.CAFile }),
	flag("tls.verify.host", "true",
		"check that the server's certificate names the host that was dialled", func(s *Settings) *bool { return &s.Client.VerifyHost }),
	choice("auth.method", "", []string{"", "basic", "bearer"},
		"how to authenticate", func(s *Settings) *string { return &s.Client.AuthMethod }),
	text("auth.user", "", "any", "user name for basic", func(s *Settings) *string { return &s.Client.AuthUser }),
	text("auth.password", "", "any", "password for basic", func(s *Settings) *string { return &s.Client.AuthPassword }),
	text("auth.token", "", "any", "token for bearer", func(s *Settings) *string { return &s.Client.AuthToken }),
	duration("connect.timeout", "5s", 10*time.Millisecond, time.Hour,
		"limit of one attempt to connect", func(s *Settings) *time.Duration { return &s.Client.ConnectTimeout }),
	duration("request.timeout", "60s", 10*time.Millisecond, 24*time.Hour,
		"limit of a request with its retries when the caller gave no earlier one", func(s *Settings) *time.Duration { return &s.Client.RequestTimeout }),
	duration("keepalive.timeout", "10s", 100*time.Millisecond, time.Hour,
		"silence of a peer that owes an answer after which its connection is given up", func(s *Settings) *time.Duration { return &s.Client.KeepAliveTimeout }),
	number("connections.per.store", "2", 1, 64,
		"connections that carry the appends to one segment store", func(s *Settings) *int { return &s.Client.ConnectionsPerStore }),
	duration("max.outage", "0s", 0, 365*24*time.Hour,
		"how long the servers may be away before a writer fails for good; 0s is no limit", func(s *Settings) *time.Duration { return &s.Client.MaxOutage }),

	name("writer.id", "what the writer is continued by after its process has died", func(s *Settings) *string { return &s.Writer.ID }),
	size("writer.window.bytes", "16MiB", 64<<10, 1<<30,
		"bytes written and not yet acknowledged; one segment may hold half", func(s *Settings) *int { return &s.Writer.WindowBytes }),
	size("writer.block.bytes", "256KiB", 4<<10, 8<<20,
		"most that one append carries, unless a single event is larger", func(s *Settings) *int { return &s.Writer.BlockBytes }),
	size("writer.large.event.bytes", "64MiB", MaxEventSize, 1<<30,
		"the largest event, and the bytes of those above 8MiB not yet acknowledged", func(s *Settings) *int { return &s.Writer.LargeEventBytes }),
	duration("txn.lease", "90s", time.Second, 24*time.Hour,
		"life of a transaction without a sign of life of a process that has it open, alike for all that attach to it; the servers allow 10s to 10m unless configured otherwise",
		func(s *Settings) *time.Duration { return &s.Txn.Lease }),
	choice("txn.close", CloseAborts, []string{CloseAborts, CloseKeeps},
		"what becomes of open transactions when their writer is closed", func(s *Settings) *string { return &s.Txn.Close }),
	text("txn.writer", "", "a name of A-Z, a-z, 0-9, '.' and '-', or empty for a random one",
		"name of the writer in the stream's event time, for commits with a timestamp", func(s *Settings) *string { return &s.Txn.Name }),
	size("txn.window.bytes", "16MiB", 64<<10, 1<<30,
		"bytes written to a transaction and not yet acknowledged; one segment may hold half", func(s *Settings) *int { return &s.Txn.WindowBytes }),
	size("txn.block.bytes", "256KiB", 4<<10, 8<<20,
		"most that one append carries, unless a single event is larger", func(s *Settings) *int { return &s.Txn.BlockBytes }),
	duration("writer.time.mark.interval", "0s", 0, 24*time.Hour,
		"how often the wall clock is noted as the time of what was written; 0s is never", func(s *Settings) *time.Duration { return &s.Writer.TimeMarkInterval }),
	size("reader.buffer.bytes", "8MiB", 64<<10, 1<<30,
		"memory of a reader: read ahead and slices that are out", func(s *Settings) *int { return &s.Reader.BufferBytes }),
	flag("reader.checkpoints", "false",
		"tell the application of the group's checkpoints", func(s *Settings) *bool { return &s.Reader.Checkpoints }),

	duration("group.refresh.interval", "3s", 100*time.Millisecond, time.Hour,
		"how often a reader looks at its group's state", func(s *Settings) *time.Duration { return &s.Group.RefreshInterval }),
	duration("group.checkpoint.interval", "30s", 0, 24*time.Hour,
		"how often the group's readers start a checkpoint by themselves; 0s is never", func(s *Settings) *time.Duration { return &s.Group.CheckpointInterval }),
	number("group.checkpoints.outstanding", "3", 1, 1000,
		"checkpoints of the group that may be under way at once", func(s *Settings) *int { return &s.Group.MaxOutstandingCheckpoints }),
	duration("group.liveness.timeout", "0s", 0, 24*time.Hour,
		"silence after which this reader takes another one of the group out; 0s is never", func(s *Settings) *time.Duration { return &s.Reader.LivenessTimeout }),
	choice("group.retention", GroupRetentionNone, []string{GroupRetentionNone, GroupRetentionManual, GroupRetentionCheckpoint},
		"what of the group's streams the servers may truncate: nothing, before cuts that are told, before the last checkpoint", func(s *Settings) *string { return &s.Group.Retention }),

	number("stream.segments", "1", 1, 1<<20,
		"segments of the stream: exactly, for fixed scaling; at least, for the others", func(s *Settings) *int { return &s.Stream.Scaling.Segments }),
	choice("stream.scaling", ScalingFixed, []string{ScalingFixed, ScalingEventRate, ScalingDataRate},
		"when the servers split and merge segments", func(s *Settings) *string { return &s.Stream.Scaling.Kind }),
	number("stream.scaling.rate", "0", 0, 1<<30,
		"wanted rate of a segment: events/s for event-rate, kB/s for data-rate", func(s *Settings) *int { return &s.Stream.Scaling.Rate }),
	number("stream.scaling.factor", "2", 1, 1000,
		"segments that a segment is split into", func(s *Settings) *int { return &s.Stream.Scaling.Factor }),
	choice("stream.retention", RetentionNone, []string{RetentionNone, RetentionTime, RetentionSize},
		"whether the servers truncate the stream", func(s *Settings) *string { return &s.Stream.Retention.Kind }),
	number64("stream.retention.min", "0",
		"milliseconds or bytes that are kept at least", func(s *Settings) *int64 { return &s.Stream.Retention.Min }),
	number64("stream.retention.max", "0",
		"milliseconds or bytes that are kept at most; 0 is no limit", func(s *Settings) *int64 { return &s.Stream.Retention.Max }),
	list("stream.tags", "at most 127 tags of 1 to 255 characters, separated by commas",
		"tags of the stream", func(s *Settings) *[]string { return &s.Stream.Tags }),
}

// NewSettings returns the default of every option.
func NewSettings() *Settings {
	s := &Settings{}
	for _, o := range options {
		if err := o.set(s, o.Default); err != nil {
			panic("client: default of " + o.Name + ": " + err.Error()) // a mistake in the table above
		}
	}
	return s
}

// Set gives an option its value; the error names the option.
func (s *Settings) Set(name, value string) error {
	o, err := option(name)
	if err != nil {
		return err
	}
	if err := o.set(s, value); err != nil {
		return fault.New(fault.InvalidArgument, "set option", name, "%q: %s; accepted: %s", value, err, o.Range)
	}
	return nil
}

// Get returns the value of an option as text that Set accepts.
func (s *Settings) Get(name string) (string, error) {
	o, err := option(name)
	if err != nil {
		return "", err
	}
	return o.get(s), nil
}

// setting is an option's name and value.
type setting struct{ name, value string }

// accepted tells whether the options accept values that were not set by name.
func accepted(settings ...setting) error {
	s := NewSettings()
	for _, o := range settings {
		if err := s.Set(o.name, o.value); err != nil {
			return err
		}
	}
	return nil
}

func option(name string) (*Option, error) {
	for i := range options {
		if options[i].Name == name {
			return &options[i], nil
		}
	}
	room, _, _ := strings.Cut(name, ".")
	var near []string
	for _, o := range options {
		if strings.HasPrefix(o.Name, room+".") {
			near = append(near, o.Name)
		}
	}
	if near == nil {
		for _, o := range options {
			near = append(near, o.Name)
		}
	}
	return nil, fault.New(fault.UnknownOption, "set option", name, "known are %s", strings.Join(near, ", "))
}

func text(name, def, accepted, doc string, at func(*Settings) *string) Option {
	return Option{name, def, accepted, doc,
		func(s *Settings, v string) error { *at(s) = v; return nil },
		func(s *Settings) string { return *at(s) }}
}

// name is that of something, or empty for none.
func name(option, doc string, at func(*Settings) *string) Option {
	o := text(option, "", "empty for none, or 1 to 250 of A-Z, a-z, 0-9, '.' and '-'", doc, at)
	plain := o.set
	o.set = func(s *Settings, v string) error {
		if v != "" && naming.Check("", "", v) != nil {
			return fmt.Errorf("not a name")
		}
		return plain(s, v)
	}
	return o
}

func choice(name, def string, of []string, doc string, at func(*Settings) *string) Option {
	return Option{name, def, strings.Join(of, "|"), doc,
		func(s *Settings, v string) error {
			for _, c := range of {
				if c == v {
					*at(s) = v
					return nil
				}
			}
			return fmt.Errorf("not one of the choices")
		},
		func(s *Settings) string { return *at(s) }}
}

func flag(name, def, doc string, at func(*Settings) *bool) Option {
	return Option{name, def, "true|false", doc,
		func(s *Settings, v string) error {
			b, err := strconv.ParseBool(v)
			if err == nil {
				*at(s) = b
			}
			return err
		},
		func(s *Settings) string { return strconv.FormatBool(*at(s)) }}
}

func duration(name, def string, low, high time.Duration, doc string, at func(*Settings) *time.Duration) Option {
	return Option{name, def, fmt.Sprintf("%v to %v, as 250ms or 10s", low, high), doc,
		func(s *Settings, v string) error {
			d, err := time.ParseDuration(v)
			if err != nil {
				return err
			}
			if d < low || d > high {
				return fmt.Errorf("out of range")
			}
			*at(s) = d
			return nil
		},
		func(s *Settings) string { return at(s).String() }}
}

func number(name, def string, low, high int, doc string, at func(*Settings) *int) Option {
	return Option{name, def, fmt.Sprintf("%d to %d", low, high), doc,
		func(s *Settings, v string) error {
			n, err := strconv.Atoi(v)
			if err != nil {
				return err
			}
			if n < low || n > high {
				return fmt.Errorf("out of range")
			}
			*at(s) = n
			return nil
		},
		func(s *Settings) string { return strconv.Itoa(*at(s)) }}
}

func number64(name, def, doc string, at func(*Settings) *int64) Option {
	return Option{name, def, "0 or more", doc,
		func(s *Settings, v string) error {
			n, err := strconv.ParseInt(v, 10, 64)
			if err == nil && n < 0 {
				err = fmt.Errorf("out of range")
			}
			if err == nil {
				*at(s) = n
			}
			return err
		},
		func(s *Settings) string { return strconv.FormatInt(*at(s), 10) }}
}

// size is a number of bytes, with KiB, MiB or GiB behind it if wanted.
func size(name, def string, low, high int, doc string, at func(*Settings) *int) Option {
	o := number(name, def, low, high, doc, at)
	plain := o.set
	o.Range = fmt.Sprintf("%d to %d bytes, also as 64KiB or 16MiB", low, high)
	o.set = func(s *Settings, v string) error {
		for suffix, shift := range map[string]int{"KiB": 10, "MiB": 20, "GiB": 30} {
			if digits, ok := strings.CutSuffix(v, suffix); ok {
				n, err := strconv.Atoi(digits)
				if err != nil || n < 0 || n > high>>shift {
					return fmt.Errorf("out of range")
				}
				v = strconv.Itoa(n << shift)
				break
			}
		}
		return plain(s, v)
	}
	return o
}

func list(name, accepted, doc string, at func(*Settings) *[]string) Option {
	return Option{name, "", accepted, doc,
		func(s *Settings, v string) error {
			*at(s) = nil
			if v != "" {
				*at(s) = strings.Split(v, ",")
			}
			return nil
		},
		func(s *Settings) string { return strings.Join(*at(s), ",") }}
}
