package build

import (
	"context"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"assay.dev/assay/deploy/chartpatch"
	"assay.dev/assay/harness/process/steps"
	"assay.dev/assay/hermetic/host"
	"assay.dev/assay/hermetic/store"
)

// ChartsStep puts the charts together that helmfile.yaml names below $ASSAY_CHARTS.
const ChartsStep = "charts"

// moduleCharts are the charts that ship inside Go modules: the name that
// helmfile.yaml uses, the directory of the module that pins the version, the
// module, and the chart's place in it.
var moduleCharts = []struct{ name, pinnedBy, module, path string }{
	{"chaos-mesh", "hermetic/modules/kube", "github.com/chaos-mesh/chaos-mesh", "helm/chaos-mesh"},
	{"dapr", "hermetic/modules/dapr", "github.com/dapr/dapr", "charts/dapr"},
	{"metrics-server", "hermetic/modules/kube", "sigs.k8s.io/metrics-server", "charts/metrics-server"},
}

// ownCharts are the stand-ins' charts, by the name that helmfile.yaml uses.
var ownCharts = map[string]string{
	"nginx-standin":   "standins/ingress/chart",
	"strimzi-standin": "standins/strimzi/chart",
}

const (
	chaosAPI      = "github.com/chaos-mesh/chaos-mesh/api"
	controllerGen = "tools/controller-gen"
	strimziCRDs   = "strimzi-crds"
)

// strimziKinds maps Strimzi's API classes to the files of their CRDs.
var strimziKinds = map[string]string{
	"io.strimzi.api.kafka.model.kafka.Kafka":          "kafka.yaml",
	"io.strimzi.api.kafka.model.topic.KafkaTopic":     "kafkatopic.yaml",
	"io.strimzi.api.kafka.model.podset.StrimziPodSet": "strimzipodset.yaml",
}

// ChartSource brings published charts; pull.Puller is one.
type ChartSource interface {
	// Chart returns the directory of the chart with a public reference.
	Chart(ctx context.Context, log io.Writer, ref string) (string, error)
}

// ChartSet says which charts are put together, beside those of Go modules.
type ChartSet struct {
	// StandIns are the stand-ins' own charts.
	StandIns bool
	// Definitions of Strimzi's resources are made for the stand-in, with Java.
	Definitions bool
	// Published brings the charts in whose place the stand-ins are; nil for none.
	Published ChartSource
}

// Charts returns the directory of the charts.
func (b *Builder) Charts() (string, error) { return b.result("charts", "all") }

// ToolsPlan returns the steps that make helm, helmfile and the charts, which
// public images need too.
func (b *Builder) ToolsPlan(set ChartSet) []steps.Step {
	plan := b.compileSteps([]string{Helm, Helmfile, controllerGen}, []string{ToolsStep})
	if set.Definitions {
		plan = append(plan, b.step(mavenStep(strimziCRDs), []string{ToolsStep}, func(ctx context.Context, log io.Writer) error {
			return b.makeArchives(ctx, log, strimziCRDs)
		}))
	}
	return append(plan, b.chartsStep(set))
}

func (b *Builder) chartsStep(set ChartSet) steps.Step {
	needs := []string{programStep(controllerGen)}
	if set.Definitions {
		needs = append(needs, mavenStep(strimziCRDs))
	}
	return b.step(ChartsStep, needs, func(ctx context.Context, log io.Writer) error {
		return b.makeCharts(ctx, log, set)
	})
}

