package workloads

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"
)

const chart = "../deploy/charts/workloads"

// platform is what the chart takes its values from.
const platform = "../spec/todo/platform.yaml"

// helm runs helm template on the chart and returns its output, split by object.
func helm(t *testing.T, args ...string) ([]string, error) {
	t.Helper()
	path, err := exec.LookPath(cmp.Or(os.Getenv("ASSAY_HELM"), "helm"))
	if err != nil {
		t.Skipf("helm is neither in ASSAY_HELM nor on PATH: %v", err)
	}
	readInputs(t)
	command := exec.CommandContext(t.Context(), path, append([]string{"template", "workloads", chart, "--values", platform}, args...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("helm: %w: %s", err, stderr.String())
	}
	return strings.Split(stdout.String(), "\n---\n"), nil
}

// readInputs reads what helm will read: the go command reuses a result while the files
// that the test itself has opened are the same.
func readInputs(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir(chart, func(path string, entry os.DirEntry, err error) error {
		if err == nil && !entry.IsDir() {
			_, err = os.ReadFile(path)
		}
		return err
	})
	if _, platformErr := os.ReadFile(platform); err != nil || platformErr != nil {
		t.Fatal(err, platformErr)
	}
}

// objects decodes the rendered objects of one kind, strictly.
func objects[T any](t *testing.T, kind string, args ...string) []T {
	t.Helper()
	documents, err := helm(t, args...)
	if err != nil {
		t.Fatal(err)
	}
	var list []T
	for _, document := range documents {
		var meta struct{ Kind string }
		if err := yaml.Unmarshal([]byte(document), &meta); err != nil {
			t.Fatal(err)
		}
		if meta.Kind != kind {
			continue
		}
		var object T
		if err := yaml.UnmarshalStrict([]byte(document), &object); err != nil {
			t.Fatalf("%v in\n%s", err, document)
		}
		list = append(list, object)
	}
	return list
}

func TestApplicationsHaveNoPrivilegesAndNoToken(t *testing.T) {
	for _, d := range objects[appsv1.Deployment](t, "Deployment") {
		pod := d.Spec.Template.Spec
		app := pod.Containers[0]
		c := app.SecurityContext
		if *c.AllowPrivilegeEscalation || !*c.ReadOnlyRootFilesystem || !slices.Equal(c.Capabilities.Drop, []corev1.Capability{"ALL"}) ||
			!*pod.SecurityContext.RunAsNonRoot || *pod.SecurityContext.RunAsUser != 65532 || pod.SecurityContext.SeccompProfile.Type != "RuntimeDefault" {
			t.Errorf("%s: security %+v, %+v", d.Name, c, pod.SecurityContext)
		}
		if *pod.AutomountServiceAccountToken || len(app.VolumeMounts) != 0 {
			t.Errorf("%s: the application has volumes %v", d.Name, app.VolumeMounts)
		}
		volume, path, _ := strings.Cut(d.Spec.Template.Annotations["dapr.io/volume-mounts"], ":")
		if volume != pod.Volumes[0].Name || path != "/var/run/secrets/kubernetes.io/serviceaccount" {
			t.Errorf("%s: the sidecar mounts %s at %s", d.Name, volume, path)
		}
	}
	for _, a := range objects[corev1.ServiceAccount](t, "ServiceAccount") {
		if a.AutomountServiceAccountToken == nil || *a.AutomountServiceAccountToken {
			t.Errorf("account %s mounts its token", a.Name)
		}
	}
}

// subscription is the part of Dapr's Subscription that is compared.
type subscription struct {
	APIVersion string         `json:"apiVersion"`
	Kind       string         `json:"kind"`
	Metadata   map[string]any `json:"metadata"`
	Spec       struct {
		PubsubName      string `json:"pubsubname"`
		Topic           string `json:"topic"`
		DeadLetterTopic string `json:"deadLetterTopic"`
		Routes          struct {
			Rules []struct {
				Match string `json:"match"`
				Path  string `json:"path"`
			} `json:"rules"`
		} `json:"routes"`
	} `json:"spec"`
	Scopes []string `json:"scopes"`
}

// An event whose trace is no text is left without a route.
func TestNoSubscriptionLetsATraceThroughThatEndsTheSidecar(t *testing.T) {
	for _, s := range objects[subscription](t, "Subscription") {
		if len(s.Spec.Routes.Rules) == 0 {
			t.Errorf("subscription %v has no rule", s.Metadata)
		}
		for _, rule := range s.Spec.Routes.Rules {
			if !strings.Contains(rule.Match, "type(event.traceparent)") || !strings.Contains(rule.Match, "type(event.traceid)") {
				t.Errorf("%v: %s lets a trace through that crashes the sidecar", s.Metadata, rule.Match)
			}
		}
	}
}

func TestAnImageCanBeReplaced(t *testing.T) {
	for _, d := range objects[appsv1.Deployment](t, "Deployment",
		"--set", "workloads.todo-backend.image=registry.example/mine:1",
		"--set", "workloads.todo-backend.probes.readiness.path=/health",
		"--set", "workloads.todo-backend.env.EXTRA=yes") {
		app := d.Spec.Template.Spec.Containers[0]
		mine := d.Name == "todo-backend"
		if (app.Image == "registry.example/mine:1") != mine || (app.ReadinessProbe.HTTPGet.Path == "/health") != mine {
			t.Errorf("%s: image %s, readiness %s", d.Name, app.Image, app.ReadinessProbe.HTTPGet.Path)
		}
		if app.ReadinessProbe.PeriodSeconds != 2 || app.LivenessProbe.HTTPGet.Path != "/healthz" {
			t.Errorf("%s: other settings changed too", d.Name)
		}
		if slices.Contains(app.Env, corev1.EnvVar{Name: "EXTRA", Value: "yes"}) != mine {
			t.Errorf("%s: environment %v", d.Name, app.Env)
		}
	}
}

// TestPodsAwaitWhatTheirSidecarsNeed holds the init container to the privileges
// and the share of the quota that the containers have.
func TestPodsAwaitWhatTheirSidecarsNeed(t *testing.T) {
	for _, d := range objects[appsv1.Deployment](t, "Deployment") {
		pod := d.Spec.Template.Spec
		if d.Name == "todo-frontend" {
			if len(pod.InitContainers) != 0 {
				t.Errorf("%s has the init containers %v", d.Name, pod.InitContainers)
			}
			continue
		}
		if len(pod.InitContainers) != 1 || len(pod.InitContainers[0].Args) == 0 {
			t.Errorf("%s has the init containers %v", d.Name, pod.InitContainers)
			continue
		}
		wait, app := pod.InitContainers[0], pod.Containers[0]
		if diff := gocmp.Diff(app.SecurityContext, wait.SecurityContext); diff != "" {
			t.Errorf("%s: security: (-app +init)\n%s", d.Name, diff)
		}
		for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			request, limit := wait.Resources.Requests[name], wait.Resources.Limits[name]
			if request.Cmp(app.Resources.Requests[name]) > 0 || limit.Cmp(app.Resources.Limits[name]) > 0 {
				t.Errorf("%s: waiting takes more %s than the application", d.Name, name)
			}
		}
	}
}

