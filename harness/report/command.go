package report

import (
	"fmt"
	"slices"
	"strings"

	"assay.dev/assay/spec"
)

// emulated is the package whose checks emulate a cloud. They need no platform.
const emulated = "suites/provisioning/oci"

// command runs exactly the checks of a requirement again. A label that is an ID
// selects the checks that claim it and no others.
func command(target spec.Target, r spec.Requirement, checks []Check) string {
	if r.On(target) && !inPackage(checks, emulated) {
		return suiteCommand(target, r.Suite, "FOCUS", r.ID)
	}
	if len(checks) == 0 && r.On(spec.Kind) {
		return suiteCommand(spec.Kind, r.Suite, "FOCUS", r.ID)
	}
	if !r.On(spec.OCISim) && !inPackage(checks, emulated) {
		return ""
	}
	return fmt.Sprintf("go test -count=1 ./%s -run TestOCI -ginkgo.label-filter=%s", emulated, quote(r.ID))
}

// inPackage reports whether all checks are in a package.
func inPackage(checks []Check, name string) bool {
	for _, c := range checks {
		if !strings.HasPrefix(c.Place, name+"/") {
			return false
		}
	}
	return len(checks) > 0
}

// suiteCommand judges the platform by a suite, filtered by FOCUS or LABELS, or by all
// of it. make brings the platform of kind up; on another target it is there.
func suiteCommand(target spec.Target, suite spec.Suite, variable, filter string) string {
	if target != spec.Kind {
		command := "bin/assay test " + string(suite)
		if filter != "" {
			command += " --" + strings.ToLower(variable) + " " + quote(filter)
		}
		return command
	}
	command := "make test-" + string(suite)
	if filter != "" {
		command += " " + variable + "=" + quote(filter)
	}
	return command
}

// quote quotes a text for a shell.
func quote(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// again are the commands that run exactly the checks of some requirements again: one
// for each suite, and one for each whose checks need no platform.
func (r *Report) again(ids []string) []string {
	bySuite := map[spec.Suite][]string{}
	var alone []string
	for _, one := range r.Requirements {
		switch {
		case !slices.Contains(ids, one.ID) || one.Command == "":
		case strings.HasPrefix(one.Command, "go test "):
			alone = append(alone, one.Command)
		default:
			bySuite[one.Suite] = append(bySuite[one.Suite], one.ID)
		}
	}
	var commands []string
	for _, suite := range sortedKeys(bySuite) {
		list := bySuite[suite]
		selected := 0
		for _, one := range r.Requirements {
			if one.Suite == suite && one.Asked {
				selected++
			}
		}
		switch {
		case len(list) == 1:
			commands = append(commands, suiteCommand(r.Run.Target, suite, "FOCUS", list[0]))
		case len(list) > mostIDs && len(list) == selected:
			commands = append(commands, suiteCommand(r.Run.Target, suite, "", ""))
		default:
			commands = append(commands, suiteCommand(r.Run.Target, suite, "LABELS", strings.Join(list, " || ")))
		}
	}
	return append(commands, alone...)
}
