package mutate

import (
	"errors"
	"slices"
	"testing"

	"assay.dev/assay/harness/fault"
	"assay.dev/assay/mutants"
	"assay.dev/assay/spec/source"
	"assay.dev/assay/spec/todo/todotest"
)

// TestFaultsThatHitNothingHaveNoMutant: whoever makes faults and the mutants say the same of
// what a specification lacks.
func TestFaultsThatHitNothingHaveNoMutant(t *testing.T) {
	for name, unsupported := range map[string][]string{
		"nothing":   nil,
		"ZooKeeper": {"name: todo-kafka-zookeeper\n", "name: some-zookeeper\n"},
		"brokers":   {"name: todo-kafka-kafka\n", "name: some-brokers\n"},
		"operator":  {"    deployment: strimzi-cluster-operator", "    deployment: other-operator"},
		"state":     {"      type: state.postgresql", "      type: bindings.postgresql"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := source.Open(todotest.Copy(t, unsupported...))
			if err != nil {
				t.Fatal(err)
			}
			list, _, err := mutants.Load(s)
			if err != nil {
				t.Fatal(err)
			}
			without := 0
			for _, f := range s.Faults {
				_, err := fault.New(&fault.Lab{Spec: s}, f.Name)
				var none *fault.NotApplicable
				applies := !errors.As(err, &none)
				if has := slices.ContainsFunc(list, func(m mutants.Mutant) bool { return m.Experiment() == f.Name }); has != applies {
					t.Errorf("%s: a mutant is there: %v; %v", f.Name, has, err)
				}
				if !applies {
					without++
				}
			}
			if (without > 0) != (len(unsupported) > 0) {
				t.Errorf("%d faults do not apply", without)
			}
		})
	}
}
