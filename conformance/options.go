package conformance

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"

	"assay.dev/assay/harness/expect"
	"assay.dev/assay/harness/kube/target"
	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runner/session"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// Options say what a suite judges, by what, and where what it sees goes. The zero value
// leaves all of it to the environment.
type Options struct {
	// Spec is the directory of the specification, such as os.DirFS("spec"). Nil is the
	// directory that ASSAY_SPEC names, else the reference that comes with assay.
	Spec fs.FS

	// Kubeconfig is the file that names the cluster to judge, with one cluster, one user
	// and no program to run (ASSAY_KUBECONFIG). ClusterUID is the UID of that cluster's
	// namespace kube-system (ASSAY_CLUSTER_UID), which has to carry the label
	// assay.dev/target=yes. Both or none are set.
	Kubeconfig string
	ClusterUID string

	// Platform is the name of a platform that `assay up` has made (ASSAY_PLATFORM), for
	// whoever has several. It excludes Kubeconfig.
	Platform string
	// Checkout is the checkout of assay that has made the platform, and in which checks
	// that use Helm find its charts. Empty is the Go module that the test runs in; with
	// Kubeconfig there need be none.
	Checkout string

	// Profile is what the suite may do to the platform: read-only, standard, disruptive or
	// chaos (ASSAY_PROFILE). Checks that would do more are not selected. Empty is
	// everything or, on a cluster that `assay adopt` has taken over, what that allows.
	Profile string

	// Ingress is where the ingress controller is reached from here. Empty is the address
	// of the load balancer before it, or of the node that `assay up` has made.
	Ingress Ingress

	// Focus selects the checks of one requirement (topic.orders.partitions), of one row
	// (topic.orders) or of one fault (broker-pod-kill), or else those whose names match it
	// as a regular expression. Labels selects checks by an expression such as
	// "MUST && !waits"; it and -ginkgo.label-filter both have to select a check.
	Focus  string
	Labels string

	// Waivers is the path of a file of waivers: requirements that need not be met until a
	// day, with reason and owner (ASSAY_WAIVERS). A waiver that has expired, and one whose
	// requirement passes, makes the verdict Red.
	Waivers string
	// AcceptSkips are capabilities that the cluster may lack, such as network-loss: a MUST
	// that is skipped for them alone leaves the verdict Green. It stays Skipped.
	AcceptSkips []string

	// ReportDir takes a directory for the run, named by the time of its start, with what
	// was seen, report.html, report.json and junit.xml. Empty keeps what was seen in
	// artifacts/runs of Checkout, and writes no report.
	ReportDir string

	// DryRun lists what would be judged. It needs no cluster.
	DryRun bool
}

// Ingress is where an ingress controller is reached for HTTP and HTTPS, as HOST:PORT.
type Ingress struct {
	HTTP, HTTPS string
}

// settings checks the options for a suite and sets the environment that they are instead
// of, for this process and those that it starts. Its error says which option is wrong and
// what to do.
func (o Options) settings(suite *Suite) (expect.Settings, error) {
	s := expect.Settings{Ingress: run.Endpoint(o.Ingress), DryRun: o.DryRun}
	for _, check := range []func(*expect.Settings) error{o.load, o.exceptions, o.cluster, o.ingress, o.directories} {
		if err := check(&s); err != nil {
			return s, fmt.Errorf("conformance: %w", err)
		}
	}
	if err := o.selection(&s, suite); err != nil {
		return s, fmt.Errorf("conformance: %w", err)
	}
	return s, o.environment()
}

// load reads the specification.
func (o Options) load(s *expect.Settings) (err error) {
	if o.Spec == nil {
		s.Spec, err = source.Open("")
		return err
	}
	name := "Options.Spec"
	if dir := reflect.ValueOf(o.Spec); dir.Kind() == reflect.String { // os.DirFS
		name = dir.String()
	}
	if _, err := fs.Stat(o.Spec, spec.PlatformFile); err != nil {
		return fmt.Errorf("the option Spec is no specification: %w: give it a directory with %s in it, which `assay spec init DIR` makes", err, spec.PlatformFile)
	}
	s.Spec, err = spec.Load(name, o.Spec)
	return err
}

// exceptions reads waivers and accepted skips. In a process that another one has started,
// these are those of its run: nothing is read a second time, from another directory.
func (o Options) exceptions(s *expect.Settings) (err error) {
	if s.Exceptions.AcceptSkips, err = session.Capabilities(o.AcceptSkips); err != nil {
		return fmt.Errorf("the option AcceptSkips: %w", err)
	}
	path := o.Waivers
	if path == "" && os.Getenv(run.HolderEnv) == "" {
		path = os.Getenv(run.WaiversEnv)
	}
	if path == "" {
		return nil
	}
	if s.Exceptions.Waivers, err = run.ReadWaivers(path, s.Spec); err != nil {
		return fmt.Errorf("the option Waivers: %w", err)
	}
	return nil
}

