package harness

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
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
// sealing and deleting need the controller's own streams. The calls are
// spelled out here because the client is what the server is to judge.
func (s *Server) awaitReady(ctx context.Context) error {
	security := insecure.NewCredentials()
	if s.caFile != "" {
		var err error
		if security, err = credentials.NewClientTLSFromFile(s.caFile, "localhost"); err != nil {
			return err
		}
	}
	_, address, _ := strings.Cut(s.uri, "://")
	conn, err := grpc.NewClient("dns:///"+address, grpc.WithTransportCredentials(security), grpc.WithNoProxy())
	if err != nil {
		return err
	}
	defer conn.Close()
	if s.user != "" {
		basic := base64.StdEncoding.EncodeToString([]byte(s.user + ":" + s.password))
		ctx = metadata.AppendToOutgoingContext(ctx, "authorization", "Basic "+basic)
	}

	name := "ready-" + strings.ToLower(rand.Text())
	scope := textField(nil, 1, name)
	stream := textField(textField(nil, 1, name), 2, name)
	oneSegment := protowire.AppendVarint(protowire.AppendTag(nil, 4, protowire.VarintType), 1)
	config := protowire.AppendBytes(protowire.AppendTag(nil, 1, protowire.BytesType), stream)
	config = protowire.AppendBytes(protowire.AppendTag(config, 2, protowire.BytesType), oneSegment)
	for _, step := range []struct {
		method  string
		request []byte
		done    uint64 // the status that says an earlier try did it, although it got no answer
	}{
		{"createScope", scope, 2},
		{"createStream", config, 2},
		{"sealStream", stream, 4},
		{"deleteStream", stream, 2},
		{"deleteScope", scope, 2},
	} {
		for {
			status, err := call(ctx, conn, step.method, step.request)
			if err == nil && (status == 0 || status == step.done) {
				break
			}
			if err == nil {
				err = fmt.Errorf("status %d", status)
			}
			if gone := s.failed(); gone != nil {
				return gone
			}
			if pause(ctx, 100*time.Millisecond) != nil {
				return fmt.Errorf("the server is not ready: %s: %w\n%s", step.method, err, s.tail())
			}
		}
	}
	return nil
}

// call makes one call of the controller whose answer is a status in field 1.
// The empty message carries any other as its unknown fields.
func call(ctx context.Context, conn *grpc.ClientConn, method string, request []byte) (status uint64, err error) {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var in, out emptypb.Empty
	in.ProtoReflect().SetUnknown(request)
	if err := conn.Invoke(ctx, "/io.pravega.controller.stream.api.grpc.v1.ControllerService/"+method, &in, &out); err != nil {
		return 0, err
	}
	for rest := []byte(out.ProtoReflect().GetUnknown()); len(rest) > 0; {
		field, kind, n := protowire.ConsumeTag(rest)
		if n < 0 {
			return 0, protowire.ParseError(n)
		}
		rest = rest[n:]
		if field == 1 && kind == protowire.VarintType {
			status, _ = protowire.ConsumeVarint(rest)
		}
		if n = protowire.ConsumeFieldValue(field, kind, rest); n < 0 {
			return 0, protowire.ParseError(n)
		}
		rest = rest[n:]
	}
	return status, nil
}

// textField appends a field that holds text.
func textField(b []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), text)
}
