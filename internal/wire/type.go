package wire

import "strconv"

// Type is the code that tells one command from another in a frame's header.
type Type int32

// The commands of the event API.
const (
	TypeHello                   Type = -127
	TypeSetupAppend             Type = 1
	TypeAppendSetup             Type = 2
	TypeAppendBlockEnd          Type = 4
	TypeConditionalAppend       Type = 5
	TypeDataAppended            Type = 7
	TypeConditionalCheckFailed  Type = 8
	TypeReadSegment             Type = 9
	TypeSegmentRead             Type = 10
	TypeGetStreamSegmentInfo    Type = 11
	TypeStreamSegmentInfo       Type = 12
	TypeCreateSegment           Type = 20
	TypeSegmentCreated          Type = 21
	TypeSealSegment             Type = 28
	TypeSegmentSealed           Type = 29
	TypeDeleteSegment           Type = 30
	TypeSegmentDeleted          Type = 31
	TypeGetSegmentAttribute     Type = 34
	TypeSegmentAttribute        Type = 35
	TypeUpdateSegmentAttribute  Type = 36
	TypeSegmentAttributeUpdated Type = 37
	TypeTruncateSegment         Type = 38
	TypeSegmentTruncated        Type = 39
	TypeCreateTransientSegment  Type = 40
	TypeWrongHost               Type = 50
	TypeSegmentIsSealed         Type = 51
	TypeSegmentAlreadyExists    Type = 52
	TypeNoSuchSegment           Type = 53
	TypeInvalidEventNumber      Type = 55
	TypeSegmentIsTruncated      Type = 56
	TypeOperationUnsupported    Type = 57
	TypeMergeSegments           Type = 58
	TypeSegmentsMerged          Type = 59
	TypeAuthTokenCheckFailed    Type = 60
	TypeErrorMessage            Type = 61
	TypeConditionalBlockEnd     Type = 89
	TypeMergeSegmentsBatch      Type = 90
	TypeSegmentsBatchMerged     Type = 91
	TypeKeepAlive               Type = 100
)

// commands is every command there is: what it is called and how it is read.
var commands = map[Type]struct {
	name   string
	decode func(*cursor) Command
}{
	TypeHello:                   {"Hello", decodeHello},
	TypeSetupAppend:             {"SetupAppend", decodeSetupAppend},
	TypeAppendSetup:             {"AppendSetup", decodeAppendSetup},
	TypeAppendBlockEnd:          {"AppendBlockEnd", decodeAppendBlockEnd},
	TypeConditionalAppend:       {"ConditionalAppend", decodeConditionalAppend},
	TypeDataAppended:            {"DataAppended", decodeDataAppended},
	TypeConditionalCheckFailed:  {"ConditionalCheckFailed", decodeConditionalCheckFailed},
	TypeReadSegment:             {"ReadSegment", decodeReadSegment},
	TypeSegmentRead:             {"SegmentRead", decodeSegmentRead},
	TypeGetStreamSegmentInfo:    {"GetStreamSegmentInfo", decodeGetStreamSegmentInfo},
	TypeStreamSegmentInfo:       {"StreamSegmentInfo", decodeStreamSegmentInfo},
	TypeCreateSegment:           {"CreateSegment", decodeCreateSegment},
	TypeSegmentCreated:          {"SegmentCreated", decodeSegmentCreated},
	TypeSealSegment:             {"SealSegment", decodeSealSegment},
	TypeSegmentSealed:           {"SegmentSealed", decodeSegmentSealed},
	TypeDeleteSegment:           {"DeleteSegment", decodeDeleteSegment},
	TypeSegmentDeleted:          {"SegmentDeleted", decodeSegmentDeleted},
	TypeGetSegmentAttribute:     {"GetSegmentAttribute", decodeGetSegmentAttribute},
	TypeSegmentAttribute:        {"SegmentAttribute", decodeSegmentAttribute},
	TypeUpdateSegmentAttribute:  {"UpdateSegmentAttribute", decodeUpdateSegmentAttribute},
	TypeSegmentAttributeUpdated: {"SegmentAttributeUpdated", decodeSegmentAttributeUpdated},
	TypeTruncateSegment:         {"TruncateSegment", decodeTruncateSegment},
	TypeSegmentTruncated:        {"SegmentTruncated", decodeSegmentTruncated},
	TypeCreateTransientSegment:  {"CreateTransientSegment", decodeCreateTransientSegment},
	TypeWrongHost:               {"WrongHost", decodeWrongHost},
	TypeSegmentIsSealed:         {"SegmentIsSealed", decodeSegmentIsSealed},
	TypeSegmentAlreadyExists:    {"SegmentAlreadyExists", decodeSegmentAlreadyExists},
	TypeNoSuchSegment:           {"NoSuchSegment", decodeNoSuchSegment},
	TypeInvalidEventNumber:      {"InvalidEventNumber", decodeInvalidEventNumber},
	TypeSegmentIsTruncated:      {"SegmentIsTruncated", decodeSegmentIsTruncated},
	TypeOperationUnsupported:    {"OperationUnsupported", decodeOperationUnsupported},
	TypeMergeSegments:           {"MergeSegments", decodeMergeSegments},
	TypeSegmentsMerged:          {"SegmentsMerged", decodeSegmentsMerged},
	TypeAuthTokenCheckFailed:    {"AuthTokenCheckFailed", decodeAuthTokenCheckFailed},
	TypeErrorMessage:            {"ErrorMessage", decodeErrorMessage},
	TypeConditionalBlockEnd:     {"ConditionalBlockEnd", decodeConditionalBlockEnd},
	TypeMergeSegmentsBatch:      {"MergeSegmentsBatch", decodeMergeSegmentsBatch},
	TypeSegmentsBatchMerged:     {"SegmentsBatchMerged", decodeSegmentsBatchMerged},
	TypeKeepAlive:               {"KeepAlive", decodeKeepAlive},
}

// String is the name of the command, or its code if it is unknown.
func (t Type) String() string {
	if known, ok := commands[t]; ok {
		return known.name
	}
	return "command " + strconv.Itoa(int(t))
}
