// Plant copies a recorded history and plants one anomaly in the copy, so that it
// can be seen what a verdict and a report on it look like:
//
//	go run ./harness/judge/anomaly/plant -kind lost-event -seed 1 FROM TO
//
// FROM and TO are directories of histories. The copy is judged by the rules that
// were kept with the original, and its run is called <run>-planted.
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
	spoilt, where := kind.Plant(original, rules, seed)
	if spoilt == nil {
		return fmt.Errorf("the history has nothing that %s could spoil", name)
	}
	spoilt.Header.Run += "-planted"
	if err := spoilt.Save(dirs[1]); err != nil {
		return err
	}
	v := judge.Judge(spoilt, rules)
	fmt.Printf("planted %s at %s: judged %s\n", name, where, v.Result)
	return judge.Save(dirs[1], rules, v)
}
