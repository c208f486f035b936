package wire

// The ways of an AttributeUpdate.
const (
	AttributeReplace         byte = 1 // set NewValue
	AttributeReplaceIfEquals byte = 4 // set NewValue if OldValue is there, else refuse the merge
)

// AttributeUpdate is a change of one attribute.
type AttributeUpdate struct {
	AttributeID UUID
	UpdateType  byte // AttributeReplace or AttributeReplaceIfEquals
	NewValue    int64
	OldValue    int64 // NullAttribute for one that is not there yet
}

// MergedSource is one segment of a batch and where the target ended after it.
type MergedSource struct {
	Segment              string
	NewTargetWriteOffset int64
}

// The least bytes that an item of each list takes.
const (
	minAttributeUpdate = 16 + 1 + 8 + 8
	minSource          = 2
	minMergedSource    = 2 + 8
)

// MergeSegments appends the source, which it seals, to the target and removes it,
// if all of the attributes of the target can be updated.
type MergeSegments struct {
	RequestID        int64
	Target           string
	Source           string
	Token            string
	AttributeUpdates []AttributeUpdate
}

// Type is TypeMergeSegments.
func (c MergeSegments) Type() Type { return TypeMergeSegments }

// Append appends the frame; see Command.
func (c MergeSegments) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Target)
	e.string(c.Source)
	e.string(c.Token)
	e.int32(int32(len(c.AttributeUpdates)))
	for _, u := range c.AttributeUpdates {
		e.uuid(u.AttributeID)
		e.byte(u.UpdateType)
		e.int64(u.NewValue)
		e.int64(u.OldValue)
	}
	return e.end()
}

func decodeMergeSegments(c *cursor) Command {
	return MergeSegments{
		RequestID:        c.int64("RequestID"),
		Target:           c.string("Target"),
		Source:           c.string("Source"),
		Token:            c.string("Token"),
		AttributeUpdates: decodeAttributeUpdates(c),
	}
}

// SegmentsMerged answers MergeSegments.
type SegmentsMerged struct {
	RequestID            int64
	Target               string
	Source               string
	NewTargetWriteOffset int64 // where the target ends now
}

// Type is TypeSegmentsMerged.
func (c SegmentsMerged) Type() Type { return TypeSegmentsMerged }

// Request is the id of the request that is answered.
func (c SegmentsMerged) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentsMerged) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Target)
	e.string(c.Source)
	e.int64(c.NewTargetWriteOffset)
	return e.end()
}

func decodeSegmentsMerged(c *cursor) Command {
	return SegmentsMerged{
		RequestID:            c.int64("RequestID"),
		Target:               c.string("Target"),
		Source:               c.string("Source"),
		NewTargetWriteOffset: c.int64Or("NewTargetWriteOffset", -1),
	}
}

// MergeSegmentsBatch merges several segments into the target, in their order.
type MergeSegmentsBatch struct {
	RequestID int64
	Target    string
	Sources   []string
	Token     string
}

// Type is TypeMergeSegmentsBatch.
func (c MergeSegmentsBatch) Type() Type { return TypeMergeSegmentsBatch }

// Append appends the frame; see Command.
func (c MergeSegmentsBatch) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Target)
	e.int32(int32(len(c.Sources)))
	for _, s := range c.Sources {
		e.string(s)
	}
	e.string(c.Token)
	return e.end()
}

func decodeMergeSegmentsBatch(c *cursor) Command {
	return MergeSegmentsBatch{
		RequestID: c.int64("RequestID"),
		Target:    c.string("Target"),
		Sources:   decodeSources(c),
		Token:     c.string("Token"),
	}
}

// SegmentsBatchMerged answers MergeSegmentsBatch.
type SegmentsBatchMerged struct {
	RequestID int64
	Target    string
	Sources   []MergedSource // in the order of the request
}

// Type is TypeSegmentsBatchMerged.
func (c SegmentsBatchMerged) Type() Type { return TypeSegmentsBatchMerged }

// Request is the id of the request that is answered.
func (c SegmentsBatchMerged) Request() int64 { return c.RequestID }

// Append appends the frame; see Command.
func (c SegmentsBatchMerged) Append(b []byte) []byte {
	e := begin(b, c.Type())
	e.int64(c.RequestID)
	e.string(c.Target)
	e.int32(int32(len(c.Sources)))
	for _, s := range c.Sources {
		e.string(s.Segment)
		e.int64(s.NewTargetWriteOffset)
	}
	return e.end()
}

func decodeSegmentsBatchMerged(c *cursor) Command {
	return SegmentsBatchMerged{
		RequestID: c.int64("RequestID"),
		Target:    c.string("Target"),
		Sources:   decodeMergedSources(c),
	}
}

func decodeAttributeUpdates(c *cursor) []AttributeUpdate {
	if !c.more() {
		return nil
	}
	var updates []AttributeUpdate
	for range c.count("AttributeUpdates", minAttributeUpdate) {
		updates = append(updates, AttributeUpdate{
			AttributeID: c.uuid("AttributeUpdates.AttributeID"),
			UpdateType:  c.byte("AttributeUpdates.UpdateType"),
			NewValue:    c.int64("AttributeUpdates.NewValue"),
			OldValue:    c.int64("AttributeUpdates.OldValue"),
		})
	}
	return updates
}

func decodeSources(c *cursor) []string {
	var sources []string
	for range c.count("Sources", minSource) {
		sources = append(sources, c.string("Sources"))
	}
	return sources
}

func decodeMergedSources(c *cursor) []MergedSource {
	var sources []MergedSource
	for range c.count("Sources", minMergedSource) {
		sources = append(sources, MergedSource{
			Segment:              c.string("Sources.Segment"),
			NewTargetWriteOffset: c.int64("Sources.NewTargetWriteOffset"),
		})
	}
	return sources
}
