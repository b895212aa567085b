package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestAnOrdinaryUserTypesTheReadmesCommands(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want []string
	}{
		"quick": {nil, []string{
			"make test", "make up", "make test-provisioning", "make test-quotas", "make test-eventing",
			"make test-chaos FOCUS='broker-pod-kill|app-pod-kill'", "make down",
		}},
		"FULL=1": {[]string{"-full"}, []string{
			"make test", "make up", "make test-provisioning", "make test-quotas", "make test-eventing",
			"make test-chaos FOCUS='broker-pod-kill|app-pod-kill'", "make test-chaos LABELS=core", "make mutate SAMPLE=10", "make down",
		}},
		"commands of one's own": {[]string{"-full", "make up", "make down"}, []string{"make up", "make down"}},
	} {
		o, err := parse(c.args, io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		if got := o.steps(); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestOptionsAreRead(t *testing.T) {
	o, err := parse([]string{"-images=mirror", "-air-gap", "-slow=20mbit,80ms", "-fail=quay.io=429", "-keep", "-repo=/a/clone"}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	if o.images != "mirror" || !o.airGap || !o.leaveUser || o.full || o.repo != "/a/clone" || o.conditions.BytesPerSecond != 2_500_000 || o.conditions.Host != "quay.io" {
		t.Errorf("read as %+v", o)
	}
	o, err = parse(nil, io.Discard)
	if err != nil || o.images != "public" || o.airGap || o.conditions.BytesPerSecond != 0 || o.conditions.Host != "" {
		t.Errorf("by default %+v (%v)", o, err)
	}
}

func TestOptionsThatRehearseNothingAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"images that are built":   {[]string{"-images=hermetic"}, "public or mirror"},
		"unknown images":          {[]string{"-images=private"}, "public or mirror"},
		"another form of slow":    {[]string{"-slow=fast"}, "20mbit"},
		"another form of failure": {[]string{"-fail=quay.io"}, "HOST="},
		"a wall that nodes with public images may need to pass": {[]string{"-air-gap"}, "-images=mirror"},
		"an unknown flag": {[]string{"-mirror"}, "flag provided but not defined"},
	} {
		if _, err := parse(c.args, io.Discard); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", name, err, c.want)
		}
	}
}

func TestTheUserIsToldWhereImagesComeFrom(t *testing.T) {
	for images, want := range map[string][]string{
		"public": {"ASSAY_IMAGES=public"},
		"mirror": {"ASSAY_IMAGES=mirror", "ASSAY_MIRROR=mirror.example.test/proxy"},
	} {
		if got := (options{images: images}).environment(); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", images, got, want)
		}
	}
}
