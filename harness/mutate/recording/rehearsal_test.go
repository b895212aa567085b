package recording

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	made "assay.dev/assay/harness/judge/recording"
	"assay.dev/assay/harness/record/observe"
	"assay.dev/assay/harness/runs/recordings"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// dress gives the records of a history the bytes that they would have, and the history
// their digests.
func dress(t *testing.T, s *spec.Spec, h *history.History) []observe.Capture {
	t.Helper()
	forms := observe.Forms(s)
	bytes := map[string][]byte{} // by the digest that was made up
	var captures []observe.Capture
	for i := range h.Records {
		r := &h.Records[i]
		raw, known := bytes[r.SHA256]
		if !known {
			raw = rawOf(t, s, forms, *r)
			bytes[r.SHA256] = raw
		}
		c := observe.Capture{Record: *r, Raw: raw}
		c.Read(s.Schemas, forms[r.Topic])
		if r.Invalid == "" && c.Invalid != "" {
			t.Fatalf("%s/%d: %s", r.Topic, r.Offset, c.Invalid)
		}
		r.SHA256, r.Size, r.Invalid = c.SHA256, c.Size, c.Invalid
		c.Record = *r
		captures = append(captures, c)
	}
	for i := range h.Publishes {
		if raw, known := bytes[h.Publishes[i].SHA256]; known {
			h.Publishes[i].SHA256, h.Publishes[i].Size = digest(raw), len(raw)
		}
	}
	return captures
}

func digest(raw []byte) string { return fmt.Sprintf("%x", sha256.Sum256(raw)) }

