// Package run says which run of the suites this is, what it judges, and where it
// keeps what it sees.
package run

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/google/renameio/v2"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// Version is the version of run.json. A reader refuses any other.
const Version = 2

// DirEnv names the directory of the run that suites take part in. Unset, a suite
// makes a run of its own.
const DirEnv = "ASSAY_RUN"

// HolderEnv holds the number of the process that holds the platform for a suite. The
// suite ends with it. Unset, a suite holds the platform itself.
const HolderEnv = "ASSAY_HOLDER"

// WorkDirEnv names the directory in which the process that has started a suite keeps what
// it makes: the checkout or, where there is none, the directory that its user works in.
const WorkDirEnv = "ASSAY_WORK_DIR"

// NoDiagnosticsEnv set to anything keeps checks that fail from saving what the
// platform was like: somebody broke it on purpose and knows.
const NoDiagnosticsEnv = "ASSAY_NO_DIAGNOSTICS"

// Run is one run of the suites on one platform.
type Run struct {
	Version int       `json:"version"`
	ID      string    `json:"id"`
	Started time.Time `json:"started"`
	// Seed is what every random choice of the run comes from.
	Seed int64 `json:"seed"`
	// Target and Images say what is judged: kind or oke; public or hermetic.
	Target spec.Target `json:"target"`
	// Profile is what the run may do to the platform, empty for everything.
	Profile spec.Profile `json:"profile,omitempty"`
	Images  string       `json:"images"`
	// Suites are those that the run was asked for, empty where it was not asked: a run that
	// a suite has made by itself.
	Suites []spec.Suite `json:"suites,omitempty"`
	// Commit is the revision of this repository, with "+changes" if it has any.
	Commit string `json:"commit"`
	// Command is what was run, for repeating it.
	Command string `json:"command"`
	// Revision is the revision of the specification.
	Revision string `json:"revision"`
	// ClusterUID is the UID of the cluster's namespace kube-system.
	ClusterUID string `json:"clusterUID"`
	// Endpoint is where the ingress controller is reached from here, for HTTP and
	// HTTPS: host:port.
	Ingress Endpoint `json:"ingress"`
	// Unsupported holds what the target cannot do, by capability, with the reason.
	// What is not in it the target can do.
	Unsupported map[spec.Capability]string `json:"unsupported"`
	// Versions are what runs, by component; Digests the images, by reference.
	Versions map[string]string `json:"versions"`
	Digests  map[string]string `json:"digests"`
	// WaiversFile is how messages call the file of waivers that the run holds as
	// waivers.yaml, empty for a run without waivers.
	WaiversFile string `json:"waiversFile,omitempty"`
	// AcceptSkips are capabilities that the target may lack: a MUST that is skipped because of
	// them alone does not make the run inconclusive.
	AcceptSkips []spec.Capability `json:"acceptSkips,omitempty"`

	// Spec is what the platform is judged by. Create copies its directory into the run,
	// so that the run can be judged again by what it was judged by; Open leaves it nil.
	Spec *spec.Spec `json:"-"`

	waivers *spec.Waivers // as Waive has set them, or Waivers has read them
	dir     string
}

// Endpoint is where the ingress is reached.
type Endpoint struct {
	HTTP  string `json:"http"`
	HTTPS string `json:"https"`
}

// Create makes the run's directory below root and writes run.json into it. A run
// without an ID gets one from the second in which it started; runs that start in the
// same second get a number behind it. The directory of another run is an error.
func Create(root string, r Run) (*Run, error) {
	r.Version = Version
	if err := os.MkdirAll(root, 0o755); err != nil {
		return nil, fmt.Errorf("make the run's directory: %w", err)
	}
	if err := r.reserve(root); err != nil {
		return nil, fmt.Errorf("make the run's directory: %w", err)
	}
	for _, dir := range []string{r.Path("ginkgo"), r.Path("history"), r.Path("diagnostics")} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, fmt.Errorf("make the run's directory: %w", err)
		}
	}
	if r.Spec != nil {
		if err := os.CopyFS(r.Path(specDir), r.Spec.Files); err != nil {
			return nil, fmt.Errorf("copy the specification into the run: %w", err)
		}
	}
	return &r, r.Save()
}

// specDir holds the specification inside of a run.
const specDir = "spec"

// Specification is what the run was judged by: the copy in the run, or for a run without
// one, which is from before copies were kept, the one that is chosen now.
func (r *Run) Specification() (*spec.Spec, error) {
	if r.Spec != nil {
		return r.Spec, nil
	}
	var err error
	r.Spec, err = SpecIn(r.dir)
	return r.Spec, err
}

// SpecIn is the specification of the run in a directory, as Specification returns it.
func SpecIn(dir string) (*spec.Spec, error) {
	copied := filepath.Join(dir, specDir)
	if _, err := os.Stat(copied); err != nil {
		return source.Open("")
	}
	return source.Open(copied)
}

// reserve makes the directory that only this run has: mkdir succeeds for one process.
func (r *Run) reserve(root string) error {
	chosen := r.ID != ""
	if !chosen {
		r.ID = r.Started.UTC().Format("20060102-150405")
	}
	if err := CheckID(r.ID); err != nil {
		return err
	}
	second := r.ID
	for n := 2; ; n++ {
		r.dir = filepath.Join(root, r.ID)
		err := os.Mkdir(r.dir, 0o755)
		if chosen || !errors.Is(err, fs.ErrExist) {
			return err
		}
		r.ID = fmt.Sprintf("%s-%d", second, n)
	}
}

// Save writes run.json, in one step.
func (r *Run) Save() error {
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return fmt.Errorf("write run.json: %w", err)
	}
	if err := renameio.WriteFile(r.Path("run.json"), append(content, '\n'), 0o644); err != nil {
		return fmt.Errorf("write run.json: %w", err)
	}
	return nil
}

// Open reads the run in a directory.
func Open(dir string) (*Run, error) {
	content, err := os.ReadFile(filepath.Join(dir, "run.json"))
	if err != nil {
		return nil, fmt.Errorf("open the run: %w", err)
	}
	var r Run
	if err := json.Unmarshal(content, &r); err != nil {
		return nil, fmt.Errorf("open the run in %s: %w", dir, err)
	}
	if r.Version < oldest || r.Version > Version {
		return nil, fmt.Errorf("open the run in %s: it is of version %d, this is for versions %d to %d", dir, r.Version, oldest, Version)
	}
	r.Version = Version
	if err := CheckID(r.ID); err != nil {
		return nil, fmt.Errorf("open the run: %s: %w", filepath.Join(dir, "run.json"), err)
	}
	r.dir = dir
	return &r, nil
}

// Path is a path inside the run's directory.
func (r *Run) Path(parts ...string) string {
	return filepath.Join(append([]string{r.dir}, parts...)...)
}