func (b *Builder) makeCharts(ctx context.Context, log io.Writer, set ChartSet) error {
	inputs := []string{"charts", fmt.Sprint(set.StandIns, set.Definitions)}
	for _, chart := range moduleCharts {
		dir, err := ModuleDir(ctx, log, filepath.Join(b.repo, chart.pinnedBy), chart.module)
		if err != nil {
			return err
		}
		inputs = append(inputs, dir)
	}
	api, err := ModuleDir(ctx, log, b.repo, chaosAPI)
	if err != nil {
		return err
	}
	inputs = append(inputs, api)
	sources := []string{"deploy/chartpatch"}
	if set.StandIns {
		sources = slices.AppendSeq(sources, maps.Values(ownCharts))
	}
	for _, dir := range sources {
		files, err := filesBelow(b.repo, dir)
		if err != nil {
			return err
		}
		sum, err := store.KeyOfFiles(b.repo, files...)
		if err != nil {
			return err
		}
		inputs = append(inputs, sum)
	}
	published, err := b.publishedCharts(ctx, log, set)
	if err != nil {
		return err
	}
	for name, dir := range published {
		inputs = append(inputs, name+"="+dir)
	}
	// The order of a map's keys must not change the key.
	slices.Sort(inputs)
	return b.object(ctx, "charts", "all", store.Key(inputs...), func(ctx context.Context, dir string) error {
		if err := b.copyModuleCharts(ctx, log, dir); err != nil {
			return err
		}
		for name, from := range published {
			if err := copyTree(from, filepath.Join(dir, name)); err != nil {
				return err
			}
		}
		if err := chartpatch.Apply(dir); err != nil {
			return err
		}
		if !set.StandIns {
			return nil
		}
		return b.copyOwnCharts(ctx, log, dir, set.Definitions)
	})
}

// publishedCharts returns the directories of the published charts by the names
// that helmfile.yaml uses.
func (b *Builder) publishedCharts(ctx context.Context, log io.Writer, set ChartSet) (map[string]string, error) {
	if set.Published == nil {
		return nil, nil
	}
	published := map[string]string{}
	for name, ref := range b.catalogue.Published.Charts {
		dir, err := set.Published.Chart(ctx, log, ref)
		if err != nil {
			return nil, err
		}
		published[name] = dir
	}
	return published, nil
}

func (b *Builder) copyModuleCharts(ctx context.Context, log io.Writer, dir string) error {
	for _, chart := range moduleCharts {
		module, err := ModuleDir(ctx, log, filepath.Join(b.repo, chart.pinnedBy), chart.module)
		if err != nil {
			return err
		}
		if err := copyTree(filepath.Join(module, chart.path), filepath.Join(dir, chart.name)); err != nil {
			return err
		}
	}
	// Chaos Mesh's controller is built with a newer API module than the chart's
	// CRDs: with those it cannot store what it writes. The API module is right.
	crds := filepath.Join(dir, "chaos-mesh", "crds")
	if err := os.RemoveAll(crds); err != nil {
		return fmt.Errorf("replace Chaos Mesh's CRDs: %w", err)
	}
	generator, err := b.Program(controllerGen)
	if err != nil {
		return err
	}
	return host.Run(ctx, log, host.Command{Dir: b.repo, Env: goEnv, Args: []string{
		generator, "crd", "paths=" + chaosAPI + "/v1alpha1", "output:crd:dir=" + crds,
	}})
}

func (b *Builder) copyOwnCharts(ctx context.Context, log io.Writer, dir string, definitions bool) error {
	for name, source := range ownCharts {
		if err := copyTree(filepath.Join(b.repo, source), filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	if !definitions {
		return nil
	}
	archives, err := b.result("archives", strimziCRDs)
	if err != nil {
		return err
	}
	crds := filepath.Join(dir, "strimzi-standin", "crds")
	if err := os.MkdirAll(crds, 0o755); err != nil {
		return fmt.Errorf("make Strimzi's CRDs: %w", err)
	}
	args := []string{
		"java", "-cp", filepath.Join(archives, "*"), "io.strimzi.crdgenerator.CrdGenerator",
		"--target-kube", "1.16+", "--crd-api-version", "v1", "--api-versions", "v1beta2",
		"--storage-version", "v1beta2", "--yaml",
	}
	for class, file := range strimziKinds {
		args = append(args, class+"="+filepath.Join(crds, file))
	}
	return host.Run(ctx, log, host.Command{Args: args})
}

// copyTree copies a directory with ordinary permissions: the module cache's
// files are read-only.
func copyTree(from, to string) error {
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		return fmt.Errorf("copy the chart %s: %w", filepath.Base(from), err)
	}
	err := filepath.WalkDir(to, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		mode := os.FileMode(0o644)
		if entry.IsDir() {
			mode = 0o755
		}
		return os.Chmod(path, mode)
	})
	if err != nil {
		return fmt.Errorf("copy the chart %s: %w", filepath.Base(from), err)
	}
	return nil
}