// rawOf are the bytes of a record: an example of its family with its own id, type, key and
// label, or bytes that are no event of the platform.
func rawOf(t *testing.T, s *spec.Spec, forms map[string]observe.Form, r history.Record) []byte {
	t.Helper()
	form := forms[r.Topic]
	if form.Family == "" || r.Invalid != "" {
		return []byte("no event " + r.SHA256)
	}
	var event map[string]any
	if err := json.Unmarshal(s.Schemas.Examples(form.Family)[0].Raw, &event); err != nil {
		t.Fatal(err)
	}
	event["id"], event["type"] = r.ID, r.Type
	for path, value := range map[string]string{form.Key: r.EventKey, form.Label: r.Label} {
		names := strings.Split(path, ".")
		object := event
		for _, name := range names[:len(names)-1] {
			object = object[name].(map[string]any)
		}
		if path != "" && value != "" {
			object[names[len(names)-1]] = value
		}
	}
	raw, err := json.Marshal(event)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// saveRecording keeps a recording that the judge passes, and returns its directory.
func saveRecording(t *testing.T, s *spec.Spec, opt made.Options) string {
	t.Helper()
	opt.Spec = s
	h := made.Make(opt)
	captures := dress(t, s, h)
	rules := made.RulesOf(s)
	if v := judge.Judge(h, rules); v.Result != judge.Pass {
		t.Fatalf("the recording is not clean: %s %v", v.Result, v.Reasons)
	}
	dir := filepath.Join(t.TempDir(), "experiment")
	if err := h.Save(dir); err != nil {
		t.Fatal(err)
	}
	if err := recordings.Save(dir, captures, map[string]any{}); err != nil {
		t.Fatal(err)
	}
	return dir
}

// changedRecording applies a mutant to a recording.
func changedRecording(t *testing.T, s *spec.Spec, dir string, m mutants.Mutant) (*Recording, error) {
	t.Helper()
	replica, err := Open(s, dir)
	if err != nil {
		t.Fatal(err)
	}
	replica.rules = made.RulesOf(s)
	for _, step := range m.Apply {
		if err := replica.Change(*step.Recording); err != nil {
			return nil, err
		}
	}
	return replica, nil
}

// invalid is what the schemas say of a recording.
func invalid(replica *Recording) (text string) {
	for _, r := range replica.history.Records {
		if strings.HasPrefix(r.Invalid, "not a valid ") {
			text += r.Invalid + "\n"
		}
	}
	return text
}

// textOf is what the judge says of a recording, empty if it passes it.
func textOf(replica *Recording) string {
	v := judge.Judge(replica.history, replica.rules)
	if v.Result == judge.Pass {
		return ""
	}
	text := fmt.Sprintf("%s: %v\n", v.Result, v.Reasons)
	for _, g := range v.Guarantees {
		if g.Result != judge.Pass && g.Result != judge.NotApplicable {
			text += fmt.Sprintf("%s: %s %s %v\n", g.Name, g.Result, g.Text, g.Violations)
		}
	}
	return text
}

// beside are the requirements whose checks compare events with answers, which a made
// recording does not have. That their mutants change it is all that can be seen here.
var beside = regexp.MustCompile(`^event\.(time|trace|stored|ids|refused-requests|invalid)$`)

// unmade says why a mutant has nothing to change in a made recording, or nothing.
func unmade(m mutants.Mutant) string {
	for _, step := range m.Apply {
		r := step.Recording
		topic, _ := r.Where["topic"].(string)
		switch {
		case r.Experiment == "retention", r.Experiment == "deployment-lifecycle":
			return "an experiment of its own"
		case strings.HasPrefix(r.List, "seen/"):
			return "what the suite saw beside the history"
		case r.List == "captures" && strings.HasPrefix(topic, "assay-"):
			return "steps of the suite's own probe"
		case r.List == "history/moves":
			return "offsets that a fault moves"
		}
	}
	return ""
}

// TestMutantsOfEventsAreSeenInAnyPlatformsRecording changes made recordings of both
// specifications as the mutants say, and wants what the judge or the schemas say of them to
// match what the mutant foretells.
func TestMutantsOfEventsAreSeenInAnyPlatformsRecording(t *testing.T) {
	for name, s := range specifications(t) {
		t.Run(name, func(t *testing.T) {
			eventing := func(seed int64) string {
				return saveRecording(t, s, made.Options{Seed: seed, Changes: 60, Rate: 4, Probes: 40, Poison: 8, Watched: true, Transactions: 0.1})
			}
			var dirs []string
			own := ownRequirements(s)
			tried, left := 0, map[string]int{}
			for _, m := range mutantsOfRecordings(t, s) {
				if m.Experiment() != "eventing" {
					continue
				}
				if why := unmade(m); why != "" {
					left[why]++
					continue
				}
				tried++
				replica, err := first(t, s, &dirs, eventing, m)
				if err != nil {
					t.Errorf("%s: %v", m.ID, err)
					continue
				}
				if beside.MatchString(m.Requirement) || slices.Contains(own, m.Requirement) {
					continue
				}
				want := regexp.MustCompile(m.Message)
				if want.MatchString(invalid(replica)) {
					continue
				}
				if text := textOf(replica); !want.MatchString(text) {
					t.Errorf("%s: want %q, got %.2000s", m.ID, m.Message, text)
				}
			}
			if tried < 100 {
				t.Errorf("%d mutants were tried; left were %v", tried, left)
			}
		})
	}
}

// TestMutantsOfFaultsAreSeenInAnyPlatformsRecording does so with one recording for each fault.
func TestMutantsOfFaultsAreSeenInAnyPlatformsRecording(t *testing.T) {
	for name, s := range specifications(t) {
		t.Run(name, func(t *testing.T) {
			tried := 0
			for _, m := range mutantsOfRecordings(t, s) {
				at := slices.IndexFunc(s.Faults, func(f spec.Fault) bool { return f.Name == m.Experiment() })
				if at < 0 || unmade(m) != "" {
					continue
				}
				opt := made.Options{Seed: int64(at), Changes: 120, Rate: 4, Probes: 20, Watched: true, Faults: []string{m.Experiment()}}
				if s.Faults[at].Action == "outage-then-silence" {
					opt.Faults, opt.Silent = nil, true
				}
				replica, err := changedRecording(t, s, saveRecording(t, s, opt), m)
				if err != nil {
					t.Errorf("%s: %v", m.ID, err)
					continue
				}
				tried++
				v := judge.Judge(replica.history, replica.rules)
				if text := fmt.Sprintf("%s: %v", v.Result, v.Reasons); v.Result == judge.Pass || !regexp.MustCompile(m.Message).MatchString(text) {
					t.Errorf("%s: want %q, got %.1000s", m.ID, m.Message, text)
				}
			}
			if tried < len(s.Faults) {
				t.Errorf("%d mutants of %d faults were tried", tried, len(s.Faults))
			}
		})
	}
}

// seeds is how many recordings are made until one has something for a mutant.
const seeds = 24

// first applies a mutant to the first recording that has something for it. Recordings are
// made as they are needed.
func first(t *testing.T, s *spec.Spec, dirs *[]string, make func(seed int64) string, m mutants.Mutant) (replica *Recording, err error) {
	t.Helper()
	for n := range seeds {
		if n == len(*dirs) {
			*dirs = append(*dirs, make(int64(n)))
		}
		if replica, err = changedRecording(t, s, (*dirs)[n], m); err == nil {
			return replica, nil
		}
	}
	return nil, err
}

func specifications(t *testing.T) map[string]*spec.Spec {
	t.Helper()
	shop, err := source.Open("../../../testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]*spec.Spec{"todo": todo.Must(), "shop": shop}
}

// recordings are the mutants that change recordings.
func mutantsOfRecordings(t *testing.T, s *spec.Spec) []mutants.Mutant {
	t.Helper()
	list, _, err := mutants.Load(s)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(list, func(m mutants.Mutant) bool { return m.Place() != mutants.OnRecording })
}

// ownRequirements are those that say and copy members, which answers are needed for.
func ownRequirements(s *spec.Spec) []string {
	ids := map[string]bool{}
	for _, r := range s.Load.Requests {
		for _, e := range r.Expects {
			for _, members := range []*spec.Members{e.Copies, e.Fields} {
				if members != nil {
					ids[members.Requirement] = true
				}
			}
		}
	}
	return slices.Sorted(maps.Keys(ids))
}
