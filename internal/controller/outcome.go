package controller

import (
	"fmt"

	"github.com/pravega/pravega-client-go/internal/fault"
)

// outcomes says what the statuses inside of a method's replies mean. The zero
// outcome is success, and so is status 0 if it is not listed.
type outcomes map[int32]outcome

type outcome struct {
	code   fault.Code
	detail string
}

// failed is the status that most methods have for what they do not explain.
var failed = outcome{fault.ServerError, "it gives no reason"}

// of is the error of a status, nil if it is success.
func (o outcomes) of(r *request, status int32) error {
	known, listed := o[status]
	if !listed && status != 0 {
		known = outcome{fault.Protocol, fmt.Sprintf("it answers with the unknown status %d", status)}
	}
	if known.code == 0 {
		return nil
	}
	if known.code == fault.ServerError || known.code == fault.Protocol {
		known.detail = r.located + ": " + known.detail
	}
	err := fault.New(known.code, r.op, r.subject, "%s", known.detail)
	err.Stored = r.changes && r.uncertain
	return err
}
