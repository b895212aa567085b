package ingress_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"

	"assay.dev/assay/standins/ingress/internal/fixture"
)

const name = "ingress-nginx-controller"

func render(t *testing.T, set ...string) []*unstructured.Unstructured {
	t.Helper()
	var args []string
	for _, s := range set {
		args = append(args, "--set-json", s)
	}
	objects, err := fixture.RenderChart(t, "chart", args...)
	if err != nil {
		t.Fatal(err)
	}
	return objects
}

// get decodes one object strictly: a field that the API does not know fails.
func get[T any](t *testing.T, objects []*unstructured.Unstructured, kind, name string) *T {
	t.Helper()
	for _, o := range objects {
		if o.GetKind() == kind && o.GetName() == name {
			typed := new(T)
			if err := runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Object, typed, true); err != nil {
				t.Fatalf("%s %s: %v", kind, name, err)
			}
			return typed
		}
	}
	t.Fatalf("the chart renders no %s %s", kind, name)
	return nil
}

func kinds(objects []*unstructured.Unstructured) []string {
	var out []string
	for _, o := range objects {
		out = append(out, o.GetKind())
	}
	slices.Sort(out)
	return out
}

func TestChartByDefault(t *testing.T) {
	objects := render(t)
	want := []string{"ClusterRole", "ClusterRoleBinding", "Deployment", "IngressClass", "Service", "ServiceAccount"}
	if diff := cmp.Diff(want, kinds(objects)); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if class := get[networkingv1.IngressClass](t, objects, "IngressClass", "nginx"); class.Spec.Controller != "nginx.org/ingress-controller" || len(class.Annotations) != 0 {
		t.Errorf("the class is %+v", class)
	}
	service := get[corev1.Service](t, objects, "Service", name)
	wantPorts := []corev1.ServicePort{
		{Name: "http", Port: 80, TargetPort: intstr.FromString("http"), NodePort: 30080, Protocol: corev1.ProtocolTCP},
		{Name: "https", Port: 443, TargetPort: intstr.FromString("https"), NodePort: 30443, Protocol: corev1.ProtocolTCP},
	}
	if diff := cmp.Diff(wantPorts, service.Spec.Ports); diff != "" || service.Spec.Type != corev1.ServiceTypeNodePort {
		t.Errorf("type %s, ports (-want +got):\n%s", service.Spec.Type, diff)
	}
	deployment := get[appsv1.Deployment](t, objects, "Deployment", name)
	if diff := cmp.Diff(service.Spec.Selector, deployment.Spec.Selector.MatchLabels); diff != "" {
		t.Errorf("the Service selects other pods (-service +deployment):\n%s", diff)
	}
	for _, want := range []string{"-publish-service=ingress-nginx/" + name, "-redirect-port=30443", "-ingress-class=nginx"} {
		if args := deployment.Spec.Template.Spec.Containers[0].Args; !slices.Contains(args, want) {
			t.Errorf("the arguments lack %s: %v", want, args)
		}
	}
}

// TestChartIsRestricted holds the pod to the Pod Security Standard "restricted"
// (https://kubernetes.io/docs/concepts/security/pod-security-standards/) and to
// a read-only root filesystem.
func TestChartIsRestricted(t *testing.T) {
	pod := get[appsv1.Deployment](t, render(t), "Deployment", name).Spec.Template.Spec
	if s := pod.SecurityContext; !ptr.Deref(s.RunAsNonRoot, false) || ptr.Deref(s.RunAsUser, 0) == 0 || s.SeccompProfile.Type != corev1.SeccompProfileTypeRuntimeDefault {
		t.Errorf("the pod's security context is %+v", s)
	}
	container := pod.Containers[0]
	s := container.SecurityContext
	if ptr.Deref(s.AllowPrivilegeEscalation, true) || !ptr.Deref(s.ReadOnlyRootFilesystem, false) || !slices.Equal(s.Capabilities.Drop, []corev1.Capability{"ALL"}) || len(s.Capabilities.Add) > 0 {
		t.Errorf("the container's security context is %+v", s)
	}
	for _, volume := range pod.Volumes {
		if volume.EmptyDir == nil || volume.EmptyDir.SizeLimit == nil {
			t.Errorf("volume %s is %+v", volume.Name, volume.VolumeSource)
		}
	}
	if pod.HostNetwork || container.Resources.Limits.Memory().IsZero() || container.Resources.Requests.Cpu().IsZero() {
		t.Errorf("host network %v, resources %+v", pod.HostNetwork, container.Resources)
	}
}

