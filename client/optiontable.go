package client

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/pravega/pravega-client-go/internal/controller"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
	"github.com/pravega/pravega-client-go/internal/options"
	"github.com/pravega/pravega-client-go/internal/token"
)

// optionTable is the one table of settings, for every language.
var optionTable = slices.Concat(
	of(ObjectClient,
		entry("controller.uri", "tcp://localhost:9090", addresses,
			"the controllers of the cluster", func(s *Settings) *string { return &s.Client.ControllerURI }),
		entry("tls.ca.file", "", options.AnyText("a path, or empty for the system's certificates"),
			"PEM file with the certificate authorities to trust", func(s *Settings) *string { return &s.Client.CAFile }),
		entry("tls.verify.host", "true", options.Not(options.Flags()),
			"check that the server's certificate names the host that was dialled", func(s *Settings) *bool { return &s.Client.SkipHostVerification }),
		entry("auth.method", "", options.Choices(AuthDefault, AuthBasic, AuthBearer),
			"how to authenticate", func(s *Settings) *AuthMethod { return &s.Client.AuthMethod }),
		entry("auth.user", "", options.AnyText("any"), "user name for basic", func(s *Settings) *string { return &s.Client.AuthUser }),
		entry("auth.password", "", options.AnyText("any"), "password for basic", func(s *Settings) *string { return &s.Client.AuthPassword }),
		entry("auth.token", "", bearerToken, "bearer token that never changes", func(s *Settings) *string { return &s.Client.AuthToken }),
		entry("auth.token.file", "", options.AnyText("a path, or empty for none"),
			"file that holds the bearer token, read again when it has changed or the token was refused", func(s *Settings) *string { return &s.Client.AuthTokenFile }),
		entry("auth.token.env", "", options.AnyText("a name, or empty for none"),
			"environment variable that holds the bearer token, read each time one is needed", func(s *Settings) *string { return &s.Client.AuthTokenEnv }),
		entry("connect.timeout", "5s", options.Durations(10*time.Millisecond, time.Hour),
			"limit of one attempt to connect", func(s *Settings) *time.Duration { return &s.Client.ConnectTimeout }),
		entry("request.timeout", "60s", options.Durations(10*time.Millisecond, 24*time.Hour),
			"limit of a request with its retries when the caller gave no earlier one", func(s *Settings) *time.Duration { return &s.Client.RequestTimeout }),
		entry("keepalive.timeout", "10s", options.Durations(100*time.Millisecond, time.Hour),
			"silence of a peer that owes an answer after which its connection is given up", func(s *Settings) *time.Duration { return &s.Client.KeepAliveTimeout }),
		entry("connections.per.store", "2", options.Numbers[int](1, 64),
			"connections that carry the appends to one segment store", func(s *Settings) *int { return &s.Client.ConnectionsPerStore }),
		entry("max.outage", "0s", options.OrZero(options.Durations(10*time.Millisecond, 365*24*time.Hour)),
			"how long the servers may be away before a writer fails for good; 0s is no limit", func(s *Settings) *time.Duration { return &s.Client.MaxOutage }),
	),
	of(ObjectWriter,
		entry("writer.id", "", optionalName,
			"what the writer is continued by after its process has died; empty for a writer that cannot", func(s *Settings) *string { return &s.Writer.ID }),
		entry("writer.window.bytes", "16MiB", options.Sizes(64<<10, 1<<30),
			"bytes written and not yet acknowledged; one segment may hold half", func(s *Settings) *int { return &s.Writer.WindowBytes }),
		entry("writer.block.bytes", "256KiB", options.Sizes(4<<10, 8<<20),
			"most that one append carries, unless a single event is larger", func(s *Settings) *int { return &s.Writer.BlockBytes }),
		entry("writer.large.event.bytes", "64MiB", options.Sizes(MaxEventSize, 1<<30),
			"the largest event, and the bytes of those above 8MiB not yet acknowledged", func(s *Settings) *int { return &s.Writer.LargeEventBytes }),
		entry("writer.time.mark.interval", "0s", options.OrZero(options.Durations(time.Millisecond, 24*time.Hour)),
			"how often the wall clock is noted as the time of what was written; 0s is never", func(s *Settings) *time.Duration { return &s.Writer.TimeMarkInterval }),
	),
	of(ObjectTransactionalWriter,
		entry("txn.lease", "90s", options.Durations(time.Second, 24*time.Hour),
			"life of a transaction without a sign of life of a process that has it open, alike for all that attach to it; the servers allow 10s to 10m unless configured otherwise",
			func(s *Settings) *time.Duration { return &s.Txn.Lease }),
		entry("txn.close", string(CloseAborts), options.Choices(CloseAborts, CloseKeeps),
			"what becomes of open transactions when their writer is closed", func(s *Settings) *CloseKind { return &s.Txn.Close }),
		entry("txn.writer", "", optionalName,
			"name of the writer in the stream's event time, for commits with a timestamp; empty for a random one", func(s *Settings) *string { return &s.Txn.Name }),
		entry("txn.window.bytes", "16MiB", options.Sizes(64<<10, 1<<30),
			"bytes written to a transaction and not yet acknowledged; one segment may hold half", func(s *Settings) *int { return &s.Txn.WindowBytes }),
		entry("txn.block.bytes", "256KiB", options.Sizes(4<<10, 8<<20),
			"most that one append carries, unless a single event is larger", func(s *Settings) *int { return &s.Txn.BlockBytes }),
	),
	of(ObjectReader,
		entry("reader.buffer.bytes", "8MiB", options.Sizes(64<<10, 1<<30),
			"memory of a reader: read ahead and slices that are out", func(s *Settings) *int { return &s.Reader.BufferBytes }),
		entry("reader.checkpoints", "false", options.Flags(),
			"tell the application of the group's checkpoints", func(s *Settings) *bool { return &s.Reader.Checkpoints }),
		entry("group.liveness.timeout", "0s", options.OrZero(options.Durations(time.Millisecond, 24*time.Hour)),
			"silence after which this reader takes another one of the group out; 0s is never", func(s *Settings) *time.Duration { return &s.Reader.LivenessTimeout }),
	),
	// Groups that official clients made must be in these ranges too: their
	// configurations can be read, changed and given back.
	of(ObjectReaderGroup,
		entry("group.refresh.interval", "3s", options.Durations(10*time.Millisecond, options.Unlimited),
			"how often a reader looks at its group's state", func(s *Settings) *time.Duration { return &s.Group.RefreshInterval }),
		entry("group.checkpoint.interval", "30s", options.OrNever(options.Durations(time.Millisecond, options.Unlimited)),
			"how often the group's readers start a checkpoint by themselves; 0s is never", func(s *Settings) *time.Duration { return &s.Group.CheckpointInterval }),
		entry("group.checkpoints.outstanding", "3", options.Numbers[int](1, math.MaxInt32),
			"checkpoints of the group that may be under way at once", func(s *Settings) *int { return &s.Group.MaxOutstandingCheckpoints }),
		entry("group.retention", string(GroupRetentionNone), options.Choices(GroupRetentionNone, GroupRetentionManual, GroupRetentionCheckpoint),
			"what of the group's streams the servers may truncate: nothing, before cuts that are told, before the last checkpoint; the last two need streams of the group's own scope", func(s *Settings) *GroupRetention { return &s.Group.Retention }),
	),
	of(ObjectStream,
		entry("stream.segments", "1", options.Numbers[int](1, 1<<20),
			"segments of the stream: exactly, for fixed scaling; at least, for the others", func(s *Settings) *int { return &s.Stream.Scaling.Segments }),
		entry("stream.scaling", string(ScalingFixed), options.Choices(ScalingFixed, ScalingEventRate, ScalingDataRate),
			"when the servers split and merge segments", func(s *Settings) *ScalingKind { return &s.Stream.Scaling.Kind }),
		entry("stream.scaling.rate", "0", options.Numbers[int](0, math.MaxInt32),
			"wanted rate of a segment: events/s for event-rate, kB/s for data-rate", func(s *Settings) *int { return &s.Stream.Scaling.Rate }),
		entry("stream.scaling.factor", "2", options.Numbers[int](1, math.MaxInt32),
			"segments that a segment is split into", func(s *Settings) *int { return &s.Stream.Scaling.Factor }),
		entry("stream.retention", string(RetentionNone), options.Choices(RetentionNone, RetentionTime, RetentionSize),
			"whether the servers truncate the stream", func(s *Settings) *RetentionKind { return &s.Stream.Retention.Kind }),
		entry("stream.retention.min", "0", options.Numbers[int64](0, math.MaxInt64),
			"milliseconds or bytes that are kept at least", func(s *Settings) *int64 { return &s.Stream.Retention.Min }),
		entry("stream.retention.max", "0", options.Numbers[int64](0, math.MaxInt64),
			"milliseconds or bytes that are kept at most; 0 is no limit", func(s *Settings) *int64 { return &s.Stream.Retention.Max }),
		entry("stream.tags", "", streamTags,
			"tags of the stream", func(s *Settings) *[]string { return &s.Stream.Tags }),
	),
)

