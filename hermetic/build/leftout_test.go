package build

import "testing"

const listing = `package all

import (
	"example.com/module/cloud"
	"example.com/module/pods"
)

var All = options(
	cloud.Module,
	pods.Module)
`

func TestAPackageIsLeftOut(t *testing.T) {
	const want = `package all

import (
	"example.com/module/pods"
)

var All = options(
	pods.Module)
`
	got, err := withoutPackage(listing, "cloud")
	if err != nil || got != want {
		t.Errorf("%v\n%s", err, got)
	}
}

// TestWhatCannotBeLeftOutIsAnError: a program that a new version of a module makes whole
// again would be found by nobody.
func TestWhatCannotBeLeftOutIsAnError(t *testing.T) {
	for name, source := range map[string]string{
		"not imported":       "package all\n",
		"used in no list":    "package all\n\nimport \"example.com/module/cloud\"\n\nvar x = cloud.Module\n",
		"imported elsewhere": "package all\n\nvar All = options(\n\tcloud.Module,\n)\n",
	} {
		if got, err := withoutPackage(source, "cloud"); err == nil {
			t.Errorf("%s: no error, and %q", name, got)
		}
	}
}
