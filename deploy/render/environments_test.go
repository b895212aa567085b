package render

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// renderTimeout bounds one run of helmfile.
const renderTimeout = 5 * time.Minute

// imageRegistry is where the workloads' images are on OKE.
const imageRegistry = "registry.example/assay"

// published are the releases whose charts are pulled where images are not built,
// with the directories of the charts.
var published = map[string]string{"strimzi": "strimzi-kafka-operator", "ingress": "nginx-ingress"}

// rendering is what one environment installs.
type rendering struct {
	objects []unstructured.Unstructured
	// missing names the published charts that are not here.
	missing []string
}

// find returns the renderer, or skips the test with what is missing.
func find(t *testing.T) Renderer {
	t.Helper()
	deploy, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	platform, err := filepath.Abs(referencePlatform)
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := Find(deploy, platform, t.TempDir())
	if err != nil {
		t.Skip("nothing can be rendered: ", err)
	}
	return renderer
}

// environments are those of helmfile.yaml.
var environments = []string{"kind-hermetic", "kind", "oke", "oke-sim-hermetic", "oke-sim"}

// referencePlatform is the reference specification's.
const referencePlatform = "../../spec/todo/platform.yaml"

// builds reports whether an environment's images are built, so that stand-ins take
// the places of published charts.
func builds(environment string) bool { return strings.HasSuffix(environment, "-hermetic") }

var (
	renderOnce sync.Once
	renderings = map[string]rendering{}
	renderErr  error
)

// environment returns what an environment installs. The first call renders all
// of them, at the same time.
func environment(t *testing.T, name string) rendering {
	t.Helper()
	renderer := find(t)
	renderOnce.Do(func() {
		if renderErr = readAll(renderer.Deploy); renderErr != nil {
			return
		}
		ctx, cancel := context.WithTimeout(t.Context(), renderTimeout)
		defer cancel()
		group, ctx := errgroup.WithContext(ctx)
		var mu sync.Mutex
		add := func(key, environment, platform string) {
			group.Go(func() error {
				renderer := renderer
				renderer.Platform = platform
				result, err := renderAll(ctx, renderer, environment)
				mu.Lock()
				defer mu.Unlock()
				renderings[key] = result
				return err
			})
		}
		for _, name := range environments {
			add(name, name, renderer.Platform)
		}
		for _, name := range otherEnvironments {
			add(otherKey(name), name, writeOther(t))
		}
		renderErr = group.Wait()
	})
	if renderErr != nil {
		t.Fatal(renderErr)
	}
	return renderings[name]
}

// readAll reads what helmfile will read. The go command reuses a result while the
// files that the test itself has opened are the same, and knows of no others.
func readAll(dir string) error {
	return filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		_, err = os.ReadFile(path)
		return err
	})
}

func renderAll(ctx context.Context, renderer Renderer, name string) (rendering, error) {
	var result rendering
	options := Options{Environment: name, Env: []string{ImageRegistryEnv + "=" + imageRegistry}}
	if !builds(name) {
		var selectors []string
		for release, chart := range published {
			if _, err := os.Stat(filepath.Join(renderer.Charts, chart)); err != nil {
				result.missing = append(result.missing, chart)
				selectors = append(selectors, "name!="+release)
			}
		}
		options.Selector = strings.Join(selectors, ",")
	}
	var err error
	result.objects, err = renderer.Render(ctx, options)
	return result, err
}

// eachPlatform runs a check on every environment of the reference specification, and on
// those of another one.
func eachPlatform(t *testing.T, check func(*testing.T, *spec.Platform, []unstructured.Unstructured)) {
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) { check(t, todo.Must().Platform, objects) })
	for _, name := range otherEnvironments {
		t.Run(otherKey(name), func(t *testing.T) { check(t, other(t), environment(t, otherKey(name)).objects) })
	}
}

// eachEnvironment runs a check on every environment of the reference specification.
func eachEnvironment(t *testing.T, check func(*testing.T, []unstructured.Unstructured)) {
	for _, name := range environments {
		t.Run(name, func(t *testing.T) {
			result := environment(t, name)
			check(t, result.objects)
			for _, chart := range result.missing {
				t.Run(chart, func(t *testing.T) { t.Skip("this chart cannot be had here") })
			}
		})
	}
}

