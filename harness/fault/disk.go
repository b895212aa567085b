package fault

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/spec"
)

// ownVolume is a broker's volume that can be filled without filling its node.
const ownVolume spec.Capability = "volume"

// filler is the file that takes the rest of the broker's disk.
const filler = ".assay-filler"

// diskFull fills the brokers' volumes.
type diskFull struct {
	base
	target  target
	brokers []corev1.Pod
}

func brokerDiskFull(lab *Lab, name string, t target) Fault {
	return &diskFull{base: base{lab: lab, name: name, needs: []spec.Capability{ownVolume}}, target: t}
}

// Prepare implements Fault.
func (d *diskFull) Prepare(ctx context.Context) (err error) {
	if d.brokers, err = d.lab.pods(ctx, d.target); err != nil {
		return err
	}
	var undos []Undo
	for i := range d.brokers {
		if err := d.lab.writable(ctx, &d.brokers[i]); err != nil {
			return fmt.Errorf("before the fault: %w", err)
		}
		undos = append(undos, inside(unfill, &d.brokers[i]))
	}
	return d.plan(ctx, names(d.brokers), undos...)
}

// Inject implements Fault. The file system gives most of its blocks away unwritten,
// so that a large one is as quickly full as a small one; the last are written one
// by one, so that none is left.
func (d *diskFull) Inject(ctx context.Context) error {
	_, err := each(d.brokers, func(broker *corev1.Pod) (string, error) {
		return d.lab.Cluster.Exec(ctx, broker.Namespace, broker.Name, brokerContainer, "sh", "-c", fmt.Sprintf(
			`cd %s && free=$(df --block-size=1M --output=avail . | tail -n 1)
if [ "$free" -gt 128 ]; then fallocate -l "$((free - 64))M" %s; fi
for block in 1M 4k; do dd if=/dev/zero of=%[2]s bs=$block oflag=append conv=notrunc 2>/dev/null || true; done`, brokerData, filler))
	})
	if err != nil {
		return fmt.Errorf("fill the broker's disk: %w", err)
	}
	return nil
}

// Proof implements Fault.
func (d *diskFull) Proof(ctx context.Context) (Proof, error) {
	return d.lab.sees(ctx, 1, func(ctx context.Context) (string, error) {
		return each(d.brokers, func(broker *corev1.Pod) (string, error) {
			err := d.lab.writable(ctx, broker)
			if err == nil {
				return "", fmt.Errorf("the volume of %s still takes writes", broker.Name)
			}
			if !strings.Contains(err.Error(), "No space left") {
				return "", err
			}
			return "a write to the volume of " + broker.Name + " fails: no space left on device", nil
		})
	})
}

// writable writes a block beside the broker's files.
func (l *Lab) writable(ctx context.Context, broker *corev1.Pod) error {
	_, err := l.Cluster.Exec(ctx, broker.Namespace, broker.Name, brokerContainer, "sh", "-c",
		fmt.Sprintf(`cd %s && dd if=/dev/zero of=.assay-probe bs=64k count=1 && rm .assay-probe`, brokerData))
	return err
}

// fillers finds the filler from the node, since the broker may be down for it: where
// the kubelet mounts volumes, and where kind's provisioner makes them.
const fillers = `nsenter --target 1 --mount -- bash -c '` + findFillers + `' fillers ""`

// findFillers prints the fillers at the top of volumes, with $1 before each path.
// What follows is added to find's expression. The kubelet mounts a volume at
// pods/UID/volumes/PLUGIN/NAME, and one of a CSI driver at the directory mount below
// (pkg/volume/csi/csi_mounter.go of Kubernetes). While no pod uses it, that is mounted at
// plugins/kubernetes.io/csi/DRIVER/VOLUME/globalmount (csi_attacher.go).
const findFillers = `root=$1; shift
shopt -s nullglob
for dir in "$root"/var/lib/kubelet/{pods/*/volumes/*/*{,/mount},plugins/kubernetes.io/csi/*/*/globalmount} \
  "$root"/var/local-path-provisioner/*; do
  if [ -f "$dir/` + filler + `" ]; then find "$dir/` + filler + `" -maxdepth 0 "$@"; fi
done`

func (l *Lab) unfill(ctx context.Context, u Undo) error {
	if _, err := l.onNode(ctx, u.Node, fillers+" -delete"); err != nil {
		return fmt.Errorf("free the broker's disk: %w", err)
	}
	return nil
}

func (l *Lab) filled(ctx context.Context, u Undo) ([]string, error) {
	out, err := l.onNode(ctx, u.Node, fillers)
	if err != nil || out == "" {
		return nil, err
	}
	return []string{"the broker's disk is filled by " + out}, nil
}
