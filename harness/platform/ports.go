package platform

import (
	"context"
	"fmt"
	"net"
	"strconv"

	"sigs.k8s.io/kind/pkg/apis/config/v1alpha4"

	"assay.dev/assay/harness/runs/run"
)

// Ports are those of the ingress controller for HTTP and HTTPS.
type Ports struct {
	HTTP  int32 `json:"http"`
	HTTPS int32 `json:"https"`
}

// nodePorts are the ports on the nodes (deploy/values), and on this machine's
// loopback those of a platform that has the default name.
var nodePorts = Ports{HTTP: 30080, HTTPS: 30443}

// choosePorts returns the ports of this machine at which a new cluster's ingress
// answers: known ones for the platform of the default name, free ones for others.
func (p *Platform) choosePorts(ctx context.Context) (Ports, error) {
	if p.name == DefaultName {
		return nodePorts, nil
	}
	var chosen Ports
	for _, port := range []*int32{&chosen.HTTP, &chosen.HTTPS} {
		// Both stay taken until both are chosen, so that they differ.
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
		if err != nil {
			return Ports{}, advise(fmt.Errorf("find a free port for the ingress: %w", err), "`ss -s` shows how many are in use")
		}
		defer func() { _ = listener.Close() }()
		*port = int32(listener.Addr().(*net.TCPAddr).Port)
	}
	return chosen, nil
}

// mappings lead from the ports to those on the nodes. No ports have none: a load
// balancer is before the nodes then.
func (p Ports) mappings() []v1alpha4.PortMapping {
	if p == (Ports{}) {
		return nil
	}
	return []v1alpha4.PortMapping{
		{ContainerPort: nodePorts.HTTP, HostPort: p.HTTP, ListenAddress: "127.0.0.1"},
		{ContainerPort: nodePorts.HTTPS, HostPort: p.HTTPS, ListenAddress: "127.0.0.1"},
	}
}

// free returns an error that names the first port that something listens at.
func (p Ports) free(ctx context.Context) error {
	for _, port := range []int32{p.HTTP, p.HTTPS} {
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", loopback(port))
		if err != nil {
			return advise(fmt.Errorf("port %d of this machine is taken, the ingress needs it (%w)", port, err),
				"stop what listens there (`ss -ltnp 'sport = :%d'` names it), or `export %s=NAME` for another platform", port, NameEnv)
		}
		_ = listener.Close()
	}
	return nil
}

// ingress is where the ingress of a platform in this state answers.
func (s *State) ingress() run.Endpoint {
	return run.Endpoint{HTTP: loopback(s.IngressPorts.HTTP), HTTPS: loopback(s.IngressPorts.HTTPS)}
}

func loopback(port int32) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(int(port))) }
