package readergroup

// The types of updates, as on the wire.
const (
	kindInit byte = iota
	kindCompact
	kindAddReader
	kindRemoveReader
	kindReleaseSegment
	kindAcquireSegment
	kindUpdateDistanceToTail
	kindSegmentCompleted
	kindCheckpointReader
	kindCreateCheckpoint
	kindClearCheckpointsBefore
	kindUpdateCheckpointPublished
	kindUpdatingConfig
	kindRemoveOutstandingCheckpoints
)

func (Init) kind() byte                         { return kindInit }
func (Compact) kind() byte                      { return kindCompact }
func (AddReader) kind() byte                    { return kindAddReader }
func (RemoveReader) kind() byte                 { return kindRemoveReader }
func (ReleaseSegment) kind() byte               { return kindReleaseSegment }
func (AcquireSegment) kind() byte               { return kindAcquireSegment }
func (UpdateDistanceToTail) kind() byte         { return kindUpdateDistanceToTail }
func (SegmentCompleted) kind() byte             { return kindSegmentCompleted }
func (CheckpointReader) kind() byte             { return kindCheckpointReader }
func (CreateCheckpoint) kind() byte             { return kindCreateCheckpoint }
func (ClearCheckpointsBefore) kind() byte       { return kindClearCheckpointsBefore }
func (UpdateCheckpointPublished) kind() byte    { return kindUpdateCheckpointPublished }
func (UpdatingConfig) kind() byte               { return kindUpdatingConfig }
func (RemoveOutstandingCheckpoints) kind() byte { return kindRemoveOutstandingCheckpoints }
