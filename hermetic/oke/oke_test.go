// Package oke_test holds what makes kind's nodes like OKE's against what relies on it.
package oke_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	storagev1 "k8s.io/api/storage/v1"
	"sigs.k8s.io/yaml"
)

// volumesOf returns where volumes of OKE's class lie on a node, by the name of one.
func volumesOf(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile("storage.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var class storagev1.StorageClass
	if err := yaml.UnmarshalStrict(content, &class); err != nil {
		t.Fatal(err)
	}
	if class.Name != "oci-bv" {
		t.Errorf("the class is %s: deploy/values ask for oci-bv", class.Name)
	}
	return filepath.Join(class.Parameters["nodePath"], strings.ReplaceAll(class.Parameters["pathPattern"], "{{ .PVName }}", name))
}

// TestVolumesLieWhereTheContainerStorageInterfaceHasThem: at
// plugins/kubernetes.io/csi/DRIVER/VOLUME/globalmount.
func TestVolumesLieWhereTheContainerStorageInterfaceHasThem(t *testing.T) {
	const want = "/var/lib/kubelet/plugins/kubernetes.io/csi/*/pvc-1/globalmount"
	if got := volumesOf(t, "pvc-1"); !matches(t, want, got) {
		t.Errorf("a volume lies at %s, want %s", got, want)
	}
}

func matches(t *testing.T, pattern, name string) bool {
	t.Helper()
	ok, err := filepath.Match(pattern, name)
	if err != nil {
		t.Fatal(err)
	}
	return ok
}

// TestVolumesAreMountedAgainWhenANodeStarts runs what the node's service runs, below
// a directory of the test.
func TestVolumesAreMountedAgainWhenANodeStarts(t *testing.T) {
	unit, err := os.ReadFile(filepath.Join("..", "node", "volumes.service"))
	if err != nil {
		t.Fatal(err)
	}
	_, command, found := strings.Cut(strings.ReplaceAll(string(unit), "\\\n", ""), "ExecStart=")
	command, _, _ = strings.Cut(command, "\n")
	if !found {
		t.Fatalf("nothing is started:\n%s", unit)
	}
	root := t.TempDir()
	// systemd writes $$ and %% for $ and %.
	command = strings.NewReplacer("$$", "$", "%%", "%", "/var/", root+"/var/").Replace(command)
	volumes := []string{root + "/var/local-path-provisioner/pvc-2_kafka_data", root + volumesOf(t, "pvc-1"), root + volumesOf(t, "pvc-3")}
	for _, volume := range volumes {
		if err := os.MkdirAll(volume, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(volume+".img", nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	// Directories without a file system of their own are not volumes.
	if err := os.MkdirAll(root+volumesOf(t, "pvc-4"), 0o755); err != nil {
		t.Fatal(err)
	}
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "mount-volume"), []byte("#!/bin/sh\necho \"$1\"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), "sh", "-c", command)
	run.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH")}
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%s: %v", command, err)
	}
	mounted := strings.Fields(string(out))
	slices.Sort(mounted)
	slices.Sort(volumes)
	if !slices.Equal(mounted, volumes) {
		t.Errorf("mounted are %q, want %q", mounted, volumes)
	}
}