func TestAnotherRevisionMakesNewPods(t *testing.T) {
	for revision, want := range map[string]string{"": "", "abc": "abc"} {
		for _, d := range objects[appsv1.Deployment](t, "Deployment", "--set", "settings.image.revision="+revision) {
			if got := d.Spec.Template.Annotations["assay.dev/image-revision"]; got != want {
				t.Errorf("%s: revision %q, want %q", d.Name, got, want)
			}
		}
	}
}

func TestAppHealthCanBeTurnedOn(t *testing.T) {
	for _, d := range objects[appsv1.Deployment](t, "Deployment", "--set", "settings.dapr.appHealth.enabled=true") {
		if d.Spec.Template.Annotations["dapr.io/enable-app-health-check"] != "true" {
			t.Errorf("%s: annotations %v", d.Name, d.Spec.Template.Annotations)
		}
	}
}

func TestBadValuesAreRefused(t *testing.T) {
	for _, set := range []string{
		"workloads.todo-backend.port=1", "workloads.todo-backend.image=", "workloads.todo-backend.probes.readiness.period=2",
		"settings.imagePullPolicy=Always", "settings.logLevel=loud", "settings.dapr.blockShutdown=5", "rollout.progressDeadline=soon",
		"deployments[0].app.memoryLimit=much",
	} {
		if _, err := helm(t, "--set", set); err == nil {
			t.Errorf("%s was accepted", set)
		}
	}
}
