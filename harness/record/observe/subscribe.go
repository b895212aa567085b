package observe

import (
	"context"
	"fmt"
	"net"

	runtimev1 "github.com/dapr/dapr/pkg/proto/runtime/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// ContextDialer reaches sidecars. *kube.Dialer is one.
type ContextDialer interface {
	DialContext(ctx context.Context, network, address string) (net.Conn, error)
}

// TrySubscribe asks a sidecar, whose gRPC API is at address, for a streaming
// subscription to a topic, and ends it at once. The error is the sidecar's
// refusal, or of reaching it; nil says that the application may subscribe.
func TrySubscribe(ctx context.Context, dialer ContextDialer, address, pubsub, topic string) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	conn, err := grpc.NewClient("passthrough:///"+address,
		grpc.WithTransportCredentials(insecure.NewCredentials()), // a port-forward into the pod
		grpc.WithContextDialer(func(ctx context.Context, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, "tcp", address)
		}))
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	defer func() { _ = conn.Close() }()
	stream, err := runtimev1.NewDaprClient(conn).SubscribeTopicEventsAlpha1(ctx)
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	err = stream.Send(&runtimev1.SubscribeTopicEventsRequestAlpha1{
		SubscribeTopicEventsRequestType: &runtimev1.SubscribeTopicEventsRequestAlpha1_InitialRequest{
			InitialRequest: &runtimev1.SubscribeTopicEventsRequestInitialAlpha1{PubsubName: pubsub, Topic: topic},
		},
	})
	if err == nil {
		// The first answer says that the subscription has started.
		_, err = stream.Recv()
	}
	if err != nil {
		return fmt.Errorf("subscribe to %s: %w", topic, err)
	}
	return nil
}
