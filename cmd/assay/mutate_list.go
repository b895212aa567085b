package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"assay.dev/assay/mutants"
	"assay.dev/assay/spec"
)

// listMutants prints mutants of a specification, each with what it changes and the file it
// is written in, and the requirements that no mutant breaks.
func listMutants(out io.Writer, s *spec.Spec, list []mutants.Mutant) error {
	unbroken, err := mutants.LoadUnbroken(s)
	if err != nil {
		return err
	}
	for _, m := range list {
		fmt.Fprintf(out, "%s (%s, %s): %s\n", m.ID, m.Place(), m.File, m.What)
	}
	broken := map[string]bool{}
	for _, m := range list {
		broken[m.Requirement] = true
	}
	fmt.Fprintf(out, "%d mutants break %d of the %d requirements of %s\n", len(list), len(broken), len(s.Requirements), s.Name)
	fmt.Fprint(out, unbrokenText(unbroken))
	return nil
}

// unbrokenText lists the requirements that no mutant breaks, with the reasons: those that
// count as not killed, and those whose break nothing could be told from.
func unbrokenText(unbroken []mutants.Unbroken) string {
	var text strings.Builder
	for _, kind := range []struct {
		equivalent bool
		title      string
	}{
		{false, "requirements that no mutant breaks, which count as not killed"},
		{true, "requirements that no mutant can break"},
	} {
		of := slices.DeleteFunc(slices.Clone(unbroken), func(u mutants.Unbroken) bool { return u.Equivalent != kind.equivalent })
		fmt.Fprintf(&text, "%s: %d\n", kind.title, len(of))
		for _, u := range of {
			fmt.Fprintf(&text, "    %s (%s): %s\n", u.Requirement, u.Level, u.Why)
		}
	}
	return text.String()
}
