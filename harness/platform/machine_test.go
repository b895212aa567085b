package platform

import (
	"os"
	"path/filepath"
	"testing"
)

// What a build has put into the cache is not counted a second time: with a warm
// cache only the nodes need disk.
func TestAWarmCacheNeedsLessDisk(t *testing.T) {
	p := newPlatform(t)
	cold := p.diskToFree(Hermetic)
	if cold != neededDisk[Hermetic] {
		t.Errorf("an empty cache needs %d bytes, %d expected", cold, neededDisk[Hermetic])
	}
	file := filepath.Join(p.cache, "hermetic", "objects", "root")
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, file, "")
	for lock, want := range map[int64]int64{
		2 << 30:  neededDisk[Hermetic] - 2<<30,
		40 << 30: neededWarm,
	} {
		if err := os.Truncate(file, lock); err != nil {
			t.Fatal(err)
		}
		if got := p.diskToFree(Hermetic); got != want {
			t.Errorf("a cache of %d bytes needs %d more, %d expected", lock, got, want)
		}
		if got := p.diskToFree(Public); got != neededDisk[Public] {
			t.Errorf("pulled images need %d bytes beside a build of %d", got, lock)
		}
	}
}
