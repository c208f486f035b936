package txn

import "time"

// Config sets the limits of a transactional writer and of each of its transactions.
type Config struct {
	Lease       time.Duration // how long a transaction lives without a sign of life
	Keep        bool          // Close leaves open transactions to others
	Name        string        // of the writer in the stream's event time
	WindowBytes int           // of one transaction, that are not acknowledged
	BlockBytes  int           // of one append, unless one event is larger
	MaxOutage   time.Duration // how long nothing may be stored before a transaction's writes fail; 0: for ever
}
