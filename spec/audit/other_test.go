package audit

import (
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/todo"
)

// renamed is the reference platform under other names.
func renamed(t *testing.T, pairs ...string) *spec.Platform {
	t.Helper()
	text, err := todo.FS.ReadFile(spec.PlatformFile)
	if err != nil {
		t.Fatal(err)
	}
	p, err := spec.ParsePlatform("platform.yaml", []byte(strings.NewReplacer(pairs...).Replace(string(text))))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestTheAuditKnowsNoNames finds the same of a platform whose names are others, and says
// it by those names.
func TestTheAuditKnowsNoNames(t *testing.T) {
	in := fresh(t)
	want := findings(t, *in)
	in.Platform = renamed(t, "todo-", "shop-", "dapr-system", "sidecars", "monitoring", "metrics",
		"task-update", "order-sync", "task-event", "order-event", "reminders", "nudges", "websocket-worker", "pusher")
	for old, family := range map[string]string{"task-event": "order-event", "task-update-event": "order-sync-event"} {
		in.Sections[familyArea(family)] = in.Sections[familyArea(old)]
		delete(in.Sections, familyArea(old))
	}
	for id, f := range findings(t, *in) {
		if f.Verdict != want[id].Verdict {
			t.Errorf("%s is %s, not %s, of a platform with other names: %s", id, f.Verdict, want[id].Verdict, strings.Join(f.Arithmetic, "; "))
		}
		if id == "AUD-045" {
			continue // quotes the document, which is the reference's
		}
		for _, text := range append(f.Arithmetic, f.Title) {
			for _, name := range []string{"todo-app", "dapr-system", "monitoring", "task-", "reminders", "websocket-worker"} {
				if strings.Contains(text, name) {
					t.Errorf("%s speaks of %s: %s", id, name, text)
				}
			}
		}
	}
}

// TestTheAuditOfLess judges platforms that lack what a claim is about.
func TestTheAuditOfLess(t *testing.T) {
	for name, less := range map[string]func(*spec.Platform){
		"quotas":         func(p *spec.Platform) { p.Quotas = nil },
		"deployments":    func(p *spec.Platform) { p.Deployments, p.Dapr.Subscriptions = nil, nil },
		"infrastructure": func(p *spec.Platform) { p.Infrastructure = nil },
		"topics":         func(p *spec.Platform) { p.Topics, p.Dapr.Subscriptions, p.Events = nil, nil, nil },
		"routes":         func(p *spec.Platform) { p.Ingress.Paths = nil },
	} {
		in := fresh(t)
		less(in.Platform)
		if list, err := Audit(*in); err != nil || len(list) == 0 {
			t.Errorf("without %s: %d findings, %v", name, len(list), err)
		}
	}
}
