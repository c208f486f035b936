package fault

import "errors"

// Deleted makes NoSuchStream of the error by which the controller says that of a stream
// which was deleted: that there is no such segment.
func Deleted(err error) error {
	var e *Error
	if !errors.As(err, &e) || e.Code != NoSuchSegment {
		return err
	}
	missing := *e
	missing.Code = NoSuchStream
	return &missing
}
