package mutants

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"assay.dev/assay/spec"
)

// table is a part of a specification as YAML reads it.
type tree = map[string]any

// within is the part at a path.
func within(of tree, path ...string) tree {
	for _, name := range path {
		of = of[name].(tree)
	}
	return of
}

// filter keeps the rows of a table that suit.
func filter(of tree, name string, suits func(tree) bool) {
	of[name] = slices.DeleteFunc(slices.Clone(of[name].([]any)), func(row any) bool { return !suits(row.(tree)) })
}

// smaller are platforms that lack something which another one has.
var smaller = map[string]func(tree){
	"nothing less": func(tree) {},
	"no cloud":     func(p tree) { delete(p, "oci") },
	"no quotas":    func(p tree) { delete(p, "quotas"); delete(p, "limitRange") },
	"no ingress": func(p tree) {
		p["ingress"] = tree{"name": "", "namespace": "", "class": "", "host": "", "tlsEnabled": false, "tlsSecret": "", "paths": []any{}}
		delete(p, "load")
	},
	"one route": func(p tree) { within(p, "ingress")["paths"] = within(p, "ingress")["paths"].([]any)[:1] },
	"routes to one service": func(p tree) {
		filter(within(p, "ingress"), "paths", func(r tree) bool { return r["service"] != "storefront" })
	},
	"no ZooKeeper": func(p tree) {
		within(p, "kafka", "zookeeper")["replicas"] = 0
		filter(p, "infrastructure", func(i tree) bool { return i["role"] != "zookeeper" })
		filter(p, "faults", func(f tree) bool { return !strings.Contains(f["name"].(string), "zookeeper") })
	},
	"what persists": func(p tree) { within(p, "kafka", "storage")["type"] = "persistent" },
	"auto-creation": func(p tree) { within(p, "kafka")["autoCreateTopics"] = true },
	"no network": func(p tree) {
		p["network"] = tree{"allowed": []any{}, "denied": []any{}, "outbound": tree{"denied": []any{}, "metadata": tree{"address": "169.254.169.254", "port": 80, "hidden": []any{}}}}
	},
	"no load":        func(p tree) { delete(p, "load") },
	"no requests":    func(p tree) { l := within(p, "load"); delete(l, "requests"); delete(l, "objects") },
	"no faults":      func(p tree) { delete(p, "faults") },
	"another action": func(p tree) { filter(p, "faults", func(f tree) bool { return f["action"] != "pod-failure" }) },
	"no dead letters": func(p tree) {
		filter(p, "topics", func(t tree) bool { return t["deadLettersOf"] == nil })
		for _, s := range within(p, "dapr")["subscriptions"].([]any) {
			delete(s.(tree), "deadLetterTopic")
		}
	},
	"no components": func(p tree) {
		d := within(p, "dapr")
		filter(d, "components", func(c tree) bool { return strings.HasPrefix(c["type"].(string), "pubsub.") })
	},
	"no scopes": func(p tree) {
		for _, c := range within(p, "dapr")["components"].([]any) {
			filter(c.(tree), "metadata", func(m tree) bool { return !strings.HasSuffix(m["name"].(string), "Scopes") })
			c.(tree)["scopes"] = []any{}
		}
	},
	"no tokens": func(p tree) {
		for _, d := range p["deployments"].([]any) {
			within(d.(tree), "dapr")["appToken"] = false
		}
	},
	"unnamed infrastructure": func(p tree) {
		for _, i := range p["infrastructure"].([]any) {
			delete(i.(tree), "role")
		}
	},
	"topics of one partition": func(p tree) {
		for _, t := range p["topics"].([]any) {
			t.(tree)["partitions"] = 1
		}
	},
	"no events": func(p tree) {
		delete(p, "events")
		delete(p, "load")
	},
	"no topics": func(p tree) {
		p["topics"] = []any{}
		delete(p, "events")
		delete(p, "load")
		delete(p, "faults")
		within(p, "dapr")["subscriptions"] = []any{}
	},
	"nothing": func(p tree) {
		for _, name := range []string{"oci", "events", "load", "faults", "infrastructure", "volumes", "quotas", "limitRange", "network", "ingress"} {
			delete(p, name)
		}
		p["topics"], p["deployments"], p["namespaces"] = []any{}, []any{}, []any{}
		d := within(p, "dapr")
		d["subscriptions"], d["controlPlane"] = []any{}, []any{}
		filter(d, "components", func(c tree) bool { return c["name"] == "bus" }) // the retry policy is of one
		d["components"].([]any)[0].(tree)["scopes"] = []any{}
	},
	"nobody waits": func(p tree) {
		for _, e := range p["events"].([]any) {
			delete(e.(tree), "key")
		}
	},
}

func templated(lookup func(string) (spec.Requirement, bool), id string) bool {
	r, _ := lookup(id)
	return r.Template != ""
}

// TestAnySpecificationHasMutants loads those of smaller platforms: each mutant has a target,
// and each requirement without one says why.
func TestAnySpecificationHasMutants(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(smaller)) {
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile("../testdata/shop/platform.yaml")
			if err != nil {
				t.Fatal(err)
			}
			var platform tree
			if err := yaml.Unmarshal(raw, &platform); err != nil {
				t.Fatal(err)
			}
			within(platform, "specification")["date"] = "2026-06-01" // not as YAML's own
			smaller[name](platform)
			if raw, err = yaml.Marshal(platform); err != nil {
				t.Fatal(err)
			}
			s := changedShop(t, spec.PlatformFile, "", string(raw))
			all, err := load(s, files)
			if err != nil {
				t.Fatal(err)
			}
			list, unbroken := all.Mutants, all.unbroken(s)
			without := map[string]string{}
			for _, u := range unbroken {
				without[u.Requirement] = u.Why
				// Those that only the shop has are known by what its load names.
				if strings.HasPrefix(u.Why, "No mutant of assay") && templated(s.Lookup, u.Requirement) {
					t.Errorf("%s: %s", u.Requirement, u.Why)
				}
			}
			for _, r := range s.Requirements {
				has := slices.ContainsFunc(list, func(m Mutant) bool { return m.Requirement == r.ID })
				if why, stated := without[r.ID]; has == stated || stated && why == "" {
					t.Errorf("%s: a mutant is there: %v, and why none is: %q", r.ID, has, why)
				}
			}
			for _, m := range list {
				for _, text := range []string{m.ID, m.What, m.Message} {
					if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") || strings.Contains(text, "}") && !strings.Contains(text, "\\") {
						t.Errorf("%s: a text is not filled in: %q", m.ID, text)
					}
				}
			}
		})
	}
}
