package controller

import (
	"context"
	"net"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/keepalive"

	"github.com/pravega/pravega-client-go/internal/fault"
	"github.com/pravega/pravega-client-go/internal/retry"
)

const (
	// maxReply bounds what a reply may hold: some 10^6 segments.
	maxReply = 64 << 20
	// pingInterval is what the controllers' gRPC server tolerates: it hangs up on
	// clients that ping more often than every five minutes. Death is noticed
	// earlier: by unacknowledged bytes, by TCP's keep-alive, and by the deadline of
	// an attempt.
	pingInterval = 6 * time.Minute
)

// channel is a set of connections to controllers.
type channel struct {
	conn  *grpc.ClientConn
	peers *peers
}

// open makes a channel to the controllers that find lists. It connects when it
// is used first.
func open(config *Config, find find) (*channel, error) {
	peers := newPeers()
	security := insecure.NewCredentials()
	if config.TLS != nil {
		security = credentials.NewTLS(config.TLS)
	}
	connect := config.Connect
	if connect == nil {
		dialer := net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
			Enable: true, Idle: config.KeepAliveTimeout, Interval: config.KeepAliveTimeout / 2, Count: 3,
		}}
		connect = dialer.DialContext
	}
	conn, err := grpc.NewClient("pravega:///controllers",
		grpc.WithResolvers(newDirectory(find, peers, config)),
		grpc.WithDefaultServiceConfig(`{"loadBalancingConfig":[{"round_robin":{}}]}`),
		grpc.WithTransportCredentials(greeting{security, peers, config.TLS == nil}),
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			conn, err := connect(ctx, "tcp", address)
			if err != nil {
				peers.missed(address, err)
			}
			return conn, err
		}),
		grpc.WithConnectParams(grpc.ConnectParams{
			Backoff: backoff.Config{
				BaseDelay: 5 * retry.Soon.First, Multiplier: 1.6, Jitter: 0.2, MaxDelay: retry.Soon.Last,
			},
			MinConnectTimeout: config.ConnectTimeout,
		}),
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: pingInterval, Timeout: config.KeepAliveTimeout}),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxReply)),
		grpc.WithStatsHandler(wayWatch{}),
		// Calls are tried again here, where it is known what may be.
		grpc.WithDisableRetry(),
		grpc.WithNoProxy(),
	)
	if err != nil {
		return nil, fault.Wrap(fault.InvalidArgument, "configure controller", "", err)
	}
	return &channel{conn, peers}, nil
}
