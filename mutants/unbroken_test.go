package mutants

import (
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo"
)

// shop is another specification than the reference.
func shop(t *testing.T) *spec.Spec {
	t.Helper()
	s, err := source.Open("../testdata/shop")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestEveryRequirementIsBrokenOrSaysWhyNot holds for any specification.
func TestEveryRequirementIsBrokenOrSaysWhyNot(t *testing.T) {
	for _, s := range []*spec.Spec{todo.Must(), shop(t)} {
		list, _, err := Load(s)
		if err != nil {
			t.Fatal(err)
		}
		unbroken, err := LoadUnbroken(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Requirements {
			broken := slices.ContainsFunc(list, func(m Mutant) bool { return m.Requirement == r.ID })
			at := slices.IndexFunc(unbroken, func(u Unbroken) bool { return u.Requirement == r.ID })
			switch {
			case broken && at >= 0:
				t.Errorf("%s: %s has a mutant and says why it has none: %s", s.Name, r.ID, unbroken[at].Why)
			case !broken && at < 0:
				t.Errorf("%s: %s has no mutant, and nobody says why", s.Name, r.ID)
			case !broken && strings.TrimSpace(unbroken[at].Why) == "":
				t.Errorf("%s: %s has no mutant, and no reason", s.Name, r.ID)
			case !broken && strings.Contains(unbroken[at].Why, "nobody"):
				t.Errorf("%s: %s: %s", s.Name, r.ID, unbroken[at].Why)
			}
		}
	}
}

// TestOnlyTheCloudsAgentCannotBeBrokenInTheShop: broken events of stock, which others
// publish, are refused.
func TestOnlyTheCloudsAgentCannotBeBrokenInTheShop(t *testing.T) {
	unbroken, err := LoadUnbroken(shop(t))
	if err != nil {
		t.Fatal(err)
	}
	if len(unbroken) != 1 || unbroken[0].Requirement != "monitoring.logging-agent" {
		t.Errorf("cannot be broken: %+v", unbroken)
	}
}

// TestWhatNoRequestCausesCannotBeBroken: nobody asks the shop's API for stock. Were the
// events of stock said to be the platform's own, they would come from the suite alone.
func TestWhatNoRequestCausesCannotBeBroken(t *testing.T) {
	unbroken, err := LoadUnbroken(changedShop(t, "platform.yaml", ", external: true", ""))
	if err != nil {
		t.Fatal(err)
	}
	why := map[string]string{}
	for _, u := range unbroken {
		why[u.Requirement] = u.Why
	}
	for _, id := range []string{"event.stock-event.data.left", "event.stock-event.members", "topic.stock.carries"} {
		if !strings.Contains(why[id], "No request") || !strings.Contains(why[id], "events of the family") {
			t.Errorf("%s: %q", id, why[id])
		}
		delete(why, id)
	}
	for id := range why {
		if !strings.HasPrefix(id, "event.stock-event.") && id != "monitoring.logging-agent" {
			t.Errorf("%s cannot be broken: %s", id, why[id])
		}
	}
}

// TestARequirementWithoutAnyMutantIsListed: one that only a specification has, and that no
// expectation of its load names.
func TestARequirementWithoutAnyMutantIsListed(t *testing.T) {
	s := changedShop(t, "requirements.yaml", "requirements:\n", "requirements:\n"+`  - id: event.unheard-of
    level: MUST
    sentence: A bell MUST ring.
    suite: eventing
    targets: [kind]
    section: Order Event
`)
	unbroken, err := LoadUnbroken(s)
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(unbroken, func(u Unbroken) bool { return u.Requirement == "event.unheard-of" })
	if at < 0 || !strings.Contains(unbroken[at].Why, "mutants.yaml") {
		t.Errorf("%+v", unbroken)
	}
}
