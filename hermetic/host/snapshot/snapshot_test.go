package snapshot

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSafetyEachChangeOfTheMachineIsSeen(t *testing.T) {
	before := Snapshot{
		Sysctl: {"kernel.panic = 0"}, IPTables: ruleLines("*filter\n:INPUT ACCEPT [9:9]\n:FORWARD ACCEPT [0:0]\n-A INPUT -j ACCEPT\nCOMMIT\n"),
		Mount: mountLines("22 1 0:20 / /proc rw - proc proc rw\n"), Docker: {"container 1 theirs"}, Module: {"ext4"}, User: {"root:x:0:"},
	}
	after := Snapshot{
		Sysctl: {"kernel.panic = 10"}, IPTables: ruleLines("*filter\n:INPUT ACCEPT [10:10]\n:FORWARD DROP [0:0]\n:DOCKER - [0:0]\n-A INPUT -j ACCEPT\n-A INPUT -j ACCEPT\nCOMMIT\n*nat\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n"),
		Mount:  mountLines("99 1 0:20 / /proc rw shared:3 - proc proc rw\n30 1 0:4 net:[4026532185] /run/assay/x rw - nsfs nsfs rw\n"),
		Docker: nil, Module: {"ext4", "overlay"}, User: {"docker:x:999:", "mallory:x:0:", "root:x:0:"},
		Loop: {"/var/pvc-1"}, NFTables: nftLines("table ip nat {\n\tchain DOCKER {\n\t}\n}\ntable inet theirs {\n\tchain c {\n\t\tdrop\n\t}\n}\n"),
	}
	want := []string{
		"- docker: container 1 theirs",
		"+ iptables: filter chain FORWARD DROP", "+ iptables: filter chain DOCKER -", "+ iptables: filter -A INPUT -j ACCEPT",
		"+ loop device: /var/pvc-1",
		"+ mount: nsfs nsfs:net:[4026532185] on /run/assay/x",
		"+ nftables: table inet theirs: table inet theirs {", "+ nftables: table inet theirs: chain c {", "+ nftables: table inet theirs: drop",
		"- sysctl: kernel.panic = 0", "+ sysctl: kernel.panic = 10",
		"+ user: mallory:x:0:",
	}
	if diff := cmp.Diff(want, Diff(before, after, Exceptions)); diff != "" {
		t.Error(diff)
	}
	if found := Diff(after, after, nil); len(found) > 0 {
		t.Errorf("a machine differs from itself: %q", found)
	}
}

// Exceptions are for what came: what went is never one.
func TestSafetyNothingMayGo(t *testing.T) {
	before := Snapshot{Module: {"overlay"}, User: {"docker:x:999:"}}
	if found := Diff(before, Snapshot{}, Exceptions); len(found) != 2 {
		t.Errorf("found %q", found)
	}
}

func TestASnapshotIsTakenWithoutDocker(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "docker"), []byte("#!/bin/sh\nexit 1\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	s, err := Take(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if len(s[Mount]) == 0 || len(s[User]) == 0 || len(s[Docker]) != 0 {
		t.Errorf("%d mounts, %d users, %d objects of docker", len(s[Mount]), len(s[User]), len(s[Docker]))
	}
}