// cluster wants one cluster, named in one way.
func (o Options) cluster(*expect.Settings) error {
	switch {
	case o.Kubeconfig == "" && o.ClusterUID != "":
		return errors.New("the option ClusterUID is set and Kubeconfig is not: set both, or none for the platform that `assay up` has made")
	case o.Kubeconfig != "" && o.ClusterUID == "":
		return errors.New("the option Kubeconfig is set and ClusterUID is not: set it to what `kubectl get namespace kube-system -o jsonpath={.metadata.uid}` prints")
	case o.Kubeconfig != "" && o.Platform != "":
		return errors.New("the options Kubeconfig and Platform both name a cluster: set one of them")
	case o.Kubeconfig != "":
		if _, err := target.Read(o.Kubeconfig); err != nil {
			return fmt.Errorf("the option Kubeconfig: %w: give it the path of a file of one cluster and one user, with their keys in it", err)
		}
	}
	return nil
}

// ingress wants two addresses or none.
func (o Options) ingress(*expect.Settings) error {
	if o.Ingress == (Ingress{}) {
		return nil
	}
	for _, of := range []struct{ name, address string }{{"HTTP", o.Ingress.HTTP}, {"HTTPS", o.Ingress.HTTPS}} {
		host, port, err := net.SplitHostPort(of.address)
		number, notNumber := strconv.Atoi(port)
		if err != nil || notNumber != nil || host == "" || number < 1 || number > 65535 {
			return fmt.Errorf("the option Ingress.%s is %q: set HTTP and HTTPS to HOST:PORT, or leave out both", of.name, of.address)
		}
	}
	return nil
}

// directories wants directories that are there, or can be made.
func (o Options) directories(s *expect.Settings) (err error) {
	if o.Checkout != "" {
		if s.Checkout, err = filepath.Abs(o.Checkout); err != nil {
			return fmt.Errorf("the option Checkout: %w", err)
		}
		if _, err := os.Stat(filepath.Join(s.Checkout, "deploy", "helmfile.yaml")); err != nil {
			return fmt.Errorf("the option Checkout is %s, which is no checkout of assay: %w: give it the directory in which `make up` was run", o.Checkout, err)
		}
	}
	if o.ReportDir == "" {
		return nil
	}
	if s.Runs, err = filepath.Abs(o.ReportDir); err != nil {
		return fmt.Errorf("the option ReportDir: %w", err)
	}
	if info, err := os.Stat(s.Runs); err == nil && !info.IsDir() {
		return fmt.Errorf("the option ReportDir is %s, which is a file: give it a directory, which is made if it is not there", o.ReportDir)
	}
	return nil
}

// selection wants checks of this suite.
func (o Options) selection(s *expect.Settings, suite *Suite) error {
	filter, err := session.Filter{Focus: o.Focus, Labels: o.Labels}.Resolve(s.Spec)
	if err != nil {
		return fmt.Errorf("the options Focus and Labels: %w", err)
	}
	if holding := filter.Suites(s.Spec, session.Suites()); !slices.Contains(holding, suite.Name()) {
		return fmt.Errorf("the options Focus and Labels select checks of the suite %s, and this is %s: run %[1]s.Suite, or select a requirement of %[2]s", holding[0], suite.Name())
	}
	profile, err := o.profile()
	if err != nil {
		return err
	}
	within, filter := session.Within(profile, []spec.Suite{suite.Name()}, filter)
	if len(within) == 0 {
		return fmt.Errorf("the suite %s has no check of the profile %s: set the option Profile to another one", suite.Name(), profile)
	}
	s.Focus, s.Labels = filter.Focus, filter.Labels
	return nil
}

// profile is the profile of the option, or of the environment. What an adoption allows is
// known once the suite connects.
func (o Options) profile() (spec.Profile, error) {
	name := cmp.Or(o.Profile, os.Getenv(platform.ProfileEnv))
	if name == "" {
		return spec.Breaking, nil
	}
	profile, err := spec.ParseProfile(name)
	if err != nil {
		return "", fmt.Errorf("the option Profile: %w", err)
	}
	return profile, nil
}

// environment names the cluster of the options where programs look for it.
func (o Options) environment() error {
	set := map[string]string{}
	switch {
	case o.Kubeconfig != "":
		path, err := filepath.Abs(o.Kubeconfig)
		if err != nil {
			return fmt.Errorf("conformance: the option Kubeconfig: %w", err)
		}
		set[platform.KubeconfigEnv], set[platform.ClusterUIDEnv], set[recordings.Env] = path, o.ClusterUID, ""
	case o.Platform != "":
		set[platform.NameEnv] = o.Platform
		set[platform.KubeconfigEnv], set[platform.ClusterUIDEnv], set[recordings.Env] = "", "", ""
	}
	if o.Profile != "" {
		set[platform.ProfileEnv] = o.Profile
	}
	for name, value := range set {
		if err := os.Setenv(name, value); err != nil {
			return fmt.Errorf("conformance: set %s: %w", name, err)
		}
	}
	if _, err := platform.Name(); err != nil {
		return fmt.Errorf("conformance: the option Platform, or the environment: %w", err)
	}
	return nil
}
