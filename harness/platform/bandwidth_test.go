package platform

import (
	"io"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"assay.dev/assay/hermetic/pull"
)

// TestDoctorTellsHowLongTheFirstUpTakes until the images are in the cache.
func TestDoctorTellsHowLongTheFirstUpTakes(t *testing.T) {
	p := newPlatform(t)
	t.Setenv("PATH", t.TempDir()) // no docker tells another architecture
	mirrorWith(t, runtime.GOARCH, probeImage)
	want := regexp.MustCompile("^1 images, 0\\.0 GB, are still to be pulled at about [0-9]+ Mbit/s: the first `make up` takes about [0-9]+m0s$")
	if finding := p.pullFinding(t.Context(), Mirror, []string{probeImage}); !finding.OK || !want.MatchString(finding.Text) {
		t.Errorf("with an empty cache: %s", finding)
	}
	pulled, err := p.newPulled(t.Context(), Mirror)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pulled.Image(t.Context(), io.Discard, probeImage); err != nil {
		t.Fatal(err)
	}
	if finding := p.pullFinding(t.Context(), Mirror, []string{probeImage}); !finding.OK || finding.Text != "all images are in the cache: nothing is to be pulled" {
		t.Errorf("with the image in the cache: %s", finding)
	}
}

// TestPullingAddsToWhatTheRestTakes by the bandwidth: 3 GB at 20 Mbit/s are 20 minutes.
func TestPullingAddsToWhatTheRestTakes(t *testing.T) {
	p := newPlatform(t)
	pending := pull.Pending{Images: 24, Bytes: 3_000_000_000}
	rest := p.untilReady(0)
	if rest < time.Minute || rest > 30*time.Minute {
		t.Errorf("without pulling `up` takes %s", rest)
	}
	// Programs are compiled meanwhile.
	if got := p.untilReady(pulling(pending, 2_500_000)); got <= 20*time.Minute || got > rest+20*time.Minute {
		t.Errorf("with pulling it takes %s, want up to 20 minutes more than %s", got, rest)
	}
	finding := pullTime(pending, 2_500_000, nil, 26*time.Minute)
	if want := "24 images, 3.0 GB, are still to be pulled at about 20 Mbit/s: the first `make up` takes about 26m0s"; !finding.OK || finding.Text != want || finding.Fix != "" {
		t.Errorf("doctor says %q, want %q", finding, want)
	}
}

// TestDoctorMeasuresOnlyWhereUpWillPull looks at the catalogue, which this repository
// lacks, as the sign that it measures.
func TestDoctorMeasuresOnlyWhereUpWillPull(t *testing.T) {
	for name, c := range map[string]struct {
		images Images
		state  *State
		want   bool
	}{
		"first up":                    {Public, nil, true},
		"an up that was interrupted":  {Public, &State{Phase: PhaseDeploying, Images: Public}, true},
		"a platform that is up":       {Public, &State{Phase: PhaseReady, Images: Public}, false},
		"images that are built":       {Hermetic, nil, false},
		"an engine that is elsewhere": {"", nil, false},
	} {
		p := newPlatform(t)
		fakeDocker(t, plainInfo)
		t.Setenv(pull.MirrorEnv, "")
		if c.state != nil {
			if err := p.saveState(*c.state); err != nil {
				t.Fatal(err)
			}
		}
		if c.images == "" {
			c.images = Public
			t.Setenv("DOCKER_HOST", "tcp://192.0.2.7:2376")
		}
		t.Setenv(ImagesEnv, string(c.images))
		measured := false
		for _, finding := range p.Prerequisites(t.Context()) {
			measured = measured || strings.Contains(finding.Fix, "git checkout -- hermetic/images.yaml")
		}
		if measured != c.want {
			t.Errorf("%s: measured %v", name, measured)
		}
	}
}
