package host

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const rulesBefore = `*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
-A INPUT -p tcp -m comment --comment "the user's own" -j ACCEPT
COMMIT
`

// rulesStarted is what docker 20.10 and 28 write when they start, and what somebody
// else wrote at the same moment.
const rulesStarted = `*nat
:PREROUTING ACCEPT [0:0]
:POSTROUTING ACCEPT [0:0]
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE
-A POSTROUTING -s 172.20.0.0/16 -o eth0 -j MASQUERADE
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:INPUT ACCEPT [0:0]
:FORWARD DROP [0:0]
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
:SOMEONE - [0:0]
-A INPUT -p tcp -m comment --comment "the user's own" -j ACCEPT
-A INPUT -i docker0 -p tcp -m tcp --dport 5432 -j ACCEPT
-A FORWARD -j DOCKER-USER
-A FORWARD -i docker0 -o docker0 -j ACCEPT
-A FORWARD -i docker0 -m comment --comment "the user's DOCKER rule" -j ACCEPT
-A DOCKER-USER -j RETURN
COMMIT
`

// foreignRules are what others write while the engine runs. Each of them looks like
// docker's to somebody who looks for words.
var foreignRules = []string{
	"filter -A INPUT -s 172.16.0.0/12 -j ACCEPT",
	"filter -A FORWARD -i br-lan -j ACCEPT",
	"filter -A FORWARD -i br-0123456789ab -o eth0 -j ACCEPT",
	"filter -A FORWARD -s 172.18.0.0/16 -j DROP",
	"filter -A INPUT -i docker0 -p udp -j ACCEPT",
	`filter -A INPUT -m comment --comment "for DOCKER hosts" -j ACCEPT`,
	"nat -A POSTROUTING -s 172.30.0.0/16 -j MASQUERADE",
	"filter -A DOCKERS-OWN -j ACCEPT",
}

func joined(commands [][]string) []string {
	var lines []string
	for _, args := range commands {
		lines = append(lines, strings.Join(args, " "))
	}
	return lines
}

// with adds rules to an output of iptables-save, and the chains that they stand in.
func with(saved string, rules ...string) string {
	for _, rule := range rules {
		table, line, _ := strings.Cut(rule, " ")
		saved += "*" + table + "\n:" + strings.Fields(line)[1] + " - [0:0]\n" + line + "\nCOMMIT\n"
	}
	return strings.ReplaceAll(saved, ":FORWARD - [0:0]\n", "")
}

func TestSafetyOnlyTheRulesThatTheEngineMadeAreUndone(t *testing.T) {
	commands, left := made(rulesBefore, rulesStarted).undo(with(rulesStarted, foreignRules...))
	want := []string{
		"-t nat -D PREROUTING -m addrtype --dst-type LOCAL -j DOCKER",
		"-t nat -D POSTROUTING -s 172.17.0.0/16 ! -o docker0 -j MASQUERADE",
		"-t filter -D FORWARD -j DOCKER-USER",
		"-t filter -D FORWARD -i docker0 -o docker0 -j ACCEPT",
		"-t nat -F DOCKER", "-t filter -F DOCKER", "-t filter -F DOCKER-USER",
		"-t nat -X DOCKER", "-t filter -X DOCKER", "-t filter -X DOCKER-USER",
		"-t filter -P FORWARD ACCEPT",
	}
	if diff := cmp.Diff(want, joined(commands)); diff != "" || len(left) > 0 {
		t.Errorf("kept %q\n%s", left, diff)
	}
}

// Rules in docker's chain for its users, or that use one of docker's chains, keep it.
func TestSafetyAChainThatOthersUseStays(t *testing.T) {
	d := made(rulesBefore, rulesStarted)
	for rule, lost := range map[string]string{
		"filter -A DOCKER-USER -s 10.0.0.0/8 -j DROP": "-j DOCKER-USER",
		"filter -A FORWARD -i eth5 -j DOCKER-USER":    "-j DOCKER-USER",
		"nat -A OUTPUT -d 10.1.1.1/32 -j DOCKER":      "-j DOCKER",
	} {
		commands, left := d.undo(with(rulesStarted, rule))
		_, chain, _ := strings.Cut(lost, " ")
		table, _, _ := strings.Cut(rule, " ")
		if diff := cmp.Diff([]string{table + " " + chain}, left); diff != "" {
			t.Errorf("%s: kept\n%s", rule, diff)
		}
		for _, line := range joined(commands) {
			if strings.HasPrefix(line, "-t "+table+" ") && (strings.HasSuffix(line, "-F "+chain) || strings.HasSuffix(line, "-X "+chain) || strings.HasSuffix(line, lost)) {
				t.Errorf("%s: ran %s", rule, line)
			}
		}
	}
}

// Another docker engine was there before: its rules are not ours, nor is its chain.
func TestSafetyWhatWasThereBeforeStays(t *testing.T) {
	if commands, left := made(rulesStarted, rulesStarted).undo(rulesStarted); len(commands)+len(left) > 0 {
		t.Errorf("undone %q, kept %q", joined(commands), left)
	}
	dropped := strings.ReplaceAll(rulesBefore, "FORWARD ACCEPT", "FORWARD DROP")
	if commands, _ := made(rulesBefore, rulesBefore).undo(dropped); len(commands) > 0 {
		t.Errorf("a policy that somebody else set is undone: %q", joined(commands))
	}
}

func TestWhatASecondStartMakesIsAdded(t *testing.T) {
	first, second := made(rulesBefore, rulesStarted), made(rulesStarted, with(rulesStarted, "filter -A FORWARD -o docker0 -j DOCKER"))
	first.add(second)
	first.add(second)
	if len(first.Rules) != len(made(rulesBefore, rulesStarted).Rules)+1 || first.Policies["filter FORWARD"] != "ACCEPT" {
		t.Errorf("got %+v", first)
	}
}
