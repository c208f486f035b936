package client

import (
	"github.com/pravega/pravega-client-go/internal/controller"
)

// StreamConfig is how a stream scales, what it keeps and how it is tagged.
type StreamConfig struct {
	Scaling   Scaling
	Retention Retention
	// Tags to find the stream by; at most 127, each of 1 to 255 bytes. Option
	// stream.tags.
	Tags []string
}

// ScalingKind says when the servers split and merge the segments of a stream.
type ScalingKind string

// The kinds of scaling.
const (
	ScalingFixed     ScalingKind = "fixed"
	ScalingEventRate ScalingKind = "event-rate"
	ScalingDataRate  ScalingKind = "data-rate"
)

// Scaling says when the servers split and merge segments.
type Scaling struct {
	// Kind is ScalingFixed, ScalingEventRate or ScalingDataRate. Option
	// stream.scaling.
	Kind ScalingKind
	// Segments is how many there are, if fixed, else how many at least. Option
	// stream.segments.
	Segments int
	// Rate is what one segment should carry: events/s or kB/s; not for fixed.
	// Option stream.scaling.rate.
	Rate int
	// Factor is into how many a segment is split; not for fixed. Option
	// stream.scaling.factor.
	Factor int
}

// RetentionKind says by what the servers truncate a stream.
type RetentionKind string

// The kinds of retention.
const (
	RetentionNone RetentionKind = "none"
	RetentionTime RetentionKind = "time"
	RetentionSize RetentionKind = "size"
)

// Retention says whether the servers truncate a stream from its head.
type Retention struct {
	// Kind is RetentionNone, RetentionTime or RetentionSize. Option
	// stream.retention.
	Kind RetentionKind
	// Min and Max are what is kept at least and at most, in milliseconds or
	// bytes; a Max of 0 is no limit. Options stream.retention.min and
	// stream.retention.max.
	Min, Max int64
}

var scalingKinds = []struct {
	name ScalingKind
	kind controller.ScalingKind
}{{ScalingFixed, controller.FixedSegments}, {ScalingEventRate, controller.ByEventRate}, {ScalingDataRate, controller.ByDataRate}}

var retentionKinds = []struct {
	name RetentionKind
	kind controller.RetentionKind
}{{RetentionNone, controller.RetainAll}, {RetentionTime, controller.ByTime}, {RetentionSize, controller.BySize}}

// toController checks the options one by one; how they fit together is checked there.
func (c StreamConfig) toController() (controller.StreamConfig, error) {
	c, err := c.complete()
	if err != nil {
		return controller.StreamConfig{}, err
	}
	config := controller.StreamConfig{
		Scaling:   controller.Scaling{MinSegments: int32(c.Scaling.Segments)},
		Retention: controller.Retention{Min: c.Retention.Min, Max: c.Retention.Max},
		Tags:      c.Tags,
	}
	for _, k := range scalingKinds {
		if k.name == c.Scaling.Kind {
			config.Scaling.Kind = k.kind
		}
	}
	for _, k := range retentionKinds {
		if k.name == c.Retention.Kind {
			config.Retention.Kind = k.kind
		}
	}
	if config.Scaling.Kind != controller.FixedSegments {
		config.Scaling.TargetRate, config.Scaling.Factor = int32(c.Scaling.Rate), int32(c.Scaling.Factor)
	}
	return config, nil
}

func fromController(config controller.StreamConfig) StreamConfig {
	c := StreamConfig{} // whose factor stays where there is none
	c.Scaling.Segments, c.Scaling.Rate = int(config.Scaling.MinSegments), int(config.Scaling.TargetRate)
	if config.Scaling.Factor > 0 {
		c.Scaling.Factor = int(config.Scaling.Factor)
	}
	c.Retention.Min, c.Retention.Max = config.Retention.Min, config.Retention.Max
	c.Tags = config.Tags
	for _, k := range scalingKinds {
		if k.kind == config.Scaling.Kind {
			c.Scaling.Kind = k.name
		}
	}
	for _, k := range retentionKinds {
		if k.kind == config.Retention.Kind {
			c.Retention.Kind = k.name
		}
	}
	return c
}
