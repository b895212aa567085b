package render

import (
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/spec/todo"
)

// TestChaosDaemonKnowsTheRuntimeOfTheNodes: OKE's nodes run CRI-O, kind's containerd.
func TestChaosDaemonKnowsTheRuntimeOfTheNodes(t *testing.T) {
	eachTarget(t, map[string]func(*testing.T, []unstructured.Unstructured){
		"kind": daemonTalksTo("containerd", "/run/containerd/containerd.sock"),
		"oke":  daemonTalksTo("crio", "/var/run/crio/crio.sock"),
		// kind's nodes stand behind it.
		"oke-sim": daemonTalksTo("containerd", "/run/containerd/containerd.sock"),
	})
}

// eachTarget runs the check of its target on every environment. A simulated OKE has
// the check of the real one unless there is one for it.
func eachTarget(t *testing.T, checks map[string]func(*testing.T, []unstructured.Unstructured)) {
	t.Helper()
	for _, name := range environments {
		target, _, _ := strings.Cut(name, "-")
		check := checks[target]
		if simulated, ok := checks["oke-sim"]; ok && strings.HasPrefix(name, "oke-sim") {
			check = simulated
		}
		t.Run(name, func(t *testing.T) { check(t, environment(t, name).objects) })
	}
}

func daemonTalksTo(runtime, socket string) func(*testing.T, []unstructured.Unstructured) {
	return func(t *testing.T, objects []unstructured.Unstructured) {
		pod := decode[appsv1.DaemonSet](t, named(t, objects, "DaemonSet", "chaos-mesh", "chaos-daemon")).Spec.Template.Spec
		command := strings.Join(append(pod.Containers[0].Command, pod.Containers[0].Args...), " ")
		if !strings.Contains(command, "--runtime "+runtime+" ") {
			t.Errorf("the daemon is started by %q, want the runtime %s", command, runtime)
		}
		mounted := slices.ContainsFunc(pod.Volumes, func(v corev1.Volume) bool {
			return v.HostPath != nil && v.HostPath.Path == filepath.Dir(socket)
		})
		if !mounted || !strings.Contains(command, filepath.Base(socket)) {
			t.Errorf("the daemon does not mount %s, or does not use it: %q, %+v", socket, command, pod.Volumes)
		}
	}
}

// TestWhoEnforcesNetworkPolicies: kube-router is the pod network on kind; on OKE,
// whose flannel enforces no policy, it is the firewall alone.
func TestWhoEnforcesNetworkPolicies(t *testing.T) {
	both := []string{"--run-firewall=true", "--run-service-proxy=false"}
	eachTarget(t, map[string]func(*testing.T, []unstructured.Unstructured){
		"kind": kubeRouter(append(both, "--run-router=true", "--enable-cni=true"), true),
		"oke":  kubeRouter(append(both, "--run-router=false", "--enable-cni=false", "--service-cluster-ip-range="+todo.Must().OCI.OKECluster.ServicesCIDR.String()), false),
	})
}

func kubeRouter(want []string, network bool) func(*testing.T, []unstructured.Unstructured) {
	return func(t *testing.T, objects []unstructured.Unstructured) {
		pod := decode[appsv1.DaemonSet](t, named(t, objects, "DaemonSet", "kube-system", "kube-router")).Spec.Template.Spec
		for _, arg := range want {
			if !slices.Contains(pod.Containers[0].Args, arg) {
				t.Errorf("kube-router's arguments %q lack %s", pod.Containers[0].Args, arg)
			}
		}
		for _, volume := range pod.Volumes {
			if volume.HostPath != nil && strings.Contains(volume.HostPath.Path, "cni") && !network {
				t.Errorf("it can write %s, which belongs to the node's own pod network", volume.HostPath.Path)
			}
		}
		configs := 0
		for _, object := range objects {
			if object.GetKind() == "ConfigMap" && object.GetName() == "kube-router" {
				configs++
			}
		}
		if got := configs == 1; got != network {
			t.Errorf("%d configurations of a pod network", configs)
		}
		var bridges bool
		for _, container := range pod.InitContainers {
			bridges = bridges || strings.Contains(strings.Join(container.Command, " "), "bridge-nf-call-iptables")
		}
		// A router serves GoBGP's API to whoever reaches the node (GO-2026-5653).
		closed := slices.ContainsFunc(pod.InitContainers, func(c corev1.Container) bool {
			return strings.Contains(strings.Join(c.Command, " "), "INPUT ! -i lo -p tcp --dport 50051 -j DROP")
		})
		if closed != network {
			t.Errorf("the port of GoBGP is closed: %v, want %v", closed, network)
		}
		if bridges == network {
			t.Errorf("packets between pods of one node pass the firewall by an init container: %v", bridges)
		}
	}
}

