package main

import (
	"errors"
	"flag"
	"fmt"
	"io"

	"assay.dev/assay/harness/platform"
	"assay.dev/assay/harness/platform/rehearsal"
)

type options struct {
	repo, images            string
	conditions              rehearsal.Conditions
	airGap, full, leaveUser bool
	commands                []string
}

// parse reads the command line. What is wrong with it is written to out, too.
func parse(args []string, out io.Writer) (options, error) {
	var o options
	var slow, fail string
	flags := flag.NewFlagSet("rehearse", flag.ContinueOnError)
	flags.SetOutput(out)
	flags.StringVar(&o.repo, "repo", ".", "the checkout whose last commit is rehearsed")
	flags.StringVar(&o.images, "images", string(platform.Public), "public or mirror")
	flags.StringVar(&slow, "slow", "", "bandwidth and latency of the line, as 20mbit or 20mbit,80ms")
	flags.StringVar(&fail, "fail", "", "a registry that fails, as quay.io=down, 429, slow or missing")
	flags.BoolVar(&o.airGap, "air-gap", false, "deny nodes and pods every connection to the outside; with -images=mirror")
	flags.BoolVar(&o.full, "full", false, "add the core faults and a sample of mutants")
	flags.BoolVar(&o.leaveUser, "keep", false, "leave user, platform and docker engine as they are after a failure, to look at them")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	o.commands = flags.Args()
	if o.images != string(platform.Public) && o.images != string(platform.Mirror) {
		return o, fmt.Errorf("-images is %q: it can be public or mirror", o.images)
	}
	if o.airGap && o.images != string(platform.Mirror) {
		return o, errors.New("-air-gap needs -images=mirror: with public images nodes may ask where an image is published")
	}
	var err error
	o.conditions, err = rehearsal.ParseConditions(slow, fail)
	return o, err
}

// steps are what the user types.
func (o options) steps() []string {
	if len(o.commands) > 0 {
		return o.commands
	}
	steps := []string{
		"make test", "make up", "make test-provisioning", "make test-quotas", "make test-eventing",
		"make test-chaos FOCUS='broker-pod-kill|app-pod-kill'",
	}
	if o.full {
		steps = append(steps, "make test-chaos LABELS=core", "make mutate SAMPLE=10")
	}
	return append(steps, "make down")
}

// environment tells the user's commands where images come from.
func (o options) environment() []string {
	env := []string{"ASSAY_IMAGES=" + o.images}
	if o.images == string(platform.Mirror) {
		env = append(env, "ASSAY_MIRROR="+rehearsal.MirrorHost+"/"+rehearsal.MirrorPrefix)
	}
	return env
}
