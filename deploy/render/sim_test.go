package render

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/spec/todo"
)

// differing are the objects that a simulated OKE has otherwise than the real one, and
// why. Everything else is the same.
var differing = map[string]string{
	"DaemonSet chaos-mesh/chaos-daemon":    "kind's nodes run containerd",
	"Deployment monitoring/metrics-server": "kind's kubelets sign their own serving certificates",
}

// TestTheSimulatedOKEIsDeployedLikeTheRealOne compares objects, so that a value of
// the environment oke which the simulation forgets is found.
func TestTheSimulatedOKEIsDeployedLikeTheRealOne(t *testing.T) {
	for _, name := range []string{"oke-sim", "oke-sim-hermetic"} {
		t.Run(name, func(t *testing.T) {
			oke, sim := rendered(t, "oke", builds(name)), rendered(t, name, builds(name))
			seen := map[string]bool{}
			for key, object := range oke {
				other, ok := sim[key]
				if !ok {
					t.Errorf("%s is not deployed", key)
					continue
				}
				diff := cmp.Diff(strings.Split(object, "\n"), strings.Split(other, "\n"))
				if why := differing[key]; (diff == "") != (why == "") {
					t.Errorf("%s: it differs from the one on OKE (%q is why):\n%s", key, why, diff)
				}
				seen[key] = true
			}
			for key := range sim {
				if !seen[key] {
					t.Errorf("%s is deployed, and not on OKE", key)
				}
			}
		})
	}
}

// rendered returns the objects of our charts and of those that both kinds of images
// have: each one's JSON by kind and name. Certificates differ in each rendering, and so
// does what follows from them.
func rendered(t *testing.T, environmentName string, withoutPublished bool) map[string]string {
	t.Helper()
	random := regexp.MustCompile(`"(checksum/[a-z]+|caBundle|rollme)": "[^"]*"`)
	found := map[string]string{}
	for _, object := range environment(t, environmentName).objects {
		release := object.GetNamespace()
		if object.GetKind() == "Secret" || withoutPublished && (release == "ingress-nginx" || isOperators(object)) {
			continue
		}
		content, err := json.MarshalIndent(object.Object, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		found[Name(object)] = random.ReplaceAllString(string(content), "")
	}
	return found
}

// isOperators reports whether an object is of the operator of Kafka or of the ingress
// controller, whose charts are others where images are built.
func isOperators(object unstructured.Unstructured) bool {
	name := object.GetName()
	return object.GetKind() == "CustomResourceDefinition" || strings.Contains(name, "strimzi") ||
		strings.Contains(name, "ingress") || strings.Contains(name, "nginx")
}

// ofNodes returns the objects that a cluster with nodes like OKE's has before
// anything is deployed.
func ofNodes(t *testing.T) []unstructured.Unstructured {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "hermetic", "oke", "*.yaml"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no manifests of nodes that are like OKE's: %v", err)
	}
	var objects []unstructured.Unstructured
	for _, file := range files {
		stream, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		parsed, err := Parse(stream)
		_ = stream.Close()
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		objects = append(objects, parsed...)
	}
	return objects
}

func TestTheManifestsOfNodesLikeOKEsConform(t *testing.T) {
	objects := ofNodes(t)
	problems, err := NewSchemas(kubernetesOpenAPI(t)).Conform(t.TempDir(), objects)
	if err != nil {
		t.Fatal(err)
	}
	refused, err := PodSecurity(objects)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range slices.Concat(problems, refused) {
		t.Error(problem)
	}
}

func TestTheImagesOfNodesLikeOKEsAreInTheirCatalogue(t *testing.T) {
	made, err := catalogue.LoadOKE(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, image := range Images(ofNodes(t)) {
		known := slices.ContainsFunc(made.Images, func(i catalogue.Image) bool { return i.Ref == image && i.Network })
		if !known {
			t.Errorf("hermetic/images.yaml does not have %s before pods have a network", image)
		}
	}
}

// TestFlannelHasTheRangesOfTheCluster holds the nodes of the simulated OKE, which have
// those of the reference specification.
func TestFlannelHasTheRangesOfTheCluster(t *testing.T) {
	cluster := todo.Must().OCI.OKECluster
	daemon := decode[appsv1.DaemonSet](t, named(t, ofNodes(t), "DaemonSet", "kube-flannel", "kube-flannel-ds"))
	services := "-d " + cluster.ServicesCIDR.String() + " "
	if !slices.ContainsFunc(daemon.Spec.Template.Spec.InitContainers, func(c corev1.Container) bool {
		return strings.Contains(strings.Join(c.Command, " "), services)
	}) {
		t.Errorf("no init container keeps %s", services)
	}
	pods := cluster.PodsCIDR.String()
	config := named(t, ofNodes(t), "ConfigMap", "kube-flannel", "kube-flannel-cfg")
	text, _ := at(config, "data", "net-conf.json").(string)
	var network struct {
		Network string
		Backend struct{ Type string }
	}
	if err := json.Unmarshal([]byte(text), &network); err != nil {
		t.Fatal(err)
	}
	if network.Network != pods || network.Backend.Type != "vxlan" {
		t.Errorf("flannel's network is %+v, want %s by VXLAN", network, pods)
	}
}
