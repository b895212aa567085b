package kube

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/IBM/sarama"
	"github.com/xdg-go/scram"
	"golang.org/x/net/proxy"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/spec"
)

// How long clients wait for a broker where nothing else is said, and how long between
// two looks for one. A broker that restarts takes tens of seconds; neither is a bound of
// a wait.
const (
	brokerAnswer = 10 * time.Second
	BrokerRetry  = 500 * time.Millisecond
)

// Brokers is how clients reach the brokers of Kafka, and who they are to them.
type Brokers struct {
	Addresses []string
	// Dialer reaches the addresses, also those that brokers advertise; without one they
	// are reached directly.
	Dialer proxy.Dialer
	// Version is the oldest protocol that the brokers speak, 3.6.0 if it is zero.
	Version sarama.KafkaVersion
	// Timeout bounds each connection and each request, to 10 s if it is zero.
	Timeout time.Duration
	// TLS checks the brokers' certificates. Without it connections are not encrypted.
	TLS *tls.Config
	// User proves to know Password by SCRAM-SHA-512 (RFC 5802). Without a user there is
	// no authentication.
	User, Password string
}

// Brokers returns how the brokers of a specification are reached through the API
// server, under their cluster-internal names. The certificate and the password that the
// listener asks for are read from their Secrets.
func (c *Cluster) Brokers(ctx context.Context, kafka spec.Kafka, timeout time.Duration) (Brokers, error) {
	version, err := sarama.ParseKafkaVersion(kafka.Version)
	if err != nil {
		return Brokers{}, fmt.Errorf("connect to Kafka: %w", err)
	}
	b := Brokers{Addresses: []string{kafka.Bootstrap}, Dialer: c.Dialer, Version: version, Timeout: timeout}
	ctx, cancel := context.WithTimeout(ctx, brokerAnswer)
	defer cancel()
	if kafka.Listener.TLS {
		certificate, err := c.secret(ctx, kafka.Namespace, kafka.CA())
		if err != nil {
			return Brokers{}, fmt.Errorf("authority of the brokers' certificates: %w", err)
		}
		b.TLS = &tls.Config{RootCAs: x509.NewCertPool(), MinVersion: tls.VersionTLS12}
		if !b.TLS.RootCAs.AppendCertsFromPEM(certificate) {
			return Brokers{}, fmt.Errorf("authority of the brokers' certificates: %+v of namespace %s is no certificate in PEM", kafka.CA(), kafka.Namespace)
		}
	}
	if kafka.Listener.Authentication != "" {
		password, err := c.secret(ctx, kafka.Namespace, kafka.Password())
		if err != nil {
			return Brokers{}, fmt.Errorf("password of the Kafka user %s: %w", kafka.Listener.User, err)
		}
		b.User, b.Password = kafka.Listener.User, string(password)
	}
	return b, nil
}

// secret returns one entry of a Secret.
func (c *Cluster) secret(ctx context.Context, namespace string, at spec.SecretKey) ([]byte, error) {
	var secret corev1.Secret
	if err := c.Get(ctx, client.ObjectKey{Namespace: namespace, Name: at.Secret}, &secret); err != nil {
		return nil, err
	}
	value, ok := secret.Data[at.Key]
	if !ok || len(value) == 0 {
		return nil, fmt.Errorf("secret %s/%s has no entry %s", namespace, at.Secret, at.Key)
	}
	return value, nil
}

// Config is the configuration of a Kafka client: topics are never made by asking for
// them, records of transactions are read once they are committed, and a record counts as
// published when all replicas that are in sync have it.
func (b Brokers) Config() *sarama.Config {
	config := sarama.NewConfig()
	config.ClientID = ManagedBy
	config.Version = sarama.V3_6_0_0
	if b.Version.IsAtLeast(sarama.MinVersion) {
		config.Version = b.Version
	}
	timeout := b.Timeout
	if timeout == 0 {
		timeout = brokerAnswer
	}
	config.Net.DialTimeout, config.Net.ReadTimeout, config.Net.WriteTimeout = timeout, timeout, timeout
	config.Net.Proxy.Enable, config.Net.Proxy.Dialer = b.Dialer != nil, b.Dialer
	config.Net.TLS.Enable, config.Net.TLS.Config = b.TLS != nil, b.TLS
	if b.User != "" {
		config.Net.SASL.Enable, config.Net.SASL.Mechanism = true, sarama.SASLTypeSCRAMSHA512
		config.Net.SASL.User, config.Net.SASL.Password = b.User, b.Password
		config.Net.SASL.SCRAMClientGeneratorFunc = func() sarama.SCRAMClient { return &conversation{} }
	}
	config.Admin.Timeout = timeout
	config.Metadata.AllowAutoTopicCreation = false
	config.Metadata.Retry.Backoff = BrokerRetry
	config.Consumer.Retry.Backoff = BrokerRetry
	config.Consumer.IsolationLevel = sarama.ReadCommitted
	config.Producer.Return.Successes = true
	config.Producer.RequiredAcks = sarama.WaitForAll
	return config
}

// Client connects to the brokers, with a client for administration on the same
// connections: closing that one closes both.
func (b Brokers) Client() (sarama.Client, sarama.ClusterAdmin, error) {
	return b.ClientWith(b.Config())
}

// ClientWith is Client with another configuration.
func (b Brokers) ClientWith(config *sarama.Config) (sarama.Client, sarama.ClusterAdmin, error) {
	connection, err := sarama.NewClient(b.Addresses, config)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to Kafka: %w", err)
	}
	admin, err := sarama.NewClusterAdminFromClient(connection)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("connect to Kafka: %w", err), connection.Close())
	}
	return connection, admin, nil
}

// conversation is one authentication by SCRAM-SHA-512.
type conversation struct{ *scram.ClientConversation }

// Begin implements sarama.SCRAMClient.
func (c *conversation) Begin(user, password, authorization string) error {
	known, err := scram.SHA512.NewClient(user, password, authorization)
	if err != nil {
		return fmt.Errorf("authenticate by SCRAM-SHA-512: %w", err)
	}
	c.ClientConversation = known.NewConversation()
	return nil
}
