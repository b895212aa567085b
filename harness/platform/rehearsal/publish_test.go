package rehearsal

import (
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"sigs.k8s.io/yaml"

	"assay.dev/assay/deploy/render"
	"assay.dev/assay/hermetic/catalogue"
	"assay.dev/assay/hermetic/pull"
	"assay.dev/assay/hermetic/registry"
	"assay.dev/assay/hermetic/store"
)

const repository = "../../.."

// chartSources are the stand-ins' charts by the names that hermetic mode gives them.
var chartSources = map[string]string{"strimzi-standin": "standins/strimzi/chart", "nginx-standin": "standins/ingress/chart"}

// publish publishes random images and the stand-ins' charts, and returns what pulls
// from the registry that has them.
func publish(t *testing.T) *pull.Puller {
	t.Helper()
	built, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	charts, images := t.TempDir(), map[string]v1.Image{}
	for name, source := range chartSources {
		if err := os.CopyFS(filepath.Join(charts, name), os.DirFS(filepath.Join(repository, source))); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range standIns {
		if images[s.from], err = random.Image(1<<10, 1); err != nil {
			t.Fatal(err)
		}
		if err := built.PutImage(s.from, "test", images[s.from]); err != nil {
			t.Fatal(err)
		}
	}
	if err := Publish(built, charts); err != nil {
		t.Fatal(err)
	}
	served, err := registry.New(built.LayoutDir())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Host = MirrorHost // as if its name led here
		byHost(served).ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	mirror, err := pull.ParseMirror(strings.TrimPrefix(server.URL, "http://") + "/" + MirrorPrefix)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DOCKER_CONFIG", t.TempDir())
	user, err := store.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range standIns {
		if image, err := built.ByReference(s.image); err != nil {
			t.Error(err)
		} else if got, want := digest(t, image), digest(t, images[s.from]); got != want {
			t.Errorf("%s is %s, want %s as %s", s.image, got, want, s.from)
		}
	}
	return pull.New(user, mirror, "amd64")
}

func digest(t *testing.T, image v1.Image) v1.Hash {
	t.Helper()
	hash, err := image.Digest()
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// TestWhatIsPublishedIsWhatPublicModePulls holds the references against the catalogue.
func TestWhatIsPublishedIsWhatPublicModePulls(t *testing.T) {
	list, err := catalogue.Load(repository)
	if err != nil {
		t.Fatal(err)
	}
	images, charts := map[string]bool{}, map[string]bool{}
	for _, s := range standIns {
		images[s.image], charts[s.chart] = true, true
	}
	for _, ref := range list.Published.Images {
		if !images[ref] {
			t.Errorf("image %s is not published", ref)
		}
	}
	for _, ref := range list.Published.Charts {
		if !charts[ref] {
			t.Errorf("chart %s is not published", ref)
		}
	}
}

// TestPublishedChartsDifferInTheirNameAlone pulls the charts as `up` does.
func TestPublishedChartsDifferInTheirNameAlone(t *testing.T) {
	puller := publish(t)
	for _, s := range standIns {
		dir, err := puller.Chart(t.Context(), io.Discard, s.chart)
		if err != nil {
			t.Fatal(err)
		}
		source := filepath.Join(repository, chartSources[s.fromChart])
		err = filepath.WalkDir(source, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			relative, err := filepath.Rel(source, path)
			if err != nil || relative == "Chart.yaml" {
				return err
			}
			want, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if got, err := os.ReadFile(filepath.Join(dir, relative)); err != nil || string(got) != string(want) {
				t.Errorf("%s: %s is another one (%v)", s.chart, relative, err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.ReadFile(filepath.Join(dir, "Chart.yaml"))
		if err != nil {
			t.Fatal(err)
		}
		var about struct {
			Name, Version string
			Annotations   map[string]string
		}
		if err := yaml.Unmarshal(content, &about); err != nil {
			t.Fatal(err)
		}
		parts := chartReference.FindStringSubmatch(s.chart)
		if about.Name != parts[1] || about.Version != parts[2] || about.Annotations["assay.dev/stand-in"] == "" {
			t.Errorf("%s says of itself: %+v", s.chart, about)
		}
	}
}

// TestPublishedChartsRenderThePublicImages renders what was pulled with the values of
// public mode: nothing has to be written into a stand-in's chart to publish it.
func TestPublishedChartsRenderThePublicImages(t *testing.T) {
	deploy, err := filepath.Abs(filepath.Join(repository, "deploy"))
	if err != nil {
		t.Fatal(err)
	}
	renderer, err := render.Find(deploy, filepath.Join(filepath.Dir(deploy), "spec", "todo", "platform.yaml"), t.TempDir())
	if err != nil {
		t.Skip("nothing can be rendered: ", err)
	}
	puller := publish(t)
	renderer.Charts = t.TempDir()
	for _, s := range standIns {
		dir, err := puller.Chart(t.Context(), io.Discard, s.chart)
		if err != nil {
			t.Fatal(err)
		}
		name := chartReference.FindStringSubmatch(s.chart)[1]
		if err := os.CopyFS(filepath.Join(renderer.Charts, name), os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
	}
	for release, s := range map[string]standIn{"strimzi": standIns[0], "ingress": standIns[1]} {
		objects, err := renderer.Render(t.Context(), render.Options{Environment: "kind", Selector: "name=" + release})
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, image := range render.Images(objects) {
			found = found || image == s.image
			if strings.HasPrefix(image, "assay.dev/") {
				t.Errorf("release %s has the image %s, which is not public", release, image)
			}
		}
		if !found {
			t.Errorf("release %s has the images %v, want %s", release, render.Images(objects), s.image)
		}
	}
}
