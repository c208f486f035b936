package clustertest

import (
	"maps"

	pb "github.com/pravega/pravega-client-go/internal/controller/controllerpb"
)

// Mark is a time that a writer noted, and where.
type Mark struct {
	Writer   string
	Time     int64
	Position map[int64]int64 // offsets by segments
}

// Marks are the times that writers noted last, of those that have not left.
func (c *Cluster) Marks() []Mark {
	c.mu.Lock()
	defer c.mu.Unlock()
	var marks []Mark
	for writer, m := range c.marks {
		m.Writer = writer
		marks = append(marks, m)
	}
	return marks
}

// noteTime refuses a time or a position that goes back. The lock is held.
func (c *Cluster) noteTime(in *pb.NoteTimeRequest) *pb.NoteTimeReply {
	last, ok := c.marks[in.GetWriter()]
	position := in.GetPosition().GetOffsets()
	if ok && in.GetTimestamp() < last.Time {
		return &pb.NoteTimeReply{Status: pb.NoteTimeReply_INVALID_TIME}
	}
	for id, offset := range position {
		if before, ok := last.Position[id]; ok && offset < before {
			return &pb.NoteTimeReply{Status: pb.NoteTimeReply_INVALID_POSITION}
		}
	}
	c.marks[in.GetWriter()] = Mark{Time: in.GetTimestamp(), Position: maps.Clone(position)}
	return &pb.NoteTimeReply{}
}
