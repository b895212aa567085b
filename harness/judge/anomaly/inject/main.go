// Inject copies a recorded history and injects one anomaly in the copy, so that it
// can be seen what a verdict and a report on it look like:
//
//	go run ./harness/judge/anomaly/inject -kind lost-event -seed 1 FROM TO
//
// FROM and TO are directories of histories. The copy is judged by the rules that
// were saved with the original, and its run is called <run>-injected.
package main

import (
	"flag"
	"fmt"
	"os"
	"strings"

	"assay.dev/assay/harness/history"
	"assay.dev/assay/harness/judge"
	"assay.dev/assay/harness/judge/anomaly"
	"assay.dev/assay/spec/source"
)

func main() {
	kind := flag.String("kind", "lost-event", "the kind of anomaly")
	seed := flag.Int64("seed", 1, "what chooses the place")
	flag.Parse()
	if err := run(*kind, *seed, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(name string, seed int64, dirs []string) error {
	if len(dirs) != 2 {
		return fmt.Errorf("name the history to copy and the directory to make")
	}
	kind := anomaly.ByName(name)
	if kind == nil {
		var names []string
		for _, k := range anomaly.Kinds() {
			names = append(names, k.Name)
		}
		return fmt.Errorf("no kind %q; there are %s", name, strings.Join(names, ", "))
	}
	s, err := source.Open("")
	if err != nil {
		return err
	}
	rules, err := judge.SavedRules(dirs[0], judge.FromSpec(s))
	if err != nil {
		return err
	}
	original, err := history.Open(dirs[0])
	if err != nil {
		return err
	}
	changed, where := kind.Inject(original, rules, seed)
	if changed == nil {
		return fmt.Errorf("the history has nothing that %s could change", name)
	}
	changed.Header.Run += "-injected"
	if err := changed.Save(dirs[1]); err != nil {
		return err
	}
	v := judge.Judge(changed, rules)
	fmt.Printf("injected %s at %s: judged %s\n", name, where, v.Result)
	return judge.Save(dirs[1], rules, v)
}
