package mutants

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"assay.dev/assay/spec"
	"assay.dev/assay/spec/source"
)

// changedShop is the shop's specification with texts of a file replaced, each of which
// stands there once. An empty first text is the whole file, which need not be there.
func changedShop(t *testing.T, file string, pairs ...string) *spec.Spec {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	if err := os.CopyFS(dir, os.DirFS("../testdata/shop")); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, file)
	raw, err := os.ReadFile(path)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	text := string(raw)
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i] != "" && strings.Count(text, pairs[i]) != 1 {
			t.Fatalf("%q stands %d times in %s", pairs[i], strings.Count(text, pairs[i]), file)
		}
		if pairs[i] == "" {
			text = pairs[i+1]
		} else {
			text = strings.Replace(text, pairs[i], pairs[i+1], 1)
		}
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := source.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const ownMutants = `mutants:
- id: quota.shop.cpu-limits-lowered
  requirement: quota.shop.cpu-limits
  what: The quota of the shop is lowered.
  apply:
  - patch: {apiVersion: v1, kind: ResourceQuota, namespace: shop, name: compute, merge: {spec: {hard: {limits.cpu: 1m}}}}
  message: limits
- id: topic.{name}.partitions-many
  for: topics
  if: '{{gt .Partitions 4}}'
  requirement: topic.{name}.partitions
  what: The topic {{.Name}} has many partitions more.
  apply:
  - patch: {apiVersion: kafka.strimzi.io/v1beta2, kind: KafkaTopic, namespace: streaming, name: "{{.Name}}", merge: {spec: {partitions: "{{add .Partitions 9}}"}}, remake: true}
  message: partitions
`

// TestASpecificationBringsMutantsOfItsOwn: they are templates as those of assay are.
func TestASpecificationBringsMutantsOfItsOwn(t *testing.T) {
	s := changedShop(t, OwnFile, "", ownMutants)
	list, _, err := Load(s)
	if err != nil {
		t.Fatal(err)
	}
	var own []string
	for _, m := range list {
		if m.File == s.Name+"/"+OwnFile {
			own = append(own, m.ID)
		}
	}
	if want := []string{"quota.shop.cpu-limits-lowered", "topic.order-changes.partitions-many", "topic.stock.partitions-many"}; !slices.Equal(own, want) {
		t.Errorf("%v, want %v", own, want)
	}
}

func TestErrorsOfOwnMutantsNameFileLineAndMutant(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{"limits.cpu: 1m", "limits.cpu: '3'", ":2: quota.shop.cpu-limits-lowered: apply[0]: spec.hard.limits.cpu is 3 already"},
		{"namespace: shop, name: compute", "namespace: shops, name: compute", ":2: quota.shop.cpu-limits-lowered: apply[0]: the specification has no ResourceQuota shops/compute"},
		{"quota.shop.cpu-limits-lowered", "quota.shop.cpu-limits-raised", ":2: quota.shop.cpu-limits-raised is already in mutants/quotas.yaml"},
		{"for: topics", "for: tropics", `:8: there is no table "tropics"`},
		{"{{gt .Partitions 4}}", "{{gt .Partition 4}}", ":8: if: "},
		{"{{add .Partitions 9}}", "{{add .Partition 9}}", ":8: line 14: "},
		{"message: limits", "massage: limits", ":2: "},
	} {
		s := changedShop(t, OwnFile, "", strings.Replace(ownMutants, c.old, c.new, 1))
		if _, _, err := Load(s); err == nil || !strings.Contains(err.Error(), s.Name+"/"+OwnFile+c.want) {
			t.Errorf("%s: %v, want %s", c.new, err, c.want)
		}
	}
}