// of makes options those of a kind of object.
func of(object string, own ...Option) []Option {
	for i := range own {
		own[i].Object = object
	}
	return own
}

// entry is a line of the table of options.
func entry[T any](name, initial string, v options.Values[T], doc string, at func(*Settings) *T) Option {
	refuse := func(value string, why error) error {
		var told *fault.Error
		if errors.As(why, &told) { // which quotes the value, unless it is a secret
			return fault.Wrap(fault.InvalidArgument, "set option", name, told)
		}
		return fault.New(fault.InvalidArgument, "set option", name, "%.100q: %s; accepted: %s", value, why, v.Accepted)
	}
	return Option{
		Name: name, Default: initial, Range: v.Accepted, Doc: doc,
		get: func(s *Settings) string { return v.Text(*at(s)) },
		set: func(s *Settings, text string) error {
			value, err := v.Parse(text)
			if err == nil {
				err = v.Check(value)
			}
			if err != nil {
				return refuse(text, err)
			}
			*at(s) = value
			return nil
		},
		fill: func(s *Settings) {
			if at := at(s); reflect.ValueOf(at).Elem().IsZero() {
				*at, _ = v.Parse(initial)
			}
		},
		check: func(s *Settings) error {
			if err := v.Check(*at(s)); err != nil {
				return refuse(v.Text(*at(s)), err)
			}
			return nil
		},
	}
}

var addresses = options.Texts("tcp://, tls://, pravega:// or pravegas:// host:port, separated by commas", func(uri string) error {
	_, err := controller.ParseURI(uri)
	return err
})

var optionalName = options.Texts("empty, or 1 to 250 of A-Z, a-z, 0-9, '.' and '-'", func(name string) error {
	if name != "" && naming.Check("", "", name) != nil {
		return errors.New("not a name")
	}
	return nil
})

var bearerToken = options.Texts("at most 65536 characters of printable ASCII, or empty for none", func(s string) error {
	if err := token.Check(s); err != nil && s != "" {
		return fault.Wrap(fault.InvalidArgument, "read", "token", err) // which does not quote it
	}
	return nil
})

var streamTags = options.Lists(fmt.Sprintf("at most %d tags of 1 to %d bytes of UTF-8, separated by commas", controller.MaxTags, controller.MaxTagLength), func(tags []string) error {
	if len(tags) > controller.MaxTags {
		return fmt.Errorf("there are %d tags", len(tags))
	}
	for _, tag := range tags {
		if tag == "" || len(tag) > controller.MaxTagLength || !utf8.ValidString(tag) {
			return fmt.Errorf("%.40q is no tag", tag)
		}
	}
	return nil
})
