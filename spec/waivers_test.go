package spec_test

import (
	"strings"
	"testing"
	"time"

	"assay.dev/assay/spec/todo"
)

const twoWaivers = `# who signed
waivers:
- requirement: fault.network-loss
  reason: the kernel of these nodes has no sch_netem
  owner: platform team
  expires: 2027-01-31

- requirement: kafka.brokers
  reason: the second broker is ordered
  owner: storage team
  expires: "2027-02-28"
`

func TestWaiversAreRead(t *testing.T) {
	w, err := todo.Must().Waivers("my waivers.yaml", []byte(twoWaivers))
	if err != nil {
		t.Fatal(err)
	}
	if w.File != "my waivers.yaml" || string(w.Raw) != twoWaivers || len(w.Entries) != 2 {
		t.Fatalf("read %+v", w)
	}
	if one := w.Entries[0]; one.Requirement != "fault.network-loss" || one.Reason != "the kernel of these nodes has no sch_netem" || one.Owner != "platform team" || one.Expires.String() != "2027-01-31" || one.Line != 3 {
		t.Errorf("the first entry was read as %+v", one)
	}
	if one := w.Entries[1]; one.Requirement != "kafka.brokers" || one.Expires.String() != "2027-02-28" || one.Line != 8 {
		t.Errorf("the second entry was read as %+v", one)
	}
	if w, err := todo.Must().Waivers("w", []byte("waivers: []\n")); err != nil || len(w.Entries) != 0 {
		t.Errorf("a file without entries: %+v, %v", w, err)
	}
}

// TestAWaiverIsValidToTheEndOfItsDay looks at the last moment of the day and the one after,
// in UTC, wherever the clock is.
func TestAWaiverIsValidToTheEndOfItsDay(t *testing.T) {
	w, err := todo.Must().Waivers("w", []byte(twoWaivers))
	if err != nil || len(w.Entries) == 0 {
		t.Fatalf("%+v, %v", w, err)
	}
	west := time.FixedZone("west", -5*3600)
	for at, expired := range map[time.Time]bool{
		time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC):                    false,
		time.Date(2027, 1, 31, 23, 59, 59, 999, time.UTC):               false,
		time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC):                     true,
		time.Date(2027, 1, 31, 18, 59, 59, 0, west):                     false,
		time.Date(2027, 1, 31, 19, 0, 0, 0, west):                       true, // February in UTC
		time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC):                    false,
		time.Date(2027, 2, 1, 0, 0, 0, 0, time.FixedZone("east", 3600)): false,
	} {
		if got := w.Entries[0].Expired(at); got != expired {
			t.Errorf("at %s: expired %t, want %t", at, got, expired)
		}
	}
}

// TestEachWrongWaiverHasItsPlace gives one wrong file at a time: the error names file, line
// and key, and what to write.
func TestEachWrongWaiverHasItsPlace(t *testing.T) {
	without := func(line string) string { return strings.Replace(twoWaivers, line+"\n", "", 1) }
	with := func(old, now string) string { return strings.Replace(twoWaivers, old, now, 1) }
	for name, tc := range map[string]struct {
		content string
		want    []string
	}{
		"an empty file":       {"", []string{"w.yaml: the file is empty"}},
		"no YAML":             {"waivers: [", []string{"w.yaml:1: "}},
		"a list at the top":   {"- requirement: kafka.brokers\n", []string{"w.yaml:1: the document must be a mapping"}},
		"another key":         {"waiver: []\n", []string{`w.yaml:1: unknown key "waiver" (did you mean "waivers"?)`}},
		"no entries":          {"waivers:\n", []string{"w.yaml:1: waivers must be a list"}},
		"a key with a typo":   {with("owner: platform", "onwer: platform"), []string{`w.yaml:5: unknown key "waivers[0].onwer" (did you mean "owner"?)`, `w.yaml:3: missing key "waivers[0].owner"`}},
		"no requirement":      {with("- requirement: fault.network-loss\n  reason", "- reason"), []string{`missing key "waivers[0].requirement"`}},
		"no reason":           {without("  reason: the second broker is ordered"), []string{`w.yaml:8: missing key "waivers[1].reason"`}},
		"no owner":            {without("  owner: storage team"), []string{`w.yaml:8: missing key "waivers[1].owner"`}},
		"no day":              {without("  expires: 2027-01-31"), []string{`w.yaml:3: missing key "waivers[0].expires"`}},
		"an empty reason":     {with("reason: the second broker is ordered", "reason: ' '"), []string{"w.yaml:9: waivers[1].reason is empty"}},
		"an empty owner":      {with("owner: storage team", "owner:"), []string{"w.yaml:10: waivers[1].owner is empty"}},
		"an unknown ID":       {with("fault.network-loss", "fault.network-los"), []string{`w.yaml:3: waivers[0].requirement: there is no requirement "fault.network-los"`, `did you mean "fault.network-loss"?`}},
		"the name of a fault": {with("fault.network-loss", "network-loss"), []string{`w.yaml:3: waivers[0].requirement`, `did you mean "fault.network-loss"?`}},
		"twice the same":      {with("kafka.brokers", "fault.network-loss"), []string{`w.yaml:8: waivers[1].requirement: "fault.network-loss" has a waiver on line 3`, "remove one"}},
		"no date":             {with("2027-01-31", "31.01.2027"), []string{`w.yaml:6: "31.01.2027" is not a date; write for example `}},
		"a moment":            {with("2027-01-31", "2027-01-31T10:00:00Z"), []string{`w.yaml:6: `, "is not a date"}},
		"a day that is none":  {with("2027-01-31", "2027-02-30"), []string{`w.yaml:6: "2027-02-30" is not a date`}},
		"a second document":   {twoWaivers + "---\nwaivers: []\n", []string{"w.yaml:", "one document"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := todo.Must().Waivers("w.yaml", []byte(tc.content))
			if err == nil {
				t.Fatal("it was read")
			}
			for _, want := range tc.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
	// All that is wrong is said at once.
	_, err := todo.Must().Waivers("w.yaml", []byte(strings.NewReplacer("fault.network-loss", "a.b", "kafka.brokers", "kafka.broker", "platform team", "''").Replace(twoWaivers)))
	if err == nil || strings.Count(err.Error(), "w.yaml:") != 3 {
		t.Errorf("three entries are wrong: %v", err)
	}
}
