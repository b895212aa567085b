package provisioning

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	. "github.com/onsi/ginkgo/v2"
	corev1 "k8s.io/api/core/v1"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/spec"
)

var _ = p.Checks(func() {
	Describe("The state store", expect.At(spec.Standard), func() {
		expect.Each(p, "dapr.component.{name}.keeps-state", func(ctx SpecContext, store spec.Component) {
			tried := 0
			for _, app := range p.Spec.Deployments {
				if !inScope(store, app.Dapr.AppID) {
					continue
				}
				tried++
				pod := podsOf(ctx, app)[0]
				managesState(ctx, &pod, "/v1.0/state/"+store.Name)
			}
			expect.Subject{What: "applications that keep state", From: "spec/platform.yaml"}.AssertThat(tried > 0, "at least one", fmt.Sprint(tried))
		}, SpecTimeout(timeouts.SteadyState.Duration))
	})
})

// managesState writes, reads, changes and deletes a key of its own in the state of
// an application.
func managesState(ctx SpecContext, pod *corev1.Pod, store string) {
	GinkgoHelper()
	key := "assay-" + p.Unique()
	at := store + "/" + key
	DeferCleanup(func(ctx SpecContext) { askSidecar(ctx, pod, http.MethodDelete, at, "") }, NodeTimeout(timeouts.HTTPRequest.Duration))
	step := func(what, method, path, body, want string) (etag string) {
		GinkgoHelper()
		answer := askSidecar(ctx, pod, method, path, body)
		expect.Subject{What: what + " in " + store, From: "sidecar of " + pod.Name}.
			Is(strings.TrimSpace(fmt.Sprintf("HTTP %d %s", answer.Status, compact(answer.Body))), want)
		return answer.Header.Get("Etag")
	}
	step("a key that is not there", http.MethodGet, at, "", "HTTP 204")
	step("writing", http.MethodPost, store, fmt.Sprintf(`[{"key":%q,"value":{"n":1}}]`, key), "HTTP 204")
	etag := step("reading", http.MethodGet, at, "", `HTTP 200 {"n":1}`)
	step("changing what was read", http.MethodPost, store,
		fmt.Sprintf(`[{"key":%q,"value":{"n":2},"etag":%q,"options":{"concurrency":"first-write"}}]`, key, etag), "HTTP 204")
	step("reading the change", http.MethodGet, at, "", `HTTP 200 {"n":2}`)
	// The version that was read first is outdated: the store has to notice.
	outdated := askSidecar(ctx, pod, http.MethodPost, store,
		fmt.Sprintf(`[{"key":%q,"value":{"n":3},"etag":%q,"options":{"concurrency":"first-write"}}]`, key, etag))
	expect.Subject{What: "changing an outdated version in " + store, From: "sidecar of " + pod.Name}.
		AssertThat(outdated.Status >= http.StatusBadRequest, "refused", outdated.String())
	step("reading after that", http.MethodGet, at, "", `HTTP 200 {"n":2}`)
	step("deleting", http.MethodDelete, at, "", "HTTP 204")
	step("reading what was deleted", http.MethodGet, at, "", "HTTP 204")
}

// compact is JSON without the blanks that a store may add to it.
func compact(document []byte) string {
	var without bytes.Buffer
	if err := json.Compact(&without, document); err != nil {
		return string(document) // no JSON: shown as it is
	}
	return without.String()
}
