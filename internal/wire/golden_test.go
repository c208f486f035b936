package wire

import (
	"encoding/hex"
	"strings"
	"testing"
)

const request = 0x0102030405060708

var (
	writer = UUIDOf(0x0011223344556677, -0x7766554433221101)
	mark   = UUIDOf(0x7df9a874246cc9d6, -0x6c68322e6152973b)
)

// golden is a command, the bytes of its frame, and what is understood when an
// older peer leaves so many bytes out at its end.
type golden struct {
	command Command
	frame   string
	older   map[int]Command
}

func (g golden) bytes(t testing.TB) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(g.frame, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// goldens has every command of the protocol once, the fields derived by hand
// from its description.
var goldens = []golden{
	{
		command: Hello{HighVersion: 17, LowVersion: 5},
		frame:   "ffffff81 00000008 00000011 00000005",
	},
	{
		command: SetupAppend{RequestID: request, WriterID: writer, Segment: "s/t/0", Token: "tk"},
		frame:   "00000001 00000023 0102030405060708 00112233445566778899aabbccddeeff 0005 732f742f30 0002 746b",
	},
	{
		command: AppendSetup{RequestID: request, Segment: "s/t/0", WriterID: writer, LastEventNumber: NullAttribute},
		frame:   "00000002 00000027 0102030405060708 0005 732f742f30 00112233445566778899aabbccddeeff 8000000000000000",
	},
	{
		command: AppendBlockEnd{WriterID: writer, SizeOfWholeEvents: 10, Data: []byte("\x00\x00\x00\x00\x00\x00\x00\x02hi"), NumEvents: 1, LastEventNumber: 7, RequestID: request},
		frame:   "00000004 00000036 00112233445566778899aabbccddeeff 0000000a 0000000a 00000000000000026869 00000001 0000000000000007 0102030405060708",
		older: map[int]Command{
			8: AppendBlockEnd{WriterID: writer, SizeOfWholeEvents: 10, Data: []byte("\x00\x00\x00\x00\x00\x00\x00\x02hi"), NumEvents: 1, LastEventNumber: 7, RequestID: -1},
		},
	},
	{
		command: ConditionalAppend{WriterID: writer, EventNumber: 3, ExpectedOffset: 258, Event: []byte("hi"), RequestID: request},
		frame:   "00000005 00000032 00112233445566778899aabbccddeeff 0000000000000003 0000000000000102 00000000 00000002 6869 0102030405060708",
		older: map[int]Command{
			8: ConditionalAppend{WriterID: writer, EventNumber: 3, ExpectedOffset: 258, Event: []byte("hi"), RequestID: -1},
		},
	},
	{
		command: DataAppended{WriterID: writer, EventNumber: 7, PreviousEventNumber: 5, RequestID: request, CurrentSegmentWriteOffset: 1024},
		frame:   "00000007 00000030 00112233445566778899aabbccddeeff 0000000000000007 0000000000000005 0102030405060708 0000000000000400",
		older: map[int]Command{
			8:  DataAppended{WriterID: writer, EventNumber: 7, PreviousEventNumber: 5, RequestID: request, CurrentSegmentWriteOffset: -1},
			16: DataAppended{WriterID: writer, EventNumber: 7, PreviousEventNumber: 5, RequestID: -1, CurrentSegmentWriteOffset: -1},
			24: DataAppended{WriterID: writer, EventNumber: 7, PreviousEventNumber: -1, RequestID: -1, CurrentSegmentWriteOffset: -1},
		},
	},
	{
		command: ConditionalCheckFailed{WriterID: writer, EventNumber: 7, RequestID: request},
		frame:   "00000008 00000020 00112233445566778899aabbccddeeff 0000000000000007 0102030405060708",
		older: map[int]Command{
			8: ConditionalCheckFailed{WriterID: writer, EventNumber: 7, RequestID: -1},
		},
	},
	{
		command: ReadSegment{Segment: "s/t/0", Offset: 256, SuggestedLength: 4096, Token: "tk", RequestID: request},
		frame:   "00000009 0000001f 0005 732f742f30 0000000000000100 00001000 0002 746b 0102030405060708",
		older: map[int]Command{
			8: ReadSegment{Segment: "s/t/0", Offset: 256, SuggestedLength: 4096, Token: "tk", RequestID: -1},
		},
	},
	{
		command: SegmentRead{Segment: "s/t/0", Offset: 256, AtTail: true, EndOfSegment: false, Data: []byte("hi"), RequestID: request},
		frame:   "0000000a 0000001f 0005 732f742f30 0000000000000100 01 00 00000002 6869 0102030405060708",
		older: map[int]Command{
			8: SegmentRead{Segment: "s/t/0", Offset: 256, AtTail: true, EndOfSegment: false, Data: []byte("hi"), RequestID: -1},
		},
	},
	{
		command: GetStreamSegmentInfo{RequestID: request, Segment: "s/t/0", Token: "tk"},
		frame:   "0000000b 00000013 0102030405060708 0005 732f742f30 0002 746b",
	},
	{
		command: StreamSegmentInfo{RequestID: request, Segment: "s/t/0", Exists: true, IsSealed: false, IsDeleted: true, LastModified: 1, WriteOffset: 2, StartOffset: 3},
		frame:   "0000000c 0000002a 0102030405060708 0005 732f742f30 01 00 01 0000000000000001 0000000000000002 0000000000000003",
		older: map[int]Command{
			8: StreamSegmentInfo{RequestID: request, Segment: "s/t/0", Exists: true, IsSealed: false, IsDeleted: true, LastModified: 1, WriteOffset: 2, StartOffset: 0},
		},
	},
	{
		command: CreateSegment{RequestID: request, Segment: "s/t/0", TargetRate: 100, ScaleType: 2, Token: "tk", RolloverSizeBytes: 65536},
		frame:   "00000014 00000020 0102030405060708 0005 732f742f30 00000064 02 0002 746b 0000000000010000",
		older: map[int]Command{
			8: CreateSegment{RequestID: request, Segment: "s/t/0", TargetRate: 100, ScaleType: 2, Token: "tk", RolloverSizeBytes: 0},
		},
	},
	{
		command: SegmentCreated{RequestID: request, Segment: "s/t/0"},
		frame:   "00000015 0000000f 0102030405060708 0005 732f742f30",
	},
	{
		command: SealSegment{RequestID: request, Segment: "s/t/0", Token: "tk"},
		frame:   "0000001c 00000013 0102030405060708 0005 732f742f30 0002 746b",
	},
	{
		command: SegmentSealed{RequestID: request, Segment: "s/t/0"},
		frame:   "0000001d 0000000f 0102030405060708 0005 732f742f30",
	},
	{
		command: DeleteSegment{RequestID: request, Segment: "s/t/0", Token: "tk"},
		frame:   "0000001e 00000013 0102030405060708 0005 732f742f30 0002 746b",
	},
	{
		command: SegmentDeleted{RequestID: request, Segment: "s/t/0"},
		frame:   "0000001f 0000000f 0102030405060708 0005 732f742f30",
	},
	{
		command: GetSegmentAttribute{RequestID: request, Segment: "s/t/0", AttributeID: mark, Token: "tk"},
		frame:   "00000022 00000023 0102030405060708 0005 732f742f30 7df9a874246cc9d69397cdd19ead68c5 0002 746b",
	},
	{
		command: SegmentAttribute{RequestID: request, Value: NullAttribute},
		frame:   "00000023 00000010 0102030405060708 8000000000000000",
	},
	{
		command: UpdateSegmentAttribute{RequestID: request, Segment: "s/t/0", AttributeID: mark, NewValue: 9, ExpectedValue: NullAttribute, Token: "tk"},
		frame:   "00000024 00000033 0102030405060708 0005 732f742f30 7df9a874246cc9d69397cdd19ead68c5 0000000000000009 8000000000000000 0002 746b",
	},
	{
		command: SegmentAttributeUpdated{RequestID: request, Success: true},
		frame:   "00000025 00000009 0102030405060708 01",
	},
	{
		command: TruncateSegment{RequestID: request, Segment: "s/t/0", TruncationOffset: 512, Token: "tk"},
		frame:   "00000026 0000001b 0102030405060708 0005 732f742f30 0000000000000200 0002 746b",
	},
	{
		command: SegmentTruncated{RequestID: request, Segment: "s/t/0"},
		frame:   "00000027 0000000f 0102030405060708 0005 732f742f30",
	},
	{
		command: CreateTransientSegment{RequestID: request, WriterID: writer, ParentSegment: "s/t/0", Token: "tk"},
		frame:   "00000028 00000023 0102030405060708 00112233445566778899aabbccddeeff 0005 732f742f30 0002 746b",
	},
	{
		command: WrongHost{RequestID: request, Segment: "s/t/0", CorrectHost: "h", StackTrace: "at X"},
		frame:   "00000032 00000018 0102030405060708 0005 732f742f30 0001 68 0004 61742058",
		older: map[int]Command{
			6: WrongHost{RequestID: request, Segment: "s/t/0", CorrectHost: "h"},
		},
	},
	{
		command: SegmentIsSealed{RequestID: request, Segment: "s/t/0", StackTrace: "at X", Offset: 6},
		frame:   "00000033 0000001d 0102030405060708 0005 732f742f30 0004 61742058 0000000000000006",
		older: map[int]Command{
			8:  SegmentIsSealed{RequestID: request, Segment: "s/t/0", StackTrace: "at X", Offset: -1},
			14: SegmentIsSealed{RequestID: request, Segment: "s/t/0", Offset: -1},
		},
	},
	{
		command: SegmentAlreadyExists{RequestID: request, Segment: "s/t/0", StackTrace: "at X"},
		frame:   "00000034 00000015 0102030405060708 0005 732f742f30 0004 61742058",
		older: map[int]Command{
			6: SegmentAlreadyExists{RequestID: request, Segment: "s/t/0"},
		},
	},
	{
		command: NoSuchSegment{RequestID: request, Segment: "s/t/0", StackTrace: "at X", Offset: 6},
		frame:   "00000035 0000001d 0102030405060708 0005 732f742f30 0004 61742058 0000000000000006",
		older: map[int]Command{
			8:  NoSuchSegment{RequestID: request, Segment: "s/t/0", StackTrace: "at X", Offset: -1},
			14: NoSuchSegment{RequestID: request, Segment: "s/t/0", Offset: -1},
		},
	},
	{
		command: InvalidEventNumber{WriterID: writer, RequestID: request, StackTrace: "at X", EventNumber: 6},
		frame:   "00000037 00000026 00112233445566778899aabbccddeeff 0102030405060708 0004 61742058 0000000000000006",
		older: map[int]Command{
			8:  InvalidEventNumber{WriterID: writer, RequestID: request, StackTrace: "at X", EventNumber: -1},
			14: InvalidEventNumber{WriterID: writer, RequestID: request, EventNumber: -1},
		},
	},
	{
		command: SegmentIsTruncated{RequestID: request, Segment: "s/t/0", StartOffset: 512, StackTrace: "at X", Offset: 6},
		frame:   "00000038 00000025 0102030405060708 0005 732f742f30 0000000000000200 0004 61742058 0000000000000006",
		older: map[int]Command{
			8:  SegmentIsTruncated{RequestID: request, Segment: "s/t/0", StartOffset: 512, StackTrace: "at X", Offset: -1},
			14: SegmentIsTruncated{RequestID: request, Segment: "s/t/0", StartOffset: 512, Offset: -1},
		},
	},
	{
		command: OperationUnsupported{RequestID: request, OperationName: "op", StackTrace: "at X"},
		frame:   "00000039 00000012 0102030405060708 0002 6f70 0004 61742058",
		older: map[int]Command{
			6: OperationUnsupported{RequestID: request, OperationName: "op"},
		},
	},
	{
		command: MergeSegments{RequestID: request, Target: "s/t/0", Source: "x", Token: "tk", AttributeUpdates: []AttributeUpdate{{writer, AttributeReplaceIfEquals, 4, 3}, {mark, AttributeReplace, 5, NullAttribute}}},
		frame:   "0000003a 0000005c 0102030405060708 0005 732f742f30 0001 78 0002 746b 00000002 00112233445566778899aabbccddeeff 04 0000000000000004 0000000000000003 7df9a874246cc9d69397cdd19ead68c5 01 0000000000000005 8000000000000000",
		older: map[int]Command{
			70: MergeSegments{RequestID: request, Target: "s/t/0", Source: "x", Token: "tk"},
		},
	},
	{
		command: SegmentsMerged{RequestID: request, Target: "s/t/0", Source: "x", NewTargetWriteOffset: 99},
		frame:   "0000003b 0000001a 0102030405060708 0005 732f742f30 0001 78 0000000000000063",
		older: map[int]Command{
			8: SegmentsMerged{RequestID: request, Target: "s/t/0", Source: "x", NewTargetWriteOffset: -1},
		},
	},
	{
		command: AuthTokenCheckFailed{RequestID: request, StackTrace: "at X", ErrorCode: TokenExpired},
		frame:   "0000003c 00000012 0102030405060708 0004 61742058 00000001",
		older: map[int]Command{
			4:  AuthTokenCheckFailed{RequestID: request, StackTrace: "at X", ErrorCode: TokenUnspecified},
			10: AuthTokenCheckFailed{RequestID: request, ErrorCode: TokenUnspecified},
		},
	},
	{
		command: ErrorMessage{RequestID: request, Segment: "s/t/0", Message: "no", ErrorCode: -1},
		frame:   "0000003d 00000017 0102030405060708 0005 732f742f30 0002 6e6f ffffffff",
	},
	{
		command: ConditionalBlockEnd{WriterID: writer, EventNumber: 3, ExpectedOffset: 258, Data: []byte("hi"), RequestID: request},
		frame:   "00000059 0000002e 00112233445566778899aabbccddeeff 0000000000000003 0000000000000102 00000002 6869 0102030405060708",
	},
	{
		command: MergeSegmentsBatch{RequestID: request, Target: "s/t/0", Sources: []string{"x", "yz"}, Token: "tk"},
		frame:   "0000005a 0000001e 0102030405060708 0005 732f742f30 00000002 0001 78 0002 797a 0002 746b",
	},
	{
		command: SegmentsBatchMerged{RequestID: request, Target: "s/t/0", Sources: []MergedSource{{"x", 10}, {"yz", 20}}},
		frame:   "0000005b 0000002a 0102030405060708 0005 732f742f30 00000002 0001 78 000000000000000a 0002 797a 0000000000000014",
	},
	{
		command: KeepAlive{},
		frame:   "00000064 00000000",
	},
}
