package platform

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/version"
	fakediscovery "k8s.io/client-go/discovery/fake"
	"k8s.io/client-go/kubernetes/fake"
)

const someDigest = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

func TestVersionsOfImages(t *testing.T) {
	for name, tc := range map[string]struct {
		images []string
		want   map[string]string
	}{
		"a name of one image": {
			[]string{"ghcr.io/dapr/daprd:1.18.2", "ghcr.io/dapr/daprd:1.18.2", "docker.io/library/postgres:15"},
			map[string]string{"daprd": "1.18.2", "postgres": "15"},
		},
		"a name of two": {
			[]string{"quay.io/strimzi/operator:0.40.0", "ghcr.io/dapr/operator:1.18.2", "ghcr.io/dapr/sentry:1.18.2"},
			map[string]string{"strimzi/operator": "0.40.0", "dapr/operator": "1.18.2", "sentry": "1.18.2"},
		},
		"a name of two, the longer path a part of it": {
			[]string{"quay.io/operator:1", "quay.io/a/operator:2", "quay.io/b/a/operator:3"},
			map[string]string{"operator": "1", "a/operator": "2", "b/a/operator": "3"},
		},
		"a mirror's path": {
			[]string{"127.0.0.1:5000/all/strimzi/operator:0.40.0", "127.0.0.1:5000/all/dapr/operator:1.18.2"},
			map[string]string{"all/strimzi/operator": "0.40.0", "all/dapr/operator": "1.18.2"},
		},
		"one repository of two registries": {
			[]string{"quay.io/strimzi/operator:0.40.0", "mirror.example/strimzi/operator:0.40.0"},
			map[string]string{"operator": "0.40.0"},
		},
		"two versions of one image": {
			[]string{"ghcr.io/dapr/daprd:1.18.2", "ghcr.io/dapr/daprd:1.18.1"},
			map[string]string{"daprd": "1.18.1, 1.18.2"},
		},
		"by digest, and by both": {
			[]string{"ghcr.io/dapr/daprd@" + someDigest, "quay.io/strimzi/kafka:0.40.0-kafka-3.6.0@" + someDigest},
			map[string]string{"daprd": someDigest, "kafka": "0.40.0-kafka-3.6.0"},
		},
		"a port and no tag":               {[]string{"localhost:5000/tool"}, map[string]string{"tool": "latest"}},
		"a name that the cluster has":     {[]string{"example.com/build/kubernetes:1"}, map[string]string{"build/kubernetes": "1"}},
		"what has no name is left out":    {[]string{someDigest, ""}, map[string]string{}},
		"what is no reference is no name": {[]string{"NOT A REFERENCE"}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, versionsOf(tc.images)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestRunningKeepsBothOperators is what run.json once lost.
func TestRunningKeepsBothOperators(t *testing.T) {
	pod := func(name, image string, phase corev1.PodPhase) *corev1.Pod {
		return &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Namespace: "n", Name: name},
			Status: corev1.PodStatus{Phase: phase, ContainerStatuses: []corev1.ContainerStatus{{
				Image: image, ImageID: image + "@" + someDigest,
			}}},
		}
	}
	client := fake.NewClientset(
		pod("a", "quay.io/strimzi/operator:0.40.0", corev1.PodRunning), pod("b", "ghcr.io/dapr/operator:1.18.2", corev1.PodRunning),
		pod("c", "ghcr.io/dapr/sentry:1.17.0", corev1.PodSucceeded),
		&corev1.Node{Status: corev1.NodeStatus{NodeInfo: corev1.NodeSystemInfo{KernelVersion: "6.18.5", ContainerRuntimeVersion: "containerd://1.6"}}},
	)
	client.Discovery().(*fakediscovery.FakeDiscovery).FakedServerVersion = &version.Info{GitVersion: "v1.35.5"}
	versions, digests, err := running(t.Context(), client)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{
		"kubernetes": "v1.35.5", "kernel": "6.18.5", "container runtime": "containerd://1.6",
		"strimzi/operator": "0.40.0", "dapr/operator": "1.18.2",
	}
	if diff := cmp.Diff(want, versions); diff != "" {
		t.Errorf("versions (-want +got)\n%s", diff)
	}
	if len(digests) != 2 || digests["ghcr.io/dapr/operator:1.18.2"] != someDigest {
		t.Errorf("digests %v", digests)
	}
}
