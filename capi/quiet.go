package main

import (
	"io"

	"google.golang.org/grpc/grpclog"
)

// gRPC writes its errors to standard error unless told otherwise. Nobody but this
// library uses this copy of it, and the library prints nothing uninvited.
func init() { grpclog.SetLoggerV2(grpclog.NewLoggerV2(io.Discard, io.Discard, io.Discard)) }
