package platform

import (
	"context"
	"fmt"
	"net"
	"os"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"assay.dev/assay/harness/kube"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// Preflight is what of a platform can be judged from here.
type Preflight struct {
	Server  string       `json:"server"`
	Profile spec.Profile `json:"profile"`
	// Versions are those of what runs, with what was tested.
	Versions []Tested `json:"versions"`
	// Capabilities are what checks need that a cluster of somebody else may lack.
	Capabilities []Has `json:"capabilities"`
}

// Has says whether a cluster has a capability.
type Has struct {
	Capability spec.Capability `json:"capability"`
	OK         bool            `json:"ok"`
	// Reason is why it has not.
	Reason string `json:"reason,omitempty"`
	// Skipped are the checks of the profile that are skipped without it.
	Skipped []string `json:"skipped,omitempty"`
}

// Preflight finds out what of the platform can be judged from here. It changes nothing.
func (p *Platform) Preflight(ctx context.Context, cluster *kube.Cluster) (*Preflight, error) {
	profile, err := p.Profile()
	if err != nil {
		return nil, err
	}
	versions, _, err := running(ctx, cluster.Clients)
	if err != nil {
		return nil, err
	}
	adopted, err := p.Adoption()
	if err != nil {
		return nil, err
	}
	if adopted == nil {
		adopted = &Adopted{}
		if adopted.Ingress, err = p.IngressEndpoint(ctx, cluster); err != nil {
			return nil, err
		}
	}
	found := &Preflight{Server: cluster.Config.Host, Profile: profile, Versions: compare(versions)}
	_, unsupported := p.capabilities(ctx, adopted, cluster)
	for _, capability := range []spec.Capability{spec.IngressAddress, spec.KafkaAccess, spec.HelmHistory} {
		reason, missing := unsupported[capability]
		found.Capabilities = append(found.Capabilities, Has{Capability: capability, OK: !missing, Reason: reason})
	}
	return found, nil
}

// adoptedCluster is the adoption of the cluster with this UID, nil for none.
func (p *Platform) adoptedCluster(uid string) (*Adopted, error) {
	adopted, err := p.Adoption()
	if adopted == nil || os.Getenv(KubeconfigEnv) != "" || string(adopted.ClusterUID) != uid {
		return nil, err
	}
	return adopted, err
}

// capabilities finds out what of a cluster of somebody else can be judged from here: where
// its ingress is reached, and what is missing, with the reason.
func (p *Platform) capabilities(ctx context.Context, adopted *Adopted, cluster *kube.Cluster) (run.Endpoint, map[spec.Capability]string) {
	ingress, unsupported := adopted.Ingress, map[spec.Capability]string{}
	if ingress == (run.Endpoint{}) {
		ingress = p.Ingress
	}
	if ingress == (run.Endpoint{}) {
		var err error
		if ingress, err = p.balanced(ctx, cluster); err != nil {
			unsupported[spec.IngressAddress] = err.Error()
		}
	}
	if _, missing := unsupported[spec.IngressAddress]; !missing {
		if err := reached(ctx, ingress.HTTPS, p.Spec.Timeouts); err != nil {
			unsupported[spec.IngressAddress] = err.Error()
		}
	}
	if err := p.brokersAnswer(ctx, cluster); err != nil {
		unsupported[spec.KafkaAccess] = err.Error()
	}
	if err := helmRemembers(ctx, cluster, p.Spec.OwnNamespaces()); err != nil {
		unsupported[spec.HelmHistory] = err.Error()
	}
	return ingress, unsupported
}

// reached is an error unless somebody takes a connection at an address.
func reached(ctx context.Context, address string, timeouts spec.Timeouts) error {
	dialer := net.Dialer{Timeout: timeouts.HTTPRequest.Duration}
	connection, err := dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("the ingress is not reached from here: %w", err)
	}
	return connection.Close()
}

// brokersAnswer is an error unless the first broker takes a connection through the API
// server.
func (p *Platform) brokersAnswer(ctx context.Context, cluster *kube.Cluster) error {
	ctx, cancel := context.WithTimeout(ctx, p.Spec.Timeouts.PortForward.Duration)
	defer cancel()
	address := p.Spec.Kafka.Bootstrap
	connection, err := cluster.Dialer.DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("kafka is not reached at %s: %w", address, err)
	}
	return connection.Close()
}

// helmRemembers is an error unless Helm has kept what it installed in some namespace of the
// platform.
func helmRemembers(ctx context.Context, cluster *kube.Cluster, namespaces []string) error {
	for _, namespace := range namespaces {
		var releases corev1.SecretList
		if err := cluster.List(ctx, &releases, client.InNamespace(namespace), client.MatchingLabels{"owner": "helm"}, client.Limit(1)); err != nil {
			return fmt.Errorf("look for releases of Helm in %s: %w", namespace, err)
		}
		if len(releases.Items) > 0 {
			return nil
		}
	}
	return fmt.Errorf("no namespace of the platform has a release of Helm: what was installed, and what is there besides, cannot be told apart")
}
