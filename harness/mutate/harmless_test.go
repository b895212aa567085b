package mutate

import (
	"slices"
	"testing"

	"assay.dev/assay/mutants"
)

// TestTheChangeThatIsNoticedIsFound tries as few sets as it takes, and blames what is to
// blame alone.
func TestTheChangeThatIsNoticedIsFound(t *testing.T) {
	var list []mutants.Harmless
	for id := range "abcdefgh" {
		list = append(list, mutants.Harmless{ID: mutants.HarmlessPrefix + string(rune('a'+id))})
	}
	for name, tc := range map[string]struct {
		noticed []string
		tries   int
	}{
		"none": {nil, 1},
		"one":  {[]string{"harmless.c"}, 7},
		"two":  {[]string{"harmless.a", "harmless.h"}, 11},
	} {
		tries := 0
		results, err := halves(list, func(some []mutants.Harmless) (Result, error) {
			tries++
			for _, one := range some {
				if slices.Contains(tc.noticed, one.ID) {
					return Result{Status: FalseAlarm, Red: []string{"kafka.version"}}, nil
				}
			}
			return Result{Status: Unnoticed}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var blamed []string
		for _, r := range results {
			if r.Status != Unnoticed {
				blamed = append(blamed, r.ID)
			}
		}
		if len(results) != len(list) || !slices.Equal(blamed, tc.noticed) || tries != tc.tries {
			t.Errorf("%s: %d results, %v are blamed after %d tries, want %v after %d", name, len(results), blamed, tries, tc.noticed, tc.tries)
		}
	}
}
