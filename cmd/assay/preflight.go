package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/onsi/ginkgo/v2/types"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/runs/suitereport"
	"assay.dev/assay/harness/text/columns"
)

// countSkipped fills in which checks of the profile each capability costs that is missing,
// and returns how many checks the profile has.
func countSkipped(found *platform.Preflight, checks []suitereport.Listed) int {
	filter := types.MustParseLabelFilter(found.Profile.Filter())
	total := 0
	for _, check := range checks {
		if !filter(check.Labels) {
			continue
		}
		total++
		for i := range found.Capabilities {
			has := &found.Capabilities[i]
			if !has.OK && slices.Contains(check.Labels, "requires:"+string(has.Capability)) {
				has.Skipped = append(has.Skipped, check.Name)
			}
		}
	}
	return total
}

// printPreflight prints what can be judged for people.
func printPreflight(out io.Writer, found *platform.Preflight, total int) error {
	width := columns.Width(out)
	fmt.Fprintf(out, "%s, profile %s: %d checks\n", found.Server, found.Profile, total)
	var rows [][]string
	for _, one := range found.Versions {
		mark := "✓"
		if !one.OK {
			mark = "!"
		}
		rows = append(rows, []string{mark, one.Component, cmp.Or(one.Version, "not found"), "tried with " + one.Range})
	}
	skipped := map[string]bool{}
	for _, has := range found.Capabilities {
		if has.OK {
			rows = append(rows, []string{"✓", string(has.Capability), "there", ""})
			continue
		}
		rows = append(rows, []string{"!", string(has.Capability), fmt.Sprintf("missing: %d checks are skipped", len(has.Skipped)), has.Reason})
		for _, name := range has.Skipped {
			skipped[name] = true
		}
	}
	if err := columns.Print(out, width, []string{"", "what", "is", "because"}, rows); err != nil {
		return err
	}
	if len(skipped) > 0 {
		names := []string{}
		for _, has := range found.Capabilities {
			if !has.OK {
				names = append(names, string(has.Capability))
			}
		}
		fmt.Fprintf(out, "%d of %d checks would be skipped; `assay test --accept-skips %s` is green without them\n", len(skipped), total, strings.Join(names, ","))
	}
	return nil
}
