package platform_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/IBM/sarama"
	. "github.com/onsi/ginkgo/v2"
	. "github.com/onsi/gomega"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/spec"
)

// securedUser is who connects to the secured broker, and securedTopic what it reads there.
const securedUser, securedTopic = "assay", "events"

// startSecured formats a log directory and becomes a broker that is its own controller
// (KRaft, KIP-500).
const startSecured = `set -eu
(exec java -cp '/opt/kafka/libs/*' kafka.tools.StorageTool format -t AAAAAAAAAAAAAAAAAAAAAA -c /etc/broker/server.properties)
exec java -Xmx256m -cp '/opt/kafka/libs/*' kafka.Kafka /etc/broker/server.properties`

var _ = suite.Checks(func() {
	Describe("Kafka without ZooKeeper, with TLS and SCRAM-SHA-512", func() {
		It("is read by the observers with what its Secrets hold, and refuses another password", func(ctx SpecContext) {
			namespace := probeNamespace(ctx, nil)
			kafka := startSecuredBroker(ctx, namespace)
			brokers, err := cluster.Brokers(ctx, kafka, timeouts.APIRequest.Duration)
			Expect(err).NotTo(HaveOccurred())
			connection, admin, err := brokers.Client()
			Expect(err).NotTo(HaveOccurred())
			DeferCleanup(admin.Close)
			Expect(admin.CreateTopic(securedTopic, &sarama.TopicDetail{NumPartitions: 3, ReplicationFactor: 1}, false)).To(Succeed())

			seen := recordPublished(ctx, brokers, connection, 30)
			Expect(seen).To(HaveLen(30))

			wrong := brokers
			wrong.Password = "guess"
			_, _, err = wrong.Client()
			Expect(err).To(MatchError(sarama.ErrOutOfBrokers))
			open := brokers
			open.TLS = nil
			_, _, err = open.Client()
			Expect(err).To(HaveOccurred())
		}, SpecTimeout(timeouts.NamespaceDeleted.Duration))
	})
})

// recordPublished publishes n different records and returns what the observer of records
// wrote into the history, each with how often.
func recordPublished(ctx SpecContext, brokers kube.Brokers, connection sarama.Client, n int) map[string]int {
	GinkgoHelper()
	dir := GinkgoT().TempDir()
	log, err := observe.Start(dir, "secured", "published", 1)
	Expect(err).NotTo(HaveOccurred())
	records, err := observe.WatchRecords(ctx, log, observe.RecordsOptions{Brokers: brokers, Topics: []string{securedTopic}, WithPayload: true})
	Expect(err).NotTo(HaveOccurred())
	stop := sync.OnceValue(func() error { return records.Stop(ctx) })
	DeferCleanup(stop)

	producer, err := sarama.NewSyncProducerFromClient(connection)
	Expect(err).NotTo(HaveOccurred())
	for i := range n {
		_, _, err := producer.SendMessage(&sarama.ProducerMessage{
			Topic: securedTopic, Key: sarama.StringEncoder(fmt.Sprint(i)), Value: sarama.StringEncoder(fmt.Sprintf(`{"id":"%d"}`, i)),
		})
		Expect(err).NotTo(HaveOccurred())
	}
	Eventually(records.Captures).WithContext(ctx).WithTimeout(timeouts.Drain.Duration).Should(HaveLen(n))
	Expect(errors.Join(stop(), log.Close())).To(Succeed())
	seen := map[string]int{}
	_, damage, err := history.Read(dir, func(record *history.Record) error {
		seen[record.ID]++
		return nil
	})
	Expect(err).NotTo(HaveOccurred())
	Expect(damage).To(BeEmpty())
	return seen
}

