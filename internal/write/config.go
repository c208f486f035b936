package write

import "time"

// MaxEventSize is the largest event in bytes that one append stores.
const MaxEventSize = 8 << 20

// Config sets the limits of one writer.
type Config struct {
	ID               string        // empty for a writer that cannot be continued
	WindowBytes      int           // that are not acknowledged
	BlockBytes       int           // of one append, unless one event is larger
	LargeEventBytes  int           // the size of the largest event; 0: none above MaxEventSize
	TimeMarkInterval time.Duration // how often the wall clock is noted; 0: never
	MaxOutage        time.Duration // how long nothing may be stored before the writer fails; 0: for ever
}
