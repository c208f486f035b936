package wire

import "encoding/binary"

// A writer builds an AppendBlockEnd in place, around the events: it leaves
// BlockPrefix bytes free, appends events, fills the prefix in and appends the
// trailer. That is the same frame as AppendBlockEnd.Append makes, without the
// copy of the data.
const (
	// BlockPrefix is the header, the writer and the two sizes before the data.
	BlockPrefix = HeaderSize + 16 + 4 + 4
	// BlockTrailer is the count, the number and the request id after the data.
	BlockTrailer = 4 + 8 + 8
	// MaxBlockData is the most data that fits a frame.
	MaxBlockData = MaxFrame - BlockPrefix - BlockTrailer
)

// PutBlockPrefix fills the first BlockPrefix bytes of b, the start of a frame
// whose next dataLen bytes are whole events, at most MaxBlockData.
func PutBlockPrefix(b []byte, writer UUID, dataLen int) {
	b = b[:BlockPrefix]
	binary.BigEndian.PutUint32(b[0:], uint32(TypeAppendBlockEnd))
	binary.BigEndian.PutUint32(b[4:], uint32(BlockPrefix-HeaderSize+dataLen+BlockTrailer))
	copy(b[8:], writer[:])
	binary.BigEndian.PutUint32(b[24:], uint32(dataLen)) // SizeOfWholeEvents
	binary.BigEndian.PutUint32(b[28:], uint32(dataLen)) // the length of Data
}

// AppendBlockTrailer appends what stands after the data: how many events there
// are, at least 1, the number of the last of them, and the id by which the
// server answers.
func AppendBlockTrailer(b []byte, events int32, lastNumber, requestID int64) []byte {
	b = binary.BigEndian.AppendUint32(b, uint32(events))
	b = binary.BigEndian.AppendUint64(b, uint64(lastNumber))
	return binary.BigEndian.AppendUint64(b, uint64(requestID))
}
