package workloads

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/yaml"
)

const chart = "../deploy/charts/workloads"

// ports are the specification's table of deployments; names are app ids too.
var ports = map[string]int32{
	"todo-frontend": 3000, "todo-backend": 8000, "recurring-worker": 8001,
	"notification-worker": 8002, "audit-worker": 8003, "websocket-worker": 8004,
}

// helm runs helm template on the chart and returns its output, split by object.
func helm(t *testing.T, args ...string) ([]string, error) {
	t.Helper()
	path, err := exec.LookPath(cmp.Or(os.Getenv("ASSAY_HELM"), "helm"))
	if err != nil {
		t.Skipf("helm is neither in ASSAY_HELM nor on PATH: %v", err)
	}
	command := exec.CommandContext(t.Context(), path, append([]string{"template", "workloads", chart, "--namespace", "todo-app"}, args...)...)
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	if err := command.Run(); err != nil {
		return nil, fmt.Errorf("helm: %w: %s", err, stderr.String())
	}
	return strings.Split(stdout.String(), "\n---\n"), nil
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

func TestDeploymentsAreThoseOfTheSpecification(t *testing.T) {
	deployments := objects[appsv1.Deployment](t, "Deployment")
	if len(deployments) != len(ports) {
		t.Errorf("%d deployments, want %d", len(deployments), len(ports))
	}
	for _, d := range deployments {
		port := ports[d.Name]
		pod := d.Spec.Template
		want := map[string]string{"dapr.io/enabled": "true", "dapr.io/app-id": d.Name, "dapr.io/app-port": fmt.Sprint(port)}
		for name, value := range want {
			if got := pod.Annotations[name]; got != value {
				t.Errorf("%s: %s is %q, want %q", d.Name, name, got, value)
			}
		}
		app := pod.Spec.Containers[0]
		if d.Namespace != "todo-app" || len(pod.Spec.Containers) != 1 || app.Ports[0].ContainerPort != port ||
			app.Image != "assay.dev/workloads/"+d.Name+":dev" {
			t.Errorf("%s: namespace %s, container %+v", d.Name, d.Namespace, app)
		}
		if app.StartupProbe == nil || app.ReadinessProbe == nil || app.LivenessProbe == nil {
			t.Errorf("%s: a probe is missing", d.Name)
		}
		if surge, unavailable := rolling(t, d); surge != 1 || unavailable != 0 {
			t.Errorf("%s: a rollout makes %d pods more and %d less", d.Name, surge, unavailable)
		}
	}
	for _, s := range objects[corev1.Service](t, "Service") {
		if s.Spec.Ports[0].Port != ports[s.Name] || s.Spec.Selector["app.kubernetes.io/name"] != s.Name {
			t.Errorf("service %s: %+v", s.Name, s.Spec)
		}
	}
}

// rolling is how many pods more and less than its replicas a deployment may have
// during a rollout, rounded as Kubernetes does.
func rolling(t *testing.T, d appsv1.Deployment) (surge, unavailable int) {
	t.Helper()
	scaled := func(value *intstr.IntOrString, up bool) int {
		number, err := intstr.GetScaledValueFromIntOrPercent(value, int(*d.Spec.Replicas), up)
		if err != nil {
			t.Fatal(err)
		}
		return number
	}
	update := d.Spec.Strategy.RollingUpdate
	return scaled(update.MaxSurge, true), scaled(update.MaxUnavailable, false)
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

// TestARolloutOfAllSixFitsTheQuota adds up what Kubernetes charges to the
// namespace while every deployment has an old pod and a new one.
func TestARolloutOfAllSixFitsTheQuota(t *testing.T) {
	quota := map[string]string{"cpu request": "1000m", "cpu limit": "2000m", "memory request": "2Gi", "memory limit": "4Gi"}
	sum := map[string]*resource.Quantity{}
	charge := func(what string, amount resource.Quantity) {
		if amount.IsZero() {
			t.Errorf("a container states no %s", what)
		}
		if sum[what] == nil {
			sum[what] = &resource.Quantity{}
		}
		sum[what].Add(amount)
	}
	for _, d := range objects[appsv1.Deployment](t, "Deployment") {
		surge, _ := rolling(t, d)
		for range int(*d.Spec.Replicas) + surge {
			app := d.Spec.Template.Spec.Containers[0].Resources
			for _, name := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
				charge(string(name)+" request", app.Requests[name])
				charge(string(name)+" limit", app.Limits[name])
				for _, kind := range []string{"request", "limit"} {
					charge(string(name)+" "+kind, resource.MustParse(d.Spec.Template.Annotations["dapr.io/sidecar-"+string(name)+"-"+kind]))
				}
			}
		}
	}
	for what, hard := range quota {
		if limit := resource.MustParse(hard); sum[what].Cmp(limit) > 0 {
			t.Errorf("%s: %s of %s", what, sum[what], hard)
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

func TestEverySubscriptionIsServedAndDeadLetters(t *testing.T) {
	want := map[string][]string{
		"recurring-worker task-events":  {"task.created", "task.updated", "task.completed", "task.deleted"},
		"audit-worker task-events":      {"task.created", "task.updated", "task.completed", "task.deleted"},
		"notification-worker reminders": {"reminder.scheduled"},
		"websocket-worker task-updates": {"task.sync"},
	}
	got := map[string][]string{}
	for _, s := range objects[subscription](t, "Subscription") {
		if len(s.Scopes) != 1 || s.Spec.PubsubName != "pubsub-kafka" || s.Spec.DeadLetterTopic != s.Spec.Topic+"-dlq" {
			t.Errorf("subscription %+v", s)
		}
		app := s.Scopes[0]
		source, err := os.ReadFile(app + "/main.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, rule := range s.Spec.Routes.Rules {
			if !bytes.Contains(source, []byte(`"POST `+rule.Path+`"`)) {
				t.Errorf("%s does not serve %s", app, rule.Path)
			}
			if !strings.Contains(rule.Match, "type(event.traceparent)") || !strings.Contains(rule.Match, "type(event.traceid)") {
				t.Errorf("%s: %s lets a trace through that crashes the sidecar", app, rule.Match)
			}
			_, rest, _ := strings.Cut(rule.Match, `event.type == "`)
			eventType, _, _ := strings.Cut(rest, `"`)
			key := app + " " + s.Spec.Topic
			got[key] = append(got[key], eventType)
		}
	}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
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
		for _, d := range objects[appsv1.Deployment](t, "Deployment", "--set", "image.revision="+revision) {
			if got := d.Spec.Template.Annotations["assay.dev/image-revision"]; got != want {
				t.Errorf("%s: revision %q, want %q", d.Name, got, want)
			}
		}
	}
}

func TestAppHealthCanBeTurnedOn(t *testing.T) {
	for _, d := range objects[appsv1.Deployment](t, "Deployment", "--set", "dapr.appHealth.enabled=true") {
		if d.Spec.Template.Annotations["dapr.io/enable-app-health-check"] != "true" {
			t.Errorf("%s: annotations %v", d.Name, d.Spec.Template.Annotations)
		}
	}
}

func TestBadValuesAreRefused(t *testing.T) {
	for _, set := range []string{
		"workloads.todo-backend.port=http", "workloads.todo-backend.app.cpuLimit=lots", "workloads.seventh.image=x",
		"workloads.todo-backend.imagePullPolicy=Always", "logLevel=loud", "rollout.maxsurge=2", "dapr.blockShutdown=5",
	} {
		if _, err := helm(t, "--set", set); err == nil {
			t.Errorf("%s was accepted", set)
		}
	}
}
