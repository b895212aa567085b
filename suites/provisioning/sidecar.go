package provisioning

import (
	"encoding/json"
	"net/http"
	"slices"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube"
	"assay.dev/assay/spec"
)

// Ports of Dapr's sidecar: its API, and what sidecars speak among each other.
const (
	sidecarAPI      = 3500
	sidecarInternal = 50002
)

// metadata is what a sidecar says of itself
// (https://docs.dapr.io/reference/api/metadata_api/).
type metadata struct {
	ID             string `json:"id"`
	RuntimeVersion string `json:"runtimeVersion"`
	Components     []struct {
		Name    string `json:"name"`
		Type    string `json:"type"`
		Version string `json:"version"`
	} `json:"components"`
	Subscriptions []struct {
		PubSub          string `json:"pubsubname"`
		Topic           string `json:"topic"`
		DeadLetterTopic string `json:"deadLetterTopic"`
	} `json:"subscriptions"`
	App struct {
		Port int `json:"port"`
	} `json:"appConnectionProperties"`
}

// askSidecar sends a request to the API of a pod's sidecar.
func askSidecar(ctx SpecContext, pod *corev1.Pod, method, path, body string) kube.Answer {
	GinkgoHelper()
	header := http.Header{}
	if body != "" {
		header.Set("Content-Type", "application/json")
	}
	answer, err := kube.Ask(ctx, p.Cluster.HTTP(timeouts.HTTPRequest.Duration), method, kube.PodURL(pod, sidecarAPI, path), header, body)
	expect.Subject{What: method + " " + path, From: "sidecar of " + pod.Name}.NoError(err)
	return answer
}

// metadataOf returns what the sidecar of a pod says of itself.
func metadataOf(ctx SpecContext, pod *corev1.Pod) metadata {
	GinkgoHelper()
	answer := askSidecar(ctx, pod, http.MethodGet, "/v1.0/metadata", "")
	subject := expect.Subject{What: "metadata", From: "sidecar of " + pod.Name}
	if answer.Status != http.StatusOK {
		subject.AssertThat(false, "HTTP 200", answer.String())
	}
	var body metadata
	subject.NoError(json.Unmarshal(answer.Body, &body))
	return body
}

// inScope reports whether an application may load a component.
func inScope(component spec.Component, app string) bool {
	return len(component.Scopes) == 0 || slices.Contains(component.Scopes, app)
}
