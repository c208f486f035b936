package client

// AtCheckpoint is the error with which Next tells a reader that asked for
// checkpoints (ReaderConfig.Checkpoints) that it has come to one. It does so when
// no slice is out, and while one is, hands out no other: give back what is out.
// The next call of Next says that the application is done with the checkpoint,
// for example has stored what it made of the events before it. Then the group
// notes what was given back as the reader's place in the checkpoint.
type AtCheckpoint struct {
	// Name is what the checkpoint's initiator called it; that of an automatic
	// one is random.
	Name string
}

// Error makes it an error.
func (e *AtCheckpoint) Error() string { return "at checkpoint " + e.Name }
