package harness

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/types/known/emptypb"
)

// awaitReady returns when the server has taken a stream through its life:
// created, sealed and deleted. An open port says little: the controller listens
// seconds before it works, creating a stream needs the segment store, and
// sealing and deleting need the controller's own streams. Where the stream's
// segment is tells whether this is our server at all: when another one has our
// port, it would answer just as well.
func (s *Server) awaitReady(ctx context.Context) error {
	conn, err := s.dial()
	if err != nil {
		return err
	}
	defer conn.Close()
	if s.user != "" {
		basic := base64.StdEncoding.EncodeToString([]byte(s.user + ":" + s.password))
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Basic "+basic)
	}

	name := "ready-" + strings.ToLower(rand.Text())
	scope := appendField(nil, 1, name)
	stream := appendField(appendField(nil, 1, name), 2, name)
	oneSegment := protowire.AppendVarint(protowire.AppendTag(nil, 4, protowire.VarintType), 1)
	config := appendField(appendField(nil, 1, stream), 2, oneSegment)
	segment := appendField(nil, 1, stream)
	for _, step := range []struct {
		method  string
		request []byte
		field   protowire.Number // of the answer that matters
		good    []uint64         // status 0, or the one that says an earlier try did it, although it got no answer
	}{
		{"createScope", scope, 1, []uint64{0, 2}},
		{"createStream", config, 1, []uint64{0, 2}},
		{"getURI", segment, 2, []uint64{uint64(s.published())}},
		{"sealStream", stream, 1, []uint64{0, 4}},
		{"deleteStream", stream, 1, []uint64{0, 2}},
		{"deleteScope", scope, 1, []uint64{0, 2}},
	} {
		for {
			got, err := call(ctx, conn, step.method, step.request, step.field)
			if err == nil && slices.Contains(step.good, got) {
				break
			}
			if err == nil && step.method == "getURI" {
				return fmt.Errorf("%w: the server at %s is another one", errPortTaken, s.uri)
			}
			if err == nil {
				err = fmt.Errorf("status %d", got)
			}
			if failure := s.startFailure(); failure != nil {
				return failure
			}
			if pause(ctx, 100*time.Millisecond) != nil {
				return fmt.Errorf("the server is not ready: %s: %w\n%s", step.method, err, s.logTails())
			}
		}
	}
	return nil
}

// dial makes a connection to the controller. Its calls are spelled out in this
// file because the client is what the server is to judge.
func (s *Server) dial() (*grpc.ClientConn, error) {
	security := insecure.NewCredentials()
	if s.caFile != "" {
		var err error
		if security, err = credentials.NewClientTLSFromFile(s.caFile, ""); err != nil {
			return nil, err
		}
	}
	_, address, _ := strings.Cut(s.uri, "://")
	return grpc.NewClient("dns:///"+address, grpc.WithTransportCredentials(security), grpc.WithNoProxy())
}

// call makes one call of the controller and returns a number of its answer. The
// empty message carries any other as its unknown fields.
func call(ctx context.Context, conn *grpc.ClientConn, method string, request []byte, field protowire.Number) (value uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var in, out emptypb.Empty
	in.ProtoReflect().SetUnknown(request)
	if err := conn.Invoke(ctx, "/io.pravega.controller.stream.api.grpc.v1.ControllerService/"+method, &in, &out); err != nil {
		return 0, err
	}
	for rest := []byte(out.ProtoReflect().GetUnknown()); len(rest) > 0; {
		number, kind, n := protowire.ConsumeField(rest)
		if n < 0 {
			return 0, protowire.ParseError(n)
		}
		if number == field && kind == protowire.VarintType {
			_, _, tag := protowire.ConsumeTag(rest)
			value, _ = protowire.ConsumeVarint(rest[tag:])
		}
		rest = rest[n:]
	}
	return value, nil
}

// appendField appends a field that holds text or a message.
func appendField[T string | []byte](b []byte, field protowire.Number, content T) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), []byte(content))
}

// startFailure tells why the server will never be ready, and nil while it may.
// A server whose port is taken does not end.
func (s *Server) startFailure() error {
	for _, p := range s.processes {
		if text, _ := os.ReadFile(p.log); strings.Contains(string(text), "Address already in use") {
			return fmt.Errorf("%w: see %s", errPortTaken, p.log)
		}
	}
	return s.ended()
}

// logTails is the end of each log, for a message.
func (s *Server) logTails() string {
	var b strings.Builder
	for _, p := range s.processes {
		text, _ := os.ReadFile(p.log)
		fmt.Fprintf(&b, "--- %s\n%s\n", p.log, text[max(0, len(text)-2000):])
	}
	return b.String()
}