// startSecuredBroker starts a broker in a namespace of its own and returns it as a
// specification describes it.
func startSecuredBroker(ctx SpecContext, namespace string) spec.Kafka {
	GinkgoHelper()
	var judged corev1.PodList
	Expect(cluster.List(ctx, &judged, client.InNamespace(suite.Spec.Kafka.Namespace), client.MatchingLabels{"strimzi.io/name": suite.Spec.Kafka.Name + "-kafka"})).To(Succeed())
	Expect(judged.Items).NotTo(BeEmpty(), "a broker whose image is used")
	host := fmt.Sprintf("broker.%s.svc", namespace)
	authority, key := selfSigned(host)
	password := rand.Text()
	kafka := spec.Kafka{
		Name: "broker", Namespace: namespace, Version: suite.Spec.Kafka.Version, Bootstrap: host + ":9092",
		Listener: spec.Listener{TLS: true, Authentication: spec.ScramSHA512, User: securedUser},
	}
	for _, object := range []client.Object{
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: kafka.CA().Secret}, Data: map[string][]byte{kafka.CA().Key: authority}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: kafka.Password().Secret}, Data: map[string][]byte{kafka.Password().Key: []byte(password)}},
		&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "broker"}, StringData: map[string]string{
			"broker.pem": string(key) + string(authority), "server.properties": securedProperties(host),
		}},
		&corev1.Service{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "broker"}, Spec: corev1.ServiceSpec{
			Selector: map[string]string{"app": "broker"}, Ports: []corev1.ServicePort{{Name: "clients", Port: 9092}, {Name: "internal", Port: 9094}},
		}},
	} {
		Expect(cluster.Create(ctx, object)).To(Succeed())
	}
	pod := probePod(namespace, "broker")
	pod.Spec.ImagePullSecrets = judged.Items[0].Spec.ImagePullSecrets
	pod.Spec.Volumes = []corev1.Volume{{Name: "broker", VolumeSource: corev1.VolumeSource{Secret: &corev1.SecretVolumeSource{SecretName: "broker"}}}}
	container := &pod.Spec.Containers[0]
	container.Image, container.Command = judged.Items[0].Spec.Containers[0].Image, []string{"bash", "-c", startSecured}
	container.VolumeMounts = []corev1.VolumeMount{{Name: "broker", MountPath: "/etc/broker", ReadOnly: true}}
	container.ReadinessProbe = &corev1.Probe{PeriodSeconds: 1, FailureThreshold: 60, ProbeHandler: corev1.ProbeHandler{
		Exec: &corev1.ExecAction{Command: []string{"bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/9092"}},
	}}
	Expect(cluster.Create(ctx, pod)).To(Succeed())
	Expect(cluster.AwaitPodReady(ctx, pod, timeouts.KafkaReady.Duration)).To(Succeed())
	makeScramUser(host+":9094", password)
	return kafka
}

// makeScramUser gives the broker the user that the secured listener knows, over the
// listener that wants nothing (KIP-554).
func makeScramUser(address, password string) {
	GinkgoHelper()
	_, admin, err := kube.Brokers{Addresses: []string{address}, Dialer: cluster.Dialer}.Client()
	Expect(err).NotTo(HaveOccurred())
	defer func() { Expect(admin.Close()).To(Succeed()) }()
	results, err := admin.UpsertUserScramCredentials([]sarama.AlterUserScramCredentialsUpsert{{
		Name: securedUser, Mechanism: sarama.SCRAM_MECHANISM_SHA_512, Iterations: 4096, Salt: []byte(rand.Text()), Password: []byte(password),
	}})
	Expect(err).NotTo(HaveOccurred())
	Expect(results).To(HaveEach(HaveField("ErrorCode", sarama.ErrNoError)))
}

// securedProperties configures a broker that is its own controller: the listener of its
// clients wants TLS and SCRAM-SHA-512.
func securedProperties(host string) string {
	return fmt.Sprintf(`process.roles=broker,controller
node.id=0
controller.quorum.voters=0@localhost:9093
controller.listener.names=CONTROLLER
listeners=CLIENTS://:9092,CONTROLLER://localhost:9093,INTERNAL://:9094
advertised.listeners=CLIENTS://%[1]s:9092,INTERNAL://%[1]s:9094
listener.security.protocol.map=CLIENTS:SASL_SSL,CONTROLLER:PLAINTEXT,INTERNAL:PLAINTEXT
inter.broker.listener.name=INTERNAL
sasl.enabled.mechanisms=SCRAM-SHA-512
listener.name.clients.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule required;
ssl.keystore.type=PEM
ssl.keystore.location=/etc/broker/broker.pem
offsets.topic.replication.factor=1
log.dirs=/tmp/log
`, host)
}

// selfSigned is a certificate for a host, which is its own authority, and its key, in PEM.
func selfSigned(host string) (certificate, key []byte) {
	GinkgoHelper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	Expect(err).NotTo(HaveOccurred())
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host}, NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{host}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	Expect(err).NotTo(HaveOccurred())
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	Expect(err).NotTo(HaveOccurred())
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8})
}
