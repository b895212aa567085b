package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"assay.dev/assay/hermetic/host"
)

const (
	// triedSet names the kernel's set of addresses and ports that were tried.
	triedSet = "assay-rehearsal-tried"
	// containers is where docker's networks have their addresses by default.
	containers = "172.16.0.0/12"
)

// AirGap denies nodes and pods every connection to anything but each other and
// this machine, and records the ones that were tried.
type AirGap struct{ rules [][]string }

// Build makes the wall. Remove must be called whether it succeeds or not.
func (a *AirGap) Build(ctx context.Context, log io.Writer) error {
	if err := host.Run(ctx, log, host.Command{Args: []string{"ipset", "create", triedSet, "hash:ip,port", "-exist"}}); err != nil {
		return fmt.Errorf("record connections: %w", err)
	}
	outward := []string{"-s", containers, "!", "-d", containers, "-m", "comment", "--comment", triedSet}
	for _, target := range [][]string{
		{"-j", "REJECT"},
		{"-m", "conntrack", "--ctstate", "NEW", "-j", "SET", "--add-set", triedSet, "dst,dst"},
	} {
		rule := append(slices.Clone(outward), target...)
		if err := host.Run(ctx, log, host.Command{Args: append([]string{"iptables", "--wait", "-I", "DOCKER-USER"}, rule...)}); err != nil {
			return fmt.Errorf("deny connections: %w", err)
		}
		a.rules = append(a.rules, rule)
	}
	return nil
}

// Tried returns the addresses with protocol and port that were tried, sorted.
func (a *AirGap) Tried(ctx context.Context, log io.Writer) ([]string, error) {
	out, err := host.Output(ctx, log, host.Command{Args: []string{"ipset", "list", triedSet, "-output", "save"}})
	if err != nil {
		return nil, fmt.Errorf("list the connections that were tried: %w", err)
	}
	return addresses(out), nil
}

// addresses are those of a set as ipset saves it, sorted.
func addresses(saved string) []string {
	var tried []string
	for line := range strings.Lines(saved) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == "add" {
			tried = append(tried, fields[2])
		}
	}
	slices.Sort(tried)
	return tried
}

// Undocumented returns those of the connections that were tried which no document
// names: all but the canary's and the resolver's of this machine, which the names of
// the outside are looked up at.
func Undocumented(tried []string) ([]string, error) {
	resolvers, err := os.ReadFile("/etc/resolv.conf")
	if err != nil {
		return nil, fmt.Errorf("read which resolver this machine has: %w", err)
	}
	return undocumented(tried, string(resolvers)), nil
}

// undocumented takes the resolvers as resolv.conf(5) has them.
func undocumented(tried []string, resolvers string) []string {
	named := []string{canary + ",tcp:80"}
	for line := range strings.Lines(resolvers) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == "nameserver" {
			named = append(named, fields[1]+",udp:53", fields[1]+",tcp:53")
		}
	}
	var others []string
	for _, address := range tried {
		if !slices.Contains(named, address) {
			others = append(others, address)
		}
	}
	return others
}

// Remove takes the wall away.
func (a *AirGap) Remove(ctx context.Context, log io.Writer) error {
	var errs []error
	for _, rule := range a.rules {
		errs = append(errs, host.Run(ctx, log, host.Command{Args: append([]string{"iptables", "--wait", "-D", "DOCKER-USER"}, rule...)}))
	}
	errs = append(errs, host.Run(ctx, log, host.Command{Args: []string{"ipset", "destroy", triedSet}}))
	return errors.Join(errs...)
}

// canary is an address that nobody has (RFC 5737): only the wall can answer for it.
const canary = "192.0.2.1"

// Prove returns an error unless a node that asks the canary is refused at once and
// the wall has recorded it.
func (a *AirGap) Prove(ctx context.Context, log io.Writer, node string) error {
	err := host.Run(ctx, log, host.Command{Args: []string{"docker", "exec", node, "curl", "--silent", "--max-time", "5", "http://" + canary + "/"}})
	if err == nil {
		return fmt.Errorf("node %s reached %s: there is no wall", node, canary)
	}
	tried, err := a.Tried(ctx, log)
	if err != nil {
		return err
	}
	if !slices.Contains(tried, canary+",tcp:80") {
		return fmt.Errorf("the wall did not see node %s ask %s: it saw %v", node, canary, tried)
	}
	return nil
}
