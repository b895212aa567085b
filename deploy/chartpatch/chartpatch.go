// Package chartpatch changes published Helm charts where they leave no choice
// that the platform needs. Every change is an exact replacement of text that
// must be there once: a new version of a chart fails here instead of slipping
// through.
package chartpatch

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// change replaces one piece of a chart's text.
type change struct {
	// file is relative to the directory of charts.
	file string
	// old must occur exactly once.
	old, new string
}

// schedulerTemplate runs Dapr's scheduler.
const schedulerTemplate = "dapr/charts/dapr_scheduler/templates/dapr_scheduler_statefulset.yaml"

// changes let dapr_scheduler.replicaCount decide how many schedulers run. Dapr
// 1.18's chart always runs three, each with an etcd of its own: they do not fit
// the 512Mi of requests that the specification gives dapr-system (section
// "Namespace Resource Quotas"), and one tolerates as much as one node does.
var changes = []change{
	{
		file: schedulerTemplate,
		old:  "  replicas: 3\n",
		new:  "  replicas: {{ .Values.replicaCount }}\n",
	},
	{
		file: schedulerTemplate,
		old:  `        - "` + member("0") + "," + member("1") + "," + member("2") + `"`,
		new: `        - "{{ range $i := until (int .Values.replicaCount) }}{{ if $i }},{{ end }}` +
			insideRange.Replace(member("{{ $i }}")) + `{{ end }}"`,
	},
}

// insideRange reaches the root from within a template's range.
var insideRange = strings.NewReplacer("{{ .Release", "{{ $.Release", "{{ .Values", "{{ $.Values")

// member is one scheduler's entry in --etcd-initial-cluster, as the chart's
// template writes it.
func member(ordinal string) string {
	name := "dapr-scheduler-server-" + ordinal
	return name + "=https://" + name +
		".dapr-scheduler-server.{{ .Release.Namespace }}.svc{{ .Values.global.dnsSuffix }}:2380"
}

// remoteSchemas are schemas of values that refer to files of a code host, which
// helm would read again at each installation. deploy/contract holds what the
// platform sets instead.
var remoteSchemas = []string{"nginx-ingress/values.schema.json"}

// Apply changes the charts below dir, which holds each chart in a directory of
// its own name. On an error some files may be changed: use a fresh copy.
func Apply(dir string) error {
	var failed []error
	for _, schema := range remoteSchemas {
		if err := os.Remove(filepath.Join(dir, filepath.FromSlash(schema))); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = append(failed, fmt.Errorf("remove a schema that needs the internet: %w", err))
		}
	}
	for _, c := range changes {
		if err := c.apply(dir); err != nil {
			failed = append(failed, fmt.Errorf("change the chart's file %s: %w", c.file, err))
		}
	}
	return errors.Join(failed...)
}

func (c change) apply(dir string) error {
	path := filepath.Join(dir, filepath.FromSlash(c.file))
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if found := strings.Count(string(raw), c.old); found != 1 {
		return fmt.Errorf("the text %q is there %d times, not once: the chart is of another version than this "+
			"change was made for; compare its templates and adapt deploy/chartpatch", c.old, found)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(raw), c.old, c.new, 1)), 0o644)
}
