package host

import (
	"regexp"
	"slices"
	"strings"
)

// userChain is the one of docker's chains that docker leaves to its users.
const userChain = "DOCKER-USER"

// dockerRules are the rules of one family that a dockerd made when it started. It
// leaves them behind when it stops; those of its networks and containers it removes
// together with these.
type dockerRules struct {
	// Pending are all rules from before a start whose end is not recorded, as
	// iptables-save prints them.
	Pending string `json:"pending,omitempty"`
	// Rules and Chains are "TABLE RULE" and "TABLE NAME".
	Rules  []string `json:"rules"`
	Chains []string `json:"chains"`
	// Policies are what policies were, by "TABLE CHAIN", and Policy what docker made
	// of them.
	Policies map[string]string `json:"policies,omitempty"`
}

func (d *dockerRules) add(other dockerRules) {
	for _, rule := range other.Rules {
		if !slices.Contains(d.Rules, rule) {
			d.Rules = append(d.Rules, rule)
		}
	}
	for _, chain := range other.Chains {
		if !slices.Contains(d.Chains, chain) {
			d.Chains = append(d.Chains, chain)
		}
	}
	for chain, policy := range other.Policies {
		if d.Policies == nil {
			d.Policies = map[string]string{}
		}
		if _, known := d.Policies[chain]; !known {
			d.Policies[chain] = policy
		}
	}
}

// made returns what dockerd made between two outputs of iptables-save. Somebody else
// may have written rules at the same moment, which do not look like docker's own.
func made(before, after string) dockerRules {
	was, is := parseRules(before), parseRules(after)
	var d dockerRules
	for _, chain := range is.chains {
		old, known := was.policies[chain]
		table, name, _ := strings.Cut(chain, " ")
		switch now := is.policies[chain]; {
		case !known && strings.HasPrefix(name, "DOCKER"):
			d.Chains = append(d.Chains, chain)
		case known && table == "filter" && name == "FORWARD" && old == "ACCEPT" && now == "DROP":
			// As docker does where it lets the kernel forward packets.
			d.Policies = map[string]string{chain: old}
		}
	}
	for _, rule := range is.rules {
		if !slices.Contains(was.rules, rule) && isDockers(rule, d.Chains) {
			d.Rules = append(d.Rules, rule)
		}
	}
	return d
}

// baseChains are those of the kernel's chains that docker writes to.
var baseChains = []string{"filter FORWARD", "nat PREROUTING", "nat OUTPUT", "nat POSTROUTING", "raw PREROUTING"}

// bridgeNames are the names of docker's default bridge and of those of its networks.
var bridgeNames = regexp.MustCompile(`^(docker0|br-[0-9a-f]{12})$`)

// isDockers reports whether a "TABLE -A CHAIN …" stands in one of docker's new chains,
// or in a chain of the kernel that docker writes to and jumps to a chain of docker or
// names one of its bridges. Docker writes no comments.
func isDockers(rule string, chains []string) bool {
	table, line, _ := strings.Cut(rule, " ")
	words := splitRule(line)
	if len(words) < 2 || slices.Contains(words, "--comment") {
		return false
	}
	if slices.Contains(chains, table+" "+words[1]) {
		return true
	}
	if !slices.Contains(baseChains, table+" "+words[1]) {
		return false
	}
	for i, word := range words[:len(words)-1] {
		next := words[i+1]
		if (word == "-j" || word == "-g") && strings.HasPrefix(next, "DOCKER") || (word == "-i" || word == "-o") && bridgeNames.MatchString(next) {
			return true
		}
	}
	return false
}

// undo returns the arguments of iptables that remove what is recorded from the rules
// of now, and the chains that stay because somebody else uses them. Rules go before
// the chains that they jump to.
func (d dockerRules) undo(now string) (commands [][]string, left []string) {
	is := parseRules(now)
	for _, chain := range d.Chains {
		if d.usedByOthers(is, chain) {
			left = append(left, chain)
		}
	}
	var rules, flush, remove [][]string
	for _, rule := range is.rules {
		table, line, _ := strings.Cut(rule, " ")
		words := splitRule(line)
		inOwn := slices.Contains(d.Chains, table+" "+words[1])
		leftTarget := slices.ContainsFunc(left, func(chain string) bool {
			_, name, _ := strings.Cut(chain, " ")
			return chain == table+" "+name && jumpsTo(words, name)
		})
		if slices.Contains(d.Rules, rule) && !inOwn && !leftTarget {
			rules = append(rules, append([]string{"-t", table, "-D"}, words[1:]...))
		}
	}
	for _, chain := range d.Chains {
		if _, there := is.policies[chain]; !there || slices.Contains(left, chain) {
			continue
		}
		table, name, _ := strings.Cut(chain, " ")
		flush = append(flush, []string{"-t", table, "-F", name})
		remove = append(remove, []string{"-t", table, "-X", name})
	}
	for chain, policy := range d.Policies {
		if table, name, _ := strings.Cut(chain, " "); is.policies[chain] == "DROP" {
			remove = append(remove, []string{"-t", table, "-P", name, policy})
		}
	}
	return append(append(rules, flush...), remove...), left
}

// usedByOthers reports whether a rule that docker did not make stands in the chain
// that docker leaves to its users, or jumps to a chain of docker from elsewhere.
// Docker itself empties its other chains whenever it starts.
func (d dockerRules) usedByOthers(is ruleSet, chain string) bool {
	table, name, _ := strings.Cut(chain, " ")
	return slices.ContainsFunc(is.rules, func(rule string) bool {
		at, line, _ := strings.Cut(rule, " ")
		words := splitRule(line)
		if at != table || slices.Contains(d.Rules, rule) {
			return false
		}
		if words[1] == name {
			return name == userChain
		}
		inOwn := slices.Contains(d.Chains, table+" "+words[1]) && words[1] != userChain
		return jumpsTo(words, name) && !inOwn
	})
}

func jumpsTo(words []string, chain string) bool {
	for i, word := range words[:len(words)-1] {
		if (word == "-j" || word == "-g") && words[i+1] == chain {
			return true
		}
	}
	return false
}

// ruleSet is what iptables-save prints: rules as "TABLE -A CHAIN …" and chains as
// "TABLE CHAIN" in their order, and the policies of chains.
type ruleSet struct {
	rules, chains []string
	policies      map[string]string
}

func parseRules(saved string) ruleSet {
	set := ruleSet{policies: map[string]string{}}
	table := ""
	for line := range strings.Lines(saved) {
		line = strings.TrimRight(line, "\r\n")
		switch {
		case strings.HasPrefix(line, "*"):
			table = line[1:]
		case strings.HasPrefix(line, ":"):
			if fields := strings.Fields(line[1:]); len(fields) > 1 {
				set.chains = append(set.chains, table+" "+fields[0])
				set.policies[table+" "+fields[0]] = fields[1]
			}
		case strings.HasPrefix(line, "-A "):
			set.rules = append(set.rules, table+" "+line)
		}
	}
	return set
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
