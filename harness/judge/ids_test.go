package judge

import (
	"fmt"
	"math/rand/v2"
	"testing"
)

// TestIDsAreToldApart numbers a hundred thousand texts of all sorts in random
// order and asks for them again.
func TestIDsAreToldApart(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	s := newIDs()
	want := map[string]uint32{}
	var texts []string
	for n := range 100_000 {
		text := fmt.Sprintf("%08x-%04x-4%03x-8%03x-%012x", rng.Uint32(), rng.IntN(1<<16), rng.IntN(1<<12), rng.IntN(1<<12), rng.Int64N(1<<48))
		switch n % 10 {
		case 0:
			text = fmt.Sprintf("key-%d", n)
		case 1:
			text = fmt.Sprintf("00000000-0000-4000-8000-%012d", n)
		case 2:
			text = fmt.Sprintf("%08X-0000-4000-8000-00000000000A", n) // no canonical UUID
		}
		texts = append(texts, text)
	}
	for round := range 3 {
		rng.Shuffle(len(texts), func(a, b int) { texts[a], texts[b] = texts[b], texts[a] })
		for _, text := range texts {
			n, fresh := s.get(text)
			if fresh != (round == 0) || !fresh && n != want[text] {
				t.Fatalf("%q is number %d (fresh: %v), was %d", text, n, fresh, want[text])
			}
			want[text] = n
			if s.text(n) != text {
				t.Fatalf("number %d is %q, was %q", n, s.text(n), text)
			}
		}
	}
	if n, fresh := s.get(""); n != 0 || fresh {
		t.Errorf("nothing has the number %d", n)
	}
}

func TestNamesOverflow(t *testing.T) {
	n := newNames()
	for i := range 300 {
		n.get(fmt.Sprint(i))
	}
	if got := n.get("100"); n.text(got) != "100" {
		t.Errorf("100 became %q", n.text(got))
	}
	if n.get("299") != overflow || n.text(overflow) == "" {
		t.Errorf("the 299th name is number %d", n.get("299"))
	}
}

func TestDigests(t *testing.T) {
	a, b := parseDigest("00ff"+fmt.Sprintf("%060d", 1)), parseDigest("00fe"+fmt.Sprintf("%060d", 1))
	if a == b || a == (digest{}) {
		t.Error("two digests are one")
	}
	if parseDigest("") != (digest{}) || parseDigest("short") == (digest{}) || parseDigest("ZZ"+fmt.Sprintf("%062d", 1)) == parseDigest("YY"+fmt.Sprintf("%062d", 1)) {
		t.Error("what is no digest is not told apart")
	}
}

func TestASlabKeepsWhatItHolds(t *testing.T) {
	var s slab[int]
	first := 0
	for i := range 3 * chunkSize {
		if at := s.add(i); at != i {
			t.Fatalf("value %d is at %d", i, at)
		}
		if i == 0 {
			*s.at(0) = 0
		}
	}
	pointer := s.at(first)
	s.add(1)
	if s.at(first) != pointer || s.len() != 3*chunkSize+1 || *s.at(chunkSize + 1) != chunkSize+1 {
		t.Error("a value moved")
	}
}
