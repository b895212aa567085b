// Package chaosmesh reads a manifest of Chaos Mesh that describes a fault, strictly and by
// the types of Chaos Mesh's own API.
package chaosmesh

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/chaos-mesh/chaos-mesh/api/genericwebhook"
	"github.com/chaos-mesh/chaos-mesh/api/v1alpha1"
	"go.yaml.in/yaml/v3"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/json"
	sigsyaml "sigs.k8s.io/yaml"
)

// Manifest is one fault.
type Manifest struct {
	// Kind is PodChaos, NetworkChaos, StressChaos, TimeChaos or IOChaos, Action what it
	// does, empty for kinds that do one thing.
	Kind, Action string
	// Object is the manifest, with neither name nor status.
	Object v1alpha1.InnerObject
	// Duration is when Chaos Mesh ends the fault by itself, 0 for one that is over when it
	// has happened, and for one that is not bounded.
	Duration time.Duration
}

// kind is what a kind of Chaos Mesh is to assay.
type kind struct {
	made func() v1alpha1.InnerObject
	// actions are those that last; instant those that are over when they have happened.
	actions, instant []string
}

// kinds are those that hit chosen pods and nothing else. Others act on nodes and clouds, or
// make more faults, which nobody would take back.
var kinds = map[string]kind{
	v1alpha1.KindPodChaos: {
		func() v1alpha1.InnerObject { return &v1alpha1.PodChaos{} },
		[]string{string(v1alpha1.PodFailureAction)}, []string{string(v1alpha1.PodKillAction), string(v1alpha1.ContainerKillAction)},
	},
	v1alpha1.KindNetworkChaos: {
		func() v1alpha1.InnerObject { return &v1alpha1.NetworkChaos{} },
		[]string{
			string(v1alpha1.PartitionAction), string(v1alpha1.DelayAction), string(v1alpha1.LossAction),
			string(v1alpha1.DuplicateAction), string(v1alpha1.CorruptAction), string(v1alpha1.BandwidthAction),
		}, nil,
	},
	v1alpha1.KindStressChaos: {func() v1alpha1.InnerObject { return &v1alpha1.StressChaos{} }, nil, nil},
	v1alpha1.KindTimeChaos:   {func() v1alpha1.InnerObject { return &v1alpha1.TimeChaos{} }, nil, nil},
	v1alpha1.KindIOChaos: {
		func() v1alpha1.InnerObject { return &v1alpha1.IOChaos{} },
		[]string{string(v1alpha1.IoFaults)}, nil,
	},
}

// Instant says that the fault is over when it has happened.
func (m *Manifest) Instant() bool { return slices.Contains(kinds[m.Kind].instant, m.Action) }

// group is the version of Chaos Mesh's API.
var group = v1alpha1.SchemeGroupVersion

// head is what every manifest starts with.
type head struct {
	APIVersion string         `yaml:"apiVersion"`
	Kind       string         `yaml:"kind"`
	Metadata   map[string]any `yaml:"metadata"`
	Status     any            `yaml:"status"`
}

// Parse reads a manifest. Its error is one problem, which starts with the path of a value,
// such as spec.mode, or with "line N" where the text is no YAML.
func Parse(raw []byte) (*Manifest, error) {
	known, err := parseHead(raw)
	if err != nil {
		return nil, err
	}
	m := &Manifest{Kind: known.Kind, Object: kinds[known.Kind].made()}
	content, err := sigsyaml.YAMLToJSONStrict(raw)
	if err != nil {
		return nil, located(err)
	}
	strict, err := json.UnmarshalStrict(content, m.Object)
	if err != nil {
		return nil, located(err)
	}
	if len(strict) > 0 {
		return nil, located(strict[0])
	}
	m.Object.SetName("")
	if m.Duration, err = m.describe(); err != nil {
		return nil, err
	}
	if wrong := genericwebhook.Validate(m.Object); len(wrong) > 0 {
		return nil, invalid(wrong[0])
	}
	return m, nil
}

// parseHead wants one manifest of a kind that hits pods.
func parseHead(raw []byte) (head, error) {
	var h head
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	if err := decoder.Decode(&h); errors.Is(err, io.EOF) {
		return h, errors.New("the file is empty")
	} else if err != nil {
		return h, located(err)
	}
	var second yaml.Node
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return h, fmt.Errorf("line %d: the file has several documents; a fault is one manifest", second.Line)
	}
	if h.APIVersion != group.String() {
		return h, fmt.Errorf("apiVersion: %q; want %s", h.APIVersion, group)
	}
	names := slices.Sorted(maps.Keys(kinds))
	if _, ok := kinds[h.Kind]; !ok {
		return h, fmt.Errorf("kind: %q is no fault of chosen pods whose effect can be seen; use one of %s", h.Kind, strings.Join(names, ", "))
	}
	for _, key := range slices.Sorted(maps.Keys(h.Metadata)) {
		if key != "name" {
			return h, fmt.Errorf("metadata.%s: leave it out; name, namespace and labels are assay's own", key)
		}
	}
	if h.Status != nil {
		return h, errors.New("status: leave it out; Chaos Mesh writes it")
	}
	return h, nil
}

// describe fills in what the types of each kind say, and returns how long the fault lasts
// at most.
func (m *Manifest) describe() (time.Duration, error) {
	spec := m.fields()
	m.Action = spec.action
	known := kinds[m.Kind]
	if all := slices.Concat(known.actions, known.instant); len(all) > 0 && !slices.Contains(all, m.Action) {
		return 0, fmt.Errorf("spec.action: %q; use one of %s", m.Action, strings.Join(all, ", "))
	}
	if spec.remote != "" {
		return 0, errors.New("spec.remoteCluster: a fault does not reach another cluster; leave it out")
	}
	if spec.duration == nil || *spec.duration == "" {
		return 0, nil
	}
	d, err := time.ParseDuration(*spec.duration)
	if err != nil || d <= 0 {
		return 0, fmt.Errorf("spec.duration: %q is no length of time such as 2m", *spec.duration)
	}
	return d, nil
}

// inLine is where a decoder of YAML found something.
var inLine = regexp.MustCompile(`line \d+: .*`)

// located gives the error of a decoder the path of its value first, or the line.
func located(err error) error {
	text := err.Error()
	if path, ok := strings.CutPrefix(text, "unknown field "); ok {
		return fmt.Errorf("%s: unknown field", strings.Trim(path, `"`))
	}
	// encoding/json: cannot unmarshal string into Go struct field PodChaos.spec.gracePeriod of type int64
	if _, after, ok := strings.Cut(text, "Go struct field "); ok {
		path, of, _ := strings.Cut(after, " of type ")
		return fmt.Errorf("%s: it has the wrong type, want %s", members(path), of)
	}
	if line := inLine.FindString(text); line != "" {
		return errors.New(line)
	}
	return err
}

// members is the path of a value without the names of Go's types in it.
func members(path string) string {
	parts := slices.DeleteFunc(strings.Split(path, "."), func(part string) bool { return unicode.IsUpper([]rune(part + "a")[0]) })
	return strings.Join(parts, ".")
}

// invalid is what Chaos Mesh itself would refuse, whose paths are of Go's fields.
func invalid(found *field.Error) error {
	parts := strings.Split(found.Field, ".")
	for i, part := range parts {
		parts[i] = strings.ToLower(part[:min(1, len(part))]) + part[min(1, len(part)):]
	}
	return fmt.Errorf("%s: %s", strings.Join(parts, "."), found.Detail)
}
