package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// dockerd leaves its iptables rules and its bridge behind when it stops. The
// rules from before it started are kept in a file, and afterwards what was added
// since and speaks of docker is taken away again: other programs' rules stay.

func saveRules(ctx context.Context, log io.Writer, file string) error {
	if _, err := os.Stat(file); err == nil {
		return nil // an earlier dockerd of ours was killed: its "before" still holds
	}
	rules, err := Output(ctx, log, Command{Args: []string{"iptables-save"}})
	if err != nil {
		return fmt.Errorf("record the iptables rules: %w", err)
	}
	return os.WriteFile(file, []byte(rules), 0o600)
}

func restoreRules(ctx context.Context, log io.Writer, file string) error {
	before, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the iptables rules from before: %w", err)
	}
	now, err := Output(ctx, log, Command{Args: []string{"iptables-save"}})
	if err != nil {
		return fmt.Errorf("read the iptables rules: %w", err)
	}
	var errs []error
	for _, args := range undoRules(string(before), now) {
		errs = append(errs, Run(ctx, log, Command{Args: append([]string{"iptables"}, args...)}))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("remove docker's iptables rules: %w", err)
	}
	return os.Remove(file)
}

// undoRules returns the iptables arguments that lead from the rules of now back
// to those of before, as far as docker made the difference. Rules go before the
// chains they jump to.
func undoRules(before, now string) [][]string {
	was := ruleSet(before)
	var rules, flush, chains [][]string
	table := ""
	for _, line := range strings.Split(now, "\n") {
		switch {
		case strings.HasPrefix(line, "*"):
			table = line[1:]
		case strings.HasPrefix(line, ":"):
			fields := strings.Fields(line[1:])
			name, policy := fields[0], fields[1]
			if old, ok := was[table+" "+name]; ok && policy != "-" && old != policy {
				chains = append(chains, []string{"-t", table, "-P", name, old})
			} else if !ok && strings.HasPrefix(name, "DOCKER") {
				flush = append(flush, []string{"-t", table, "-F", name})
				chains = append(chains, []string{"-t", table, "-X", name})
			}
		case strings.HasPrefix(line, "-A "):
			_, known := was[table+" "+line]
			// Rules inside docker's own chains go when those are flushed.
			if !known && !strings.HasPrefix(line, "-A DOCKER") && isDockers(line) {
				rules = append(rules, append([]string{"-t", table, "-D"}, splitRule(line[3:])...))
			}
		}
	}
	return append(append(rules, flush...), chains...)
}

// RulesLeft returns the rules and chains of docker that stand in now and did not
// stand in before, both as printed by iptables-save.
func RulesLeft(before, now string) []string {
	var left []string
	for _, args := range undoRules(before, now) {
		left = append(left, strings.Join(args, " "))
	}
	return left
}

// ruleSet indexes the lines of iptables-save by table; chains keep their policy.
func ruleSet(saved string) map[string]string {
	set := map[string]string{}
	table := ""
	for _, line := range strings.Split(saved, "\n") {
		switch {
		case strings.HasPrefix(line, "*"):
			table = line[1:]
		case strings.HasPrefix(line, ":"):
			fields := strings.Fields(line[1:])
			set[table+" "+fields[0]] = fields[1]
		case strings.HasPrefix(line, "-A "):
			set[table+" "+line] = ""
		}
	}
	return set
}

// isDockers reports whether a rule names one of docker's chains, its default
// bridge, a bridge of one of its networks, or masquerades one of their subnets.
func isDockers(rule string) bool {
	for _, sign := range []string{"DOCKER", "docker0", " br-", "-s 172."} {
		if strings.Contains(rule, sign) {
			return true
		}
	}
	return false
}

// splitRule splits a rule as iptables-save prints it: by spaces, but for those
// within double quotes.
func splitRule(rule string) []string {
	var words []string
	var word strings.Builder
	quoted := false
	for _, r := range rule + " " {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ' ' && !quoted:
			if word.Len() > 0 {
				words = append(words, word.String())
				word.Reset()
			}
		default:
			word.WriteRune(r)
		}
	}
	return words
}

// removeBridge removes docker's default bridge, which dockerd leaves behind.
func removeBridge(ctx context.Context, log io.Writer) error {
	if _, err := os.Stat("/sys/class/net/docker0"); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return Run(ctx, log, Command{Args: []string{"ip", "link", "delete", "docker0"}})
}