// pullSecret renders OKE with a docker configuration and returns the objects, the
// arguments of each helm that ran, and what was in its values files.
func pullSecret(t *testing.T, config, name string) ([]unstructured.Unstructured, string, error) {
	t.Helper()
	renderer := find(t)
	dir := t.TempDir()
	path := filepath.Join(dir, "config.json")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	seen := filepath.Join(dir, "seen")
	wrapper := filepath.Join(dir, "helm")
	script := fmt.Sprintf(`#!/bin/bash
echo "$@" >>%[1]q
while [ $# -gt 0 ]; do if [ "$1" = --values ]; then cat "$2" >>%[1]q; fi; set -- "${@:2}" ; done 2>/dev/null
`, seen)
	script = "#!/bin/bash\nargs=(\"$@\")\n" + strings.TrimPrefix(script, "#!/bin/bash\n") + fmt.Sprintf("exec %q \"${args[@]}\"\n", renderer.Helm)
	if err := os.WriteFile(wrapper, []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	renderer.Helm = wrapper
	objects, err := renderer.Render(t.Context(), Options{
		Environment: "oke", Selector: "name!=strimzi,name!=ingress,name!=dapr,name!=chaos-mesh",
		Env: []string{ImageRegistryEnv + "=" + imageRegistry, "ASSAY_IMAGE_PULL_SECRET=" + name, "ASSAY_IMAGE_PULL_CONFIG=" + path},
	})
	content, _ := os.ReadFile(seen)
	return objects, string(content), err
}

const dockerConfig = `{"auths": {"fra.ocir.io": {"auth": "dXNlcjpzM2NyM3Q="}}}`

func TestThePullSecretIsMadeFromADockerConfiguration(t *testing.T) {
	objects, seen, err := pullSecret(t, dockerConfig, "registry")
	if err != nil {
		t.Fatal(err)
	}
	secret := named(t, objects, "Secret", "todo-app", "registry")
	encoded, _ := at(secret, "data", corev1.DockerConfigJsonKey).(string)
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || string(content) != dockerConfig || at(secret, "type") != string(corev1.SecretTypeDockerConfigJson) {
		t.Errorf("the secret is of type %v and holds %q, %v", at(secret, "type"), content, err)
	}
	if seen == "" || strings.Contains(seen, "dXNlcjpzM2NyM3Q") {
		t.Errorf("the credentials are on a command line or in a file of values:\n%s", seen)
	}
	for _, object := range objects {
		if object.GetKind() != "Deployment" || object.GetNamespace() != "todo-app" {
			continue
		}
		secrets := decode[appsv1.Deployment](t, object).Spec.Template.Spec.ImagePullSecrets
		if len(secrets) != 1 || secrets[0].Name != "registry" {
			t.Errorf("%s pulls with %v", Name(object), secrets)
		}
	}
}

func TestADockerConfigurationWithoutCredentialsIsRefused(t *testing.T) {
	for name, tc := range map[string]struct{ config, secret, want string }{
		"kept by a helper":        {`{"auths": {"fra.ocir.io": {}}, "credsStore": "desktop"}`, "registry", "credential helper"},
		"no registry":             {`{"auths": {}}`, "registry", "credential helper"},
		"no docker configuration": {`{"user": "s3cr3t"}`, "registry", "docker configuration"},
		"no JSON":                 {`user: s3cr3t`, "registry", "docker configuration"},
		"no name":                 {dockerConfig, "", "ASSAY_IMAGE_PULL_SECRET"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := pullSecret(t, tc.config, tc.secret)
			if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "s3cr3t") {
				t.Errorf("got %v, want an error with %q", err, tc.want)
			}
		})
	}
}
