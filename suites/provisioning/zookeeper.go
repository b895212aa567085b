package provisioning

import (
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// zookeeperPorts are where a server answers plain requests inside its own pod:
// Strimzi's keeps a port for its probes beside the encrypted one for clients.
var zookeeperPorts = []int{12181, 2181}

var _ = p.Checks(func() {
	Describe("ZooKeeper", expect.Requires(spec.KafkaAccess), func() {
		p.It("kafka.zookeeper", expect.At(spec.Standard), func(ctx SpecContext) {
			servers := kafkaPods(ctx, "zookeeper")
			expect.Subject{What: "number of ZooKeeper servers", From: kubernetesAPI, Object: servers}.
				Is(len(servers), p.Spec.Kafka.ZooKeeper.Replicas)
			connect := kafka().brokerSetting("zookeeper.connect")
			expect.Subject{What: "zookeeper.connect", From: kafkaBroker}.
				AssertThat(strings.HasPrefix(connect, p.Spec.Kafka.Name+"-zookeeper-"), "the servers of "+p.Spec.Kafka.Name, connect)

			// A topic is metadata: once the broker has made one, the servers that
			// hold the metadata hold more nodes than before, two for each partition.
			// Topics of other checks come and go meanwhile: they are far smaller.
			const partitions = 20
			before := nodeCount(ctx, servers)
			enough := before + partitions
			name := "assay-zookeeper-" + p.Unique()
			DeferCleanup(func() error { return kafka().admin.DeleteTopic(name) })
			topic := expect.Subject{What: "creation of topic " + name, From: kafkaBroker}
			topic.NoError(kafka().admin.CreateTopic(name, &sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: int16(p.Spec.Kafka.Copies())}, false))
			after := before
			wait := kube.Poll{Every: timeouts.PollInterval.Duration, Within: timeouts.APIRequest.Duration}
			_ = wait.Until(ctx, func(context.Context) error { // what was seen last is judged below
				if after = nodeCount(ctx, servers); after < enough {
					return fmt.Errorf("still %d nodes", after)
				}
				return nil
			})
			expect.Subject{What: "nodes in ZooKeeper after a topic was created", From: "srvr of ZooKeeper"}.
				AssertThat(after >= enough, fmt.Sprintf("%d or more, %d before", enough, before), strconv.Itoa(after))
		}, brief)

		p.It("kafka.zookeeper-version", func(ctx SpecContext) {
			for _, pod := range kafkaPods(ctx, "zookeeper") {
				version, _, _ := strings.Cut(srvr(ctx, pod)["Zookeeper version"], "-")
				expect.Subject{What: "version of " + pod.Name, From: "srvr of ZooKeeper"}.Is(version, p.Spec.Kafka.ZooKeeper.Version)
			}
		}, brief)
	})
})

// nodeCount is the number of nodes that the first server holds.
func nodeCount(ctx context.Context, servers []corev1.Pod) int {
	GinkgoHelper()
	text := srvr(ctx, servers[0])["Node count"]
	count, err := strconv.Atoi(text)
	expect.Subject{What: "node count", From: "srvr of ZooKeeper"}.NoError(err)
	return count
}

// srvr asks a ZooKeeper server for its state.
func srvr(ctx context.Context, pod corev1.Pod) map[string]string {
	GinkgoHelper()
	subject := expect.Subject{What: "state of " + pod.Name, From: "srvr of ZooKeeper"}
	var answer string
	var err error
	for _, port := range zookeeperPorts {
		answer, err = fourLetters(ctx, fmt.Sprintf("%s.%s.pod:%d", pod.Name, pod.Namespace, port), "srvr")
		if err == nil && strings.HasPrefix(answer, "Zookeeper version") {
			break
		}
	}
	subject.NoError(err)
	state := map[string]string{}
	for line := range strings.Lines(answer) {
		if key, value, ok := strings.Cut(strings.TrimSpace(line), ": "); ok {
			state[key] = value
		}
	}
	if state["Zookeeper version"] == "" {
		subject.AssertThat(false, "the state of a server that serves", fmt.Sprintf("%q", answer))
	}
	return state
}

// fourLetters sends a four-letter word and returns the whole answer.
func fourLetters(ctx context.Context, address, word string) (string, error) {
	var connection net.Conn
	connection, err := p.Cluster.Dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return "", err
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(timeouts.HTTPRequest.Duration)); err != nil {
		return "", err
	}
	if _, err := io.WriteString(connection, word); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(connection)
	if len(answer) > 0 {
		return string(answer), nil // the server ends the connection after it
	}
	return "", err
}
