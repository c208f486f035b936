package controller

import (
	"math"
	"slices"
	"time"
	"unicode/utf8"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/naming"
)

// StreamConfig is how a stream scales, what it keeps, and how it is tagged.
type StreamConfig struct {
	Scaling   Scaling
	Retention Retention
	// Tags to find the stream by; at most 127 of at most 255 bytes each. A
	// controller returns them sorted.
	Tags []string
	// TimestampAggregation is how long a writer that is silent holds back event
	// time; whole milliseconds, 0 for the servers' default.
	TimestampAggregation time.Duration
	// RolloverSize is the size in bytes of the pieces that a segment has in
	// long-term storage; 0 for the servers' default.
	RolloverSize int64
}

// ScalingKind says what decides on the number of segments.
type ScalingKind int

// The kinds of scaling, numbered as on the wire.
const (
	FixedSegments ScalingKind = iota // only a scale by hand
	ByDataRate                       // kibibytes a second
	ByEventRate                      // events a second
)

// Scaling is a stream's scaling policy.
type Scaling struct {
	Kind        ScalingKind
	TargetRate  int32 // of one segment, at least 1; not for FixedSegments
	Factor      int32 // into how many a segment splits, at least 1; not for FixedSegments
	MinSegments int32 // at least 1; the number of segments for FixedSegments
}

// RetentionKind says what decides how much of a stream is kept.
type RetentionKind int

// The kinds of retention, numbered as on the wire.
const (
	RetainAll RetentionKind = iota
	ByTime
	BySize
)

// Retention is a stream's retention policy. Min and Max are milliseconds for
// ByTime and bytes for BySize; a Max of 0 is none.
type Retention struct {
	Kind     RetentionKind
	Min, Max int64
}

// The limits of the official client, which the controllers rely on.
const (
	MaxTags      = 127 // of a stream
	MaxTagLength = 255 // in bytes
)

// check finds what a controller would take without a word and never apply.
func (s StreamConfig) check(op string, stream naming.Stream) error {
	bad := func(format string, args ...any) error {
		return fault.New(fault.InvalidArgument, op, stream.String(), format, args...)
	}
	switch s.Scaling.Kind {
	case FixedSegments:
	case ByDataRate, ByEventRate:
		if s.Scaling.TargetRate < 1 {
			return bad("the target rate is %d, not at least 1", s.Scaling.TargetRate)
		}
		if s.Scaling.Factor < 1 {
			return bad("the scale factor is %d, not at least 1", s.Scaling.Factor)
		}
	default:
		return bad("the scaling kind %d is unknown", s.Scaling.Kind)
	}
	if s.Scaling.MinSegments < 1 {
		return bad("the number of segments is %d, not at least 1", s.Scaling.MinSegments)
	}
	switch s.Retention.Kind {
	case RetainAll:
	case ByTime, BySize:
		if s.Retention.Min < 0 || s.Retention.Max < 0 || s.Retention.Max != 0 && s.Retention.Max < s.Retention.Min {
			return bad("the retention limits %d and %d are negative or out of order", s.Retention.Min, s.Retention.Max)
		}
	default:
		return bad("the retention kind %d is unknown", s.Retention.Kind)
	}
	if len(s.Tags) > MaxTags {
		return bad("there are %d tags, more than %d", len(s.Tags), MaxTags)
	}
	for _, tag := range s.Tags {
		if tag == "" || len(tag) > MaxTagLength || !utf8.ValidString(tag) {
			return bad("a tag is 1 to %d bytes of UTF-8, unlike %.40q", MaxTagLength, tag)
		}
	}
	if s.TimestampAggregation < 0 || s.RolloverSize < 0 {
		return bad("the timestamp aggregation or the rollover size is negative")
	}
	return nil
}

func (s StreamConfig) encode(stream naming.Stream) *pb.StreamConfig {
	out := &pb.StreamConfig{
		Stream: encodeStream(stream, pb.Stream_UNSPECIFIED),
		Scaling: &pb.ScalingPolicy{
			Kind:        pb.ScalingPolicy_Kind(s.Scaling.Kind),
			TargetRate:  s.Scaling.TargetRate,
			Factor:      s.Scaling.Factor,
			MinSegments: s.Scaling.MinSegments,
		},
		Tags:                       &pb.Tags{Tags: s.Tags},
		TimestampAggregationMillis: s.TimestampAggregation.Milliseconds(),
		RolloverBytes:              s.RolloverSize,
	}
	if s.Retention.Kind != RetainAll {
		out.Retention = &pb.RetentionPolicy{Kind: pb.RetentionPolicy_Kind(s.Retention.Kind), Min: s.Retention.Min, Max: s.Retention.Max}
		if s.Retention.Max == 0 {
			out.Retention.Max = math.MaxInt64
		}
	}
	return out
}

func decodeStreamConfig(in *pb.StreamConfig) StreamConfig {
	s := StreamConfig{
		Scaling: Scaling{
			Kind:        ScalingKind(in.GetScaling().GetKind()),
			TargetRate:  in.GetScaling().GetTargetRate(),
			Factor:      in.GetScaling().GetFactor(),
			MinSegments: in.GetScaling().GetMinSegments(),
		},
		Retention: Retention{
			Kind: RetentionKind(in.GetRetention().GetKind()),
			Min:  in.GetRetention().GetMin(),
			Max:  in.GetRetention().GetMax(),
		},
		Tags:                 slices.Sorted(slices.Values(in.GetTags().GetTags())),
		TimestampAggregation: millis(in.GetTimestampAggregationMillis()),
		RolloverSize:         in.GetRolloverBytes(),
	}
	if s.Retention.Max == math.MaxInt64 {
		s.Retention.Max = 0
	}
	return s
}

// millis makes a duration of milliseconds, the longest one if there are too
// many.
func millis(ms int64) time.Duration {
	return time.Duration(min(ms, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}