func TestChartPermissions(t *testing.T) {
	allowed := func(rules []rbacv1.PolicyRule) []string {
		var out []string
		for _, rule := range rules {
			for _, resource := range rule.Resources {
				out = append(out, fmt.Sprintf("%s/%s %s", strings.Join(rule.APIGroups, ","), resource, strings.Join(rule.Verbs, ",")))
			}
		}
		slices.Sort(out)
		return out
	}
	inNamespace := []string{
		"/events create,patch", "/secrets list,watch", "/services list,watch", "discovery.k8s.io/endpointslices list,watch",
		"networking.k8s.io/ingresses list,watch", "networking.k8s.io/ingresses/status patch",
	}
	classes := "networking.k8s.io/ingressclasses list,watch"
	everywhere := slices.Sorted(slices.Values(append([]string{classes}, inNamespace...)))

	role := get[rbacv1.ClusterRole](t, render(t), "ClusterRole", "ingress-nginx-"+name)
	if diff := cmp.Diff(everywhere, allowed(role.Rules)); diff != "" {
		t.Errorf("cluster-wide (-want +got):\n%s", diff)
	}

	objects := render(t, `controller.watchNamespace="todo-app, other"`)
	role = get[rbacv1.ClusterRole](t, objects, "ClusterRole", "ingress-nginx-"+name)
	if diff := cmp.Diff([]string{classes}, allowed(role.Rules)); diff != "" {
		t.Errorf("cluster-wide with namespaces (-want +got):\n%s", diff)
	}
	var namespaces []string
	for _, o := range objects {
		if o.GetKind() == "Role" && o.GetName() == "ingress-nginx-"+name {
			namespaces = append(namespaces, o.GetNamespace())
		}
	}
	if !slices.Equal(namespaces, []string{"todo-app", "other"}) {
		t.Errorf("roles in %v", namespaces)
	}
	if diff := cmp.Diff(inNamespace, allowed(get[rbacv1.Role](t, objects, "Role", "ingress-nginx-"+name).Rules)); diff != "" {
		t.Errorf("in a namespace (-want +got):\n%s", diff)
	}
	args := get[appsv1.Deployment](t, objects, "Deployment", name).Spec.Template.Spec.Containers[0].Args
	if !slices.Contains(args, "-watch-namespaces=todo-app,other") {
		t.Errorf("arguments %v", args)
	}
}

func TestChartWithHostPorts(t *testing.T) {
	objects := render(t, `controller.hostPort.enable=true`, `controller.kind="daemonset"`, `controller.service.create=false`, `standin.statusAddresses=["192.0.2.1","lb.example"]`)
	container := get[appsv1.DaemonSet](t, objects, "DaemonSet", name).Spec.Template.Spec.Containers[0]
	ports := map[string][2]int32{}
	for _, p := range container.Ports {
		ports[p.Name] = [2]int32{p.ContainerPort, p.HostPort}
	}
	if diff := cmp.Diff(map[string][2]int32{"http": {8080, 80}, "https": {8443, 443}, "readiness-port": {8081, 0}}, ports); diff != "" {
		t.Errorf("ports (-want +got):\n%s", diff)
	}
	for _, want := range []string{"-redirect-port=443", "-status-addresses=192.0.2.1,lb.example"} {
		if !slices.Contains(container.Args, want) {
			t.Errorf("arguments %v lack %s", container.Args, want)
		}
	}
	deployment := get[appsv1.Deployment](t, render(t, `controller.hostPort.enable=true`), "Deployment", name)
	if surge := deployment.Spec.Strategy.RollingUpdate.MaxSurge; surge.IntValue() != 0 {
		t.Errorf("a second pod with the same host port is made: maxSurge %v", surge)
	}
}

func TestChartWithAnOCILoadBalancer(t *testing.T) {
	annotations := map[string]string{
		"oci.oraclecloud.com/load-balancer-type":                               "lb",
		"service.beta.kubernetes.io/oci-load-balancer-shape":                   "flexible",
		"service.beta.kubernetes.io/oci-load-balancer-shape-flex-min":          "10",
		"service.beta.kubernetes.io/oci-load-balancer-shape-flex-max":          "10",
		"service.beta.kubernetes.io/oci-load-balancer-subnet1":                 "ocid1.subnet.oc1..x",
		"oci.oraclecloud.com/security-rule-management-mode":                    "None",
		"service.beta.kubernetes.io/oci-load-balancer-backend-protocol":        "TCP",
		"service.beta.kubernetes.io/oci-load-balancer-connection-idle-timeout": "300",
	}
	var pairs []string
	for k, v := range annotations {
		pairs = append(pairs, fmt.Sprintf("%q: %q", k, v))
	}
	objects := render(t, `controller.service.type="LoadBalancer"`, `controller.service.annotations={`+strings.Join(pairs, ",")+`}`,
		`controller.service.httpPort.nodePort=""`, `controller.service.httpsPort.nodePort=""`, `controller.podDisruptionBudget={"enabled": true, "minAvailable": 1}`)
	service := get[corev1.Service](t, objects, "Service", name)
	if diff := cmp.Diff(annotations, service.Annotations); diff != "" || service.Spec.Type != corev1.ServiceTypeLoadBalancer || service.Spec.Ports[0].NodePort != 0 {
		t.Errorf("type %s, node port %d, annotations (-want +got):\n%s", service.Spec.Type, service.Spec.Ports[0].NodePort, diff)
	}
	args := get[appsv1.Deployment](t, objects, "Deployment", name).Spec.Template.Spec.Containers[0].Args
	if !slices.Contains(args, "-redirect-port=443") || !slices.Contains(kinds(objects), "PodDisruptionBudget") {
		t.Errorf("arguments %v, kinds %v", args, kinds(objects))
	}
}

func TestChartRefusesWrongValues(t *testing.T) {
	for _, set := range []string{`controller.kind="statefulset"`, `controller.containerPort.http=80`, `controller.service.type="nodeport"`, `controller.enableCustomResources=true`, `controller.telemetryReporting.enable=true`, `standin.debounce="fast"`, `standin.worker=3`} {
		if _, err := fixture.RenderChart(t, "chart", "--set-json", set); err == nil || !strings.Contains(err.Error(), "values don't meet the specifications") {
			t.Errorf("%s: %v", set, err)
		}
	}
}
