package expect

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/onsi/ginkgo/v2"

	"assay.dev/assay/harness/runs/run"
	"assay.dev/assay/spec"
)

// diagnose saves, for each check that fails, what the platform was like, in the
// run as diagnostics/<ID>. It runs before the check's own cleanup, so that what
// the check made is still there.
func (p *Platform) diagnose() {
	ginkgo.JustAfterEach(func(ctx ginkgo.SpecContext) {
		report := ginkgo.CurrentSpecReport()
		if !report.Failed() || p.Run == nil || p.Cluster == nil || os.Getenv(run.NoDiagnosticsEnv) != "" {
			return
		}
		dir := p.Run.Path("diagnostics", bundleName(report))
		if _, err := os.Stat(dir); err == nil {
			return // once for a check, the first time
		}
		if err := p.bundle(ctx, dir, report); err != nil {
			ginkgo.GinkgoWriter.Printf("diagnostics in %s are incomplete: %v\n", dir, err)
		}
		RecordEvidence(Evidence{What: "diagnostics", From: "the harness", Seen: dir})
	}, ginkgo.NodeTimeout(p.Spec.Timeouts.Diagnostics.Duration))
}

// bundleName is the ID of a check, or what of its name can be a file name.
func bundleName(report ginkgo.SpecReport) string {
	for _, label := range report.Labels() {
		if spec.IsID(label) {
			return label
		}
	}
	name := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return '-'
	}, report.FullText())
	const longest = 80
	return name[:min(len(name), longest)]
}

// bundle collects all parts side by side. A part that cannot be had does not
// keep the others out.
func (p *Platform) bundle(ctx context.Context, dir string, report ginkgo.SpecReport) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make the directory: %w", err)
	}
	hide, err := p.secrets(ctx)
	if err != nil {
		return err // nothing is kept that might show a secret
	}
	b := &bundle{dir: dir, platform: p, hide: hide}
	b.check(report)
	parts := []func(context.Context){b.nodes, b.kafka}
	for _, namespace := range p.Spec.OwnNamespaces() {
		parts = append(parts,
			func(ctx context.Context) { b.events(ctx, namespace) },
			func(ctx context.Context) { b.objects(ctx, namespace) },
			func(ctx context.Context) { b.pods(ctx, namespace) })
	}
	var wait sync.WaitGroup
	for _, part := range parts {
		wait.Go(func() { part(ctx) })
	}
	wait.Wait()
	return errors.Join(b.failures...)
}

// bundle is the directory of one failure while it is being filled.
type bundle struct {
	dir      string
	platform *Platform
	hide     *strings.Replacer

	mu       sync.Mutex
	failures []error
}

// save writes one file, without the values of secrets.
func (b *bundle) save(content string, path ...string) {
	file := filepath.Join(append([]string{b.dir}, path...)...)
	err := os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		err = os.WriteFile(file, []byte(b.hide.Replace(content)), 0o644)
	}
	b.note(err)
}

func (b *bundle) note(err error) {
	if err == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.failures = append(b.failures, err)
}

// check keeps what the check itself said.
func (b *bundle) check(report ginkgo.SpecReport) {
	var text strings.Builder
	fmt.Fprintf(&text, "%s\n%s\n\n%s\n\nevidence:\n", report.FullText(), report.FailureLocation(), report.FailureMessage())
	for _, entry := range report.ReportEntries {
		fmt.Fprintf(&text, "  %s: %s\n", entry.Name, entry.StringRepresentation())
	}
	b.save(text.String(), "check.txt")
}