// kubernetesOpenAPI is where the source of the pinned Kubernetes holds its API.
func kubernetesOpenAPI(t *testing.T) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), renderTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "k8s.io/kubernetes")
	command.Dir = filepath.Join("..", "..", "hermetic", "modules", "kube")
	output, err := command.Output()
	dir := filepath.Join(strings.TrimSpace(string(output)), "api", "openapi-spec", "v3")
	if err == nil {
		_, err = os.Stat(dir)
	}
	if err != nil {
		t.Skipf("the source of Kubernetes is not in the module cache (%v): run `go mod download k8s.io/kubernetes` "+
			"in hermetic/modules/kube", err)
	}
	return dir
}

func TestManifestsConform(t *testing.T) {
	openAPI := kubernetesOpenAPI(t)
	// The stand-in's chart holds Strimzi's own definitions, in case Strimzi's
	// chart cannot be had.
	definitions := environment(t, "kind-hermetic").objects
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		schemas := NewSchemas(openAPI)
		for _, source := range [][]unstructured.Unstructured{definitions, objects} {
			if err := schemas.AddDefinitions(source); err != nil {
				t.Fatal(err)
			}
		}
		problems, err := schemas.Conform(t.TempDir(), objects)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range problems {
			t.Error(problem)
		}
		t.Logf("%d objects conform or are reported", len(objects))
	})
}

func TestPodsFitTheirNamespaces(t *testing.T) {
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		refused, err := PodSecurity(objects)
		if err != nil {
			t.Fatal(err)
		}
		for _, problem := range refused {
			t.Error(problem)
		}
	})
}

// own are the images that the project makes: their tag stands for what they are
// at present.
var own = regexp.MustCompile(`^(assay\.dev|registry\.example/assay)/workloads/[a-z-]+:dev$`)

// pinned is a reference with a registry, so that none is assumed, and a version.
var pinned = regexp.MustCompile(`^[a-z0-9.-]+\.[a-z]+/[a-z0-9./_-]+:v?[0-9][0-9A-Za-z._-]*$`)

func TestImagesArePinned(t *testing.T) {
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		images := Images(objects)
		for _, image := range images {
			if !pinned.MatchString(image) && !own.MatchString(image) {
				t.Errorf("image %s does not name its registry and an exact version", image)
			}
		}
		pods, err := Pods(objects)
		if err != nil {
			t.Fatal(err)
		}
		for _, pod := range pods {
			for _, container := range pod.Containers() {
				want := corev1.PullIfNotPresent
				if strings.HasPrefix(container.Image, imageRegistry) {
					want = corev1.PullAlways // nothing puts a new image into the nodes there
				}
				if container.ImagePullPolicy != want {
					t.Errorf("%s: container %s has the pull policy %q, not %s",
						pod.Owner, container.Name, container.ImagePullPolicy, want)
				}
			}
		}
		t.Logf("images:\n%s", strings.Join(images, "\n"))
	})
}

// TestHermeticImagesAreInTheCatalogue finds images that hermetic mode could not
// make.
func TestHermeticImagesAreInTheCatalogue(t *testing.T) {
	made, err := catalogue.Load(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	if made, err = made.WithDeployments(todo.Must().Deployments); err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, image := range made.All() {
		known[image.Ref] = true
	}
	for _, name := range environments {
		if !builds(name) {
			continue
		}
		for _, image := range Images(environment(t, name).objects) {
			// The project's own are pushed where they are pulled from.
			if !known[image] && !strings.HasPrefix(image, imageRegistry+"/") {
				t.Errorf("%s: hermetic/images.yaml does not say how to make %s", name, image)
			}
		}
	}
}

func TestContainersStateTheirResources(t *testing.T) {
	eachEnvironment(t, func(t *testing.T, objects []unstructured.Unstructured) {
		pods, err := Pods(objects)
		if err != nil {
			t.Fatal(err)
		}
		for _, pod := range pods {
			for _, container := range pod.Containers() {
				for _, missing := range missingResources(pod, container) {
					t.Errorf("%s: container %s states no %s", pod.Owner, container.Name, missing)
				}
			}
		}
	})
}

// missingResources names what a container leaves to a LimitRange or to chance.
// The pod network may use the CPU that it needs.
func missingResources(pod Pod, container corev1.Container) []string {
	var missing []string
	for _, resource := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
		if _, ok := container.Resources.Requests[resource]; !ok {
			missing = append(missing, fmt.Sprintf("request of %s", resource))
		}
		unthrottled := resource == corev1.ResourceCPU && pod.Namespace == "kube-system"
		if _, ok := container.Resources.Limits[resource]; !ok && !unthrottled {
			missing = append(missing, fmt.Sprintf("limit of %s", resource))
		}
	}
	return missing
}
