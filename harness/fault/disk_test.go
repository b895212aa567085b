package fault

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestFillersAreFoundByTheLayoutOfVolumes looks where the kubelet mounts volumes:
// pods/UID/volumes/PLUGIN/NAME, for the Container Storage Interface one directory
// deeper, pods/UID/volumes/kubernetes.io~csi/NAME/mount, and before pods use it at
// plugins/kubernetes.io/csi/DRIVER/VOLUME/globalmount.
func TestFillersAreFoundByTheLayoutOfVolumes(t *testing.T) {
	root := t.TempDir()
	const pods = "/var/lib/kubelet/pods/3c7b1a52-0000-4000-8000-000000000001/"
	volumes := []string{
		pods + "volumes/kubernetes.io~csi/csi-6c1f/mount",
		pods + "volumes/kubernetes.io~local-volume/pvc-local",
		pods + "volumes/vendor~driver/flex volume",
		// Where a CSI volume is mounted once for all pods of the node.
		"/var/lib/kubelet/plugins/kubernetes.io/csi/blockvolume.csi.oraclecloud.com/pvc-7/globalmount",
		"/var/local-path-provisioner/pvc-1_kafka_data-todo-kafka-kafka-0",
	}
	elsewhere := []string{
		pods + "volumes/kubernetes.io~csi/csi-6c1f/mount/kafka-log0", // a directory of the broker's
		pods + "containers/kafka",
		"/var/lib/kubelet/plugins/kubernetes.io/csi/blockvolume.csi.oraclecloud.com/pvc-7",
		"/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/pvc-8/data",
		"/var/lib/kubelet",
		"/home/somebody",
	}
	var want []string
	for i, dir := range append(slices.Clone(volumes), elsewhere...) {
		if err := os.MkdirAll(root+dir, 0o755); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(root+dir, filler)
		if err := os.WriteFile(file, nil, 0o644); err != nil {
			t.Fatal(err)
		}
		if i < len(volumes) {
			want = append(want, file)
		}
	}
	out, err := shell(t, t.TempDir(), findFillers, root)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(out, "\n")
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("found\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}

	if _, err := shell(t, t.TempDir(), findFillers, root, "-delete"); err != nil {
		t.Fatal(err)
	}
	for _, dir := range append(slices.Clone(volumes), elsewhere...) {
		_, err := os.Stat(filepath.Join(root+dir, filler))
		if slices.Contains(volumes, dir) != os.IsNotExist(err) {
			t.Errorf("after the deletion, %s: %v", dir, err)
		}
	}
	if out, err := shell(t, t.TempDir(), findFillers, root); err != nil || out != "" {
		t.Errorf("after the deletion: %q, %v", out, err)
	}
}

func TestFillersOfANodeWithoutVolumes(t *testing.T) {
	if out, err := shell(t, t.TempDir(), findFillers, t.TempDir()); err != nil || out != "" {
		t.Errorf("%q, %v", out, err)
	}
}
